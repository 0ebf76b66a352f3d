package rules

import (
	"fmt"
	"slices"
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

// podNames names pods as KIND/NAME, in order of their names.
func (n *Namespace) podNames(pods []int) string {
	names := make([]string, len(pods))
	for i, pod := range pods {
		names[i] = n.facts.workloads[pod].Pod.Name
	}
	slices.Sort(names)
	return list(len(names), func(i int) string { return names[i] })
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

// inDirections are the policies, as places, of which something holds in at least one direction.
type inDirections struct {
	policy     int
	directions []netpol.Direction
}

// holding lists the policies of which something holds, with the directions.
func (n *Namespace) holding(holds func(policy int, d *Direction) bool) []inDirections {
	var all []inDirections
	for i := range n.Policies {
		one := inDirections{policy: i}
		for _, d := range n.Directions() {
			if holds(i, d) {
				one.directions = append(one.directions, d.Direction)
			}
		}
		if len(one.directions) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// joined is "ingress", "egress" or "ingress and egress".
func joined(directions []netpol.Direction) string {
	texts := make([]string, len(directions))
	for i, d := range directions {
		texts[i] = string(d)
	}
	return strings.Join(texts, " and ")
}

// none is "no ingress", "no egress" or "neither ingress nor egress".
func none(directions []netpol.Direction) string {
	if len(directions) == 1 {
		return "no " + string(directions[0])
	}
	return fmt.Sprintf("neither %s nor %s", directions[0], directions[1])
}

// types are the directions as a list of policyTypes.
func types(directions []netpol.Direction) string {
	texts := make([]string, len(directions))
	for i, d := range directions {
		texts[i] = string(policyTypes[d])
	}
	return strings.Join(texts, ", ")
}
