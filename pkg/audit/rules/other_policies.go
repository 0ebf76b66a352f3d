package rules

import (
	"fmt"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

var _ = register(Rule{
	ID: "other-policies", Severity: v1alpha1.SeverityInfo,
	Summary: "policies of other kinds (Cilium, Calico, cluster and admin policies) also select pods here",
	What: `Policies of these kinds are found when they select a pod of the namespace, or may: CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy, Calico's
NetworkPolicy and GlobalNetworkPolicy, ClusterNetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy. One that neither allows nor denies
anything does not count. Where a NetworkPolicy that allows everything ends the isolation that such a policy would give, the finding is medium.`,
	Why: `The benchmark counts NetworkPolicies only, but what is allowed is decided by all kinds together. A NetworkPolicy that selects a pod makes the final decision over the
Baseline tier, and Calico asks NetworkPolicies before its own policies of a later order: an allow-all NetworkPolicy switches off the isolation that those gave. Cilium adds up what all kinds
allow. The other way round, the Admin tier and Cilium can allow what a NetworkPolicy denies. The posture is judged from NetworkPolicies alone.`,
	Example: `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: from-frontend
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
  - fromEndpoints: [{matchLabels: {tier: frontend}}]
`,
	Remedy: `Read both kinds together before you change either. Where another kind isolates the namespace and that is meant, the audit can accept it; fix leaves such
namespaces alone:

  kubectl cis532 audit --accept cilium,calico,admin`,
	Check: func(ns *Namespace) []Found {
		policies := ns.Others()
		if len(policies) == 0 {
			return nil
		}
		found := Found{
			Message: fmt.Sprintf("%s %s pods here: %s", otherNames(policies), these(len(policies), "also selects", "also select"), strings.Join(ns.meaning(policies), "; ")),
			Remedy:  "read both kinds together before you change either",
		}
		if off, by := ns.switchedOff(policies); len(off) > 0 {
			found.Severity = v1alpha1.SeverityMedium
			found.Message = fmt.Sprintf("%s allows everything, which switches off what %s would deny; %s", by, otherNames(off), found.Message)
			found.Remedy = "remove the NetworkPolicies that allow everything, if the other policies are meant to isolate the pods"
		}
		return []Found{found}
	},
})

// meaning says what such policies can do to what NetworkPolicies say.
func (n *Namespace) meaning(policies []*otherpolicy.Policy) []string {
	var allows, denies, yields, switchedOff bool
	for _, p := range policies {
		for _, d := range n.Directions() {
			e := p.Effect(d.Direction)
			yields = yields || e.YieldsToNetworkPolicy
			allows = allows || e.Allows && !e.YieldsToNetworkPolicy
			denies = denies || e.Denies && !e.YieldsToNetworkPolicy
		}
		switchedOff = switchedOff || p.SwitchedOffByAllowAll()
	}
	they := these(len(policies), "it", "they")
	var parts []string
	for _, part := range []struct {
		yes  bool
		text string
	}{
		{allows, they + " may allow what NetworkPolicies deny"},
		{denies, they + " may deny what NetworkPolicies allow"},
		{yields, "NetworkPolicies come before those of the Baseline tier"},
		{switchedOff, "an allow-all NetworkPolicy would end what " + they + " " + these(len(policies), "isolates", "isolate")},
	} {
		if part.yes {
			parts = append(parts, part.text)
		}
	}
	return parts
}

// switchedOff are the policies that would deny something to pods for which NetworkPolicies allow everything, and those
// NetworkPolicies.
func (n *Namespace) switchedOff(policies []*otherpolicy.Policy) (off []*otherpolicy.Policy, by string) {
	guilty := map[int]bool{}
	for _, p := range policies {
		if !p.SwitchedOffByAllowAll() {
			continue
		}
		hit := false
		for _, d := range n.Directions() {
			if !p.Effect(d.Direction).Denies {
				continue
			}
			for _, g := range d.Groups {
				if g.Posture != netpol.PostureAllowAll || p.Selects(n.otherNamespace(), n.facts.otherPod(g.Pods[0])) != otherpolicy.Surely {
					continue
				}
				hit = true
				for _, i := range g.Policies {
					guilty[i] = guilty[i] || n.allowsAllAlone(i, d)
				}
			}
		}
		if hit {
			off = append(off, p)
		}
	}
	var places []int
	for i := range n.Policies {
		if guilty[i] {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return off, "the sum of the NetworkPolicies"
	}
	return off, n.policyNames(places)
}
