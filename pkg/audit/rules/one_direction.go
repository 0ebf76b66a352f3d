package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "one-direction", Severity: v1alpha1.SeverityLow,
	Summary: "only ingress or only egress is isolated",
	What: `A namespace is found when policies restrict at least one of its pods in one direction, and none in the other. In a namespace without
pods, a new pod without labels is looked at.`,
	Why: `Without egress rules a compromised pod may connect to everything, and carry data out; without ingress rules everything may connect to the
pods. Teams often mean both when they write one.`,
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
  policyTypes: [Ingress]
`,
	Remedy: `Isolate the other direction too, once it is known which connections the pods need: what no policy allows is cut. For egress, allow DNS (UDP
and TCP) first, else names cannot be resolved.`,
	Check: func(ns *Namespace) []Found {
		d := ns.onlyIsolated()
		if d == "" {
			return nil
		}
		remedy := "add policies for Ingress that allow what must get in"
		if d == netpol.Ingress {
			remedy = "add policies for Egress that allow what must get out, DNS included"
		}
		return []Found{{
			Message: fmt.Sprintf("policies restrict %s only: %s is not isolated for any pod", d, other(d)),
			Remedy:  remedy,
		}}
	},
})

// onlyIsolated is the direction in which pods are restricted where none are in the other one; empty where that is not so.
func (n *Namespace) onlyIsolated() netpol.Direction {
	in, inKnown := n.restricted(&n.Ingress)
	out, outKnown := n.restricted(&n.Egress)
	switch {
	case in && !out && outKnown:
		return netpol.Ingress
	case out && !in && inKnown:
		return netpol.Egress
	default:
		return ""
	}
}

// restricted says whether any pod is restricted in a direction; known is false where that hangs on what cannot be read.
func (n *Namespace) restricted(d *Direction) (yes, known bool) {
	if !n.PodsKnown {
		return false, false
	}
	known = true
	for _, g := range d.Groups {
		yes = yes || restricts(g.Posture)
		known = known && g.Posture != netpol.PostureUnknown
	}
	if len(n.Pods)+len(n.HostPods) == 0 {
		return restricts(d.NewPod), d.NewPod != netpol.PostureUnknown
	}
	return yes, yes || known
}
