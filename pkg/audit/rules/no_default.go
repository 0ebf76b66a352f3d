package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "no-default", Severity: v1alpha1.SeverityMedium,
	Summary: "all of today's pods are covered, a new pod without labels would be open",
	What: `A namespace is found, per direction, when it has pods on the pod network, policies select all of them, and no policy would select a
pod without labels.`,
	Why: `The next workload, or a pod that somebody starts for a test, is not isolated at all, and no policy has to change for that.`,
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
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
`,
	Remedy: `Add a policy with an empty podSelector and no rules, for the direction: a default deny. Today's pods keep what the other policies
allow them. Pods that are not there now may not be selected: look at CronJobs, and at what is scaled to 0.`,
	Check: func(ns *Namespace) []Found {
		var open []netpol.Direction
		for _, d := range ns.Directions() {
			if len(d.Groups) > 0 && d.NewPod == netpol.PostureOpen && ns.covered(d) {
				open = append(open, d.Direction)
			}
		}
		if len(open) == 0 {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("policies select %s for %s, and would not select a new pod without labels",
				these(len(ns.Pods), "the only pod", fmt.Sprintf("all %d pods", len(ns.Pods))), joined(open)),
			Remedy: fmt.Sprintf("add a NetworkPolicy with podSelector: {} and policyTypes: [%s] that denies by default", types(open)),
		}}
	},
})

// covered says that a policy surely selects every pod in a direction.
func (n *Namespace) covered(d *Direction) bool {
	for _, g := range d.Groups {
		if !isolated(g.Posture) {
			return false
		}
	}
	return true
}
