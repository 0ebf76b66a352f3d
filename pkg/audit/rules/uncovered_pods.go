package rules

import (
	"fmt"
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "uncovered-pods", Severity: v1alpha1.SeverityMedium,
	Summary: "pods that no policy selects, per direction",
	What: `Pods on the pod network are found when the namespace has policies and none of them selects the pods in a direction. Where that direction
is isolated for no pod at all while the other one is, one-direction says so instead; a namespace without policies is no-policy's.`,
	Why: `A pod that no policy selects accepts, or makes, every connection. That the namespace has policies, and passes, hides it.`,
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
apiVersion: v1
kind: Pod
metadata:
  name: toolbox
  namespace: shop
  labels: {app: toolbox}
spec:
  containers: [{name: shell, image: busybox}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
`,
	Remedy: `Find out which connections the pods have; write a policy that selects them and allows those; then add one with an empty podSelector that denies
by default. From the first policy that selects a pod on, what none allows is cut.`,
	Check: func(ns *Namespace) []Found {
		if len(ns.Policies) == 0 {
			return nil
		}
		var found []uncovered
		for _, d := range ns.Directions() {
			if ns.onlyIsolated() == other(d.Direction) {
				continue
			}
			pods := ns.open(d)
			switch {
			case len(pods) == 0:
			case len(found) == 1 && slices.Equal(found[0].pods, pods):
				found[0].directions = append(found[0].directions, d.Direction)
			default:
				found = append(found, uncovered{pods, []netpol.Direction{d.Direction}})
			}
		}
		var all []Found
		for _, f := range found {
			all = append(all, Found{
				Message: fmt.Sprintf("no policy selects %s for %s: %s", count(len(f.pods), "pod"), joined(f.directions), ns.podNames(f.pods)),
				Remedy:  fmt.Sprintf("select %s with a policy for %s that allows what is needed, then add one for all pods that denies by default", these(len(f.pods), "it", "them"), types(f.directions)),
			})
		}
		return all
	},
})

// uncovered are pods that no policy selects.
type uncovered struct {
	pods       []int
	directions []netpol.Direction
}

// open are the pods that no policy selects in a direction.
func (n *Namespace) open(d *Direction) []int {
	var pods []int
	for _, g := range d.Groups {
		if g.Posture == netpol.PostureOpen {
			pods = append(pods, g.Pods...)
		}
	}
	slices.Sort(pods)
	return pods
}
