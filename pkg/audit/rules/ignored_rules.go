package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "ignored-rules", Severity: v1alpha1.SeverityMedium,
	Summary: "rules for a direction that policyTypes does not name",
	What: `A policy is found when it has ingress or egress rules, and policyTypes is given without that direction. Where policyTypes is absent, the API
server fills it in from the rules, and nothing is ignored.`,
	Why: `Such rules do nothing at all: they neither isolate nor allow. Whoever wrote them believes that the direction is restricted.`,
	Example: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
  egress:
  - ports: [{port: 443}]
`,
	Remedy: `Add the direction to policyTypes, once it is clear what that cuts; or remove the rules.`,
	Check: func(ns *Namespace) []Found {
		var found []Found
		for i, np := range ns.Policies {
			for _, d := range ns.Directions() {
				if ns.Isolates(i, d.Direction) || !ns.facts.cluster.HasRules(ns.PolicyIndices[i], d.Direction) {
					continue
				}
				found = append(found, Found{
					Message: fmt.Sprintf("%s has %s rules that do nothing: policyTypes does not name %s", policyName(np), d.Direction, policyTypes[d.Direction]),
					Remedy:  fmt.Sprintf("remove spec.%s, or add %s to spec.policyTypes: what the rules do not allow is then cut", d.Direction, policyTypes[d.Direction]),
				})
			}
		}
		return found
	},
})
