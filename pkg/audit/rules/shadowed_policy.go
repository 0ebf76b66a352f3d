package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "shadowed-policy", Severity: v1alpha1.SeverityMedium,
	Summary: "a policy that restricts nothing, since others allow everything to the pods that it selects",
	What: `A policy is found, per direction, when it selects pods, every one of them is allowed everything by the sum of the policies, and
this policy alone would not allow everything. A default deny beside narrow allows is not one: together they restrict.`,
	Why: `Policies add up, and there is no order: a default deny beside an allow-all isolates nothing. Whoever wrote the stricter policy believes
that it protects.`,
	Example: `
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: {app: web}
spec:
  containers: [{name: web, image: web}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cis-default-allow
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{}]
  egress: [{}]
`,
	Remedy: `Remove the policy that allows everything, once the others allow what the workloads need. What would be cut is seen beforehand, from
manifests without the allow-all:

  kubectl cis532 reach --matrix -f policies/`,
	Check: func(ns *Namespace) []Found {
		shadowed := map[netpol.Direction][]bool{}
		for _, d := range ns.Directions() {
			shadowed[d.Direction] = ns.shadowed(d)
		}
		var found []Found
		for _, h := range ns.holding(func(policy int, d *Direction) bool { return shadowed[d.Direction][policy] }) {
			found = append(found, Found{
				Message: fmt.Sprintf("%s restricts %s: the policies together allow everything to each pod that it selects", policyName(ns.Policies[h.policy]), none(h.directions)),
				Remedy:  "remove the policies that allow everything, once the others allow what the workloads need",
			})
		}
		return found
	},
})

// shadowed says of each policy whether the sum of the policies allows everything to each pod that it selects in a
// direction, and it alone would not. Where there are no pods, a new pod stands for them.
func (n *Namespace) shadowed(d *Direction) []bool {
	shadowed := make([]bool, len(n.Policies))
	noPods := n.PodsKnown && len(n.Pods)+len(n.HostPods) == 0
	for i, e := range d.effects {
		if noPods {
			e.selects = n.SelectsNewPod(i) && n.Isolates(i, d.Direction)
			e.restricted = d.NewPod != netpol.PostureAllowAll
		}
		shadowed[i] = e.selects && !e.restricted && !n.allowsAllAlone(i, d)
	}
	return shadowed
}

// allowsAllAlone says that a policy alone allows everything to each pod that it selects.
func (n *Namespace) allowsAllAlone(policy int, d *Direction) bool {
	return n.allowAll([]int{policy}, d)
}
