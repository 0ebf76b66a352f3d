package rules

import (
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// maxNamed bounds the objects that a message names; the rest is counted.
const maxNamed = 5

// list names the first of n things.
func list(n int, name func(int) string) string {
	var names []string
	for i := range min(n, maxNamed) {
		names = append(names, name(i))
	}
	text := strings.Join(names, ", ")
	if n > maxNamed {
		text += fmt.Sprintf(" and %d more", n-maxNamed)
	}
	return text
}

// podNames names pods as KIND/NAME.
func (n *Namespace) podNames(pods []int) string {
	return list(len(pods), func(i int) string { return n.facts.workloads[pods[i]].Pod.Name })
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// these is a word for one or for several.
func these(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// policyName is how messages name a policy.
func policyName(np *networkingv1.NetworkPolicy) string {
	return fmt.Sprintf("NetworkPolicy %q", np.Name)
}

// policyNames names the policies at some places.
func (n *Namespace) policyNames(places []int) string {
	names := list(len(places), func(i int) string { return fmt.Sprintf("%q", n.Policies[places[i]].Name) })
	return these(len(places), "NetworkPolicy ", "NetworkPolicies ") + names
}

// other is the opposite direction.
func other(d netpol.Direction) netpol.Direction {
	if d == netpol.Ingress {
		return netpol.Egress
	}
	return netpol.Ingress
}

// selectsAny says that a policy selects a pod, or may.
func selectsAny(s netpol.PolicySelection) bool { return s.Pods+s.HostNetwork+s.Unknown > 0 }
