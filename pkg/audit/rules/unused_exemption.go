package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "unused-exemption", Severity: v1alpha1.SeverityLow, Anyway: true,
	Summary: "an exempt namespace has a NetworkPolicy and would pass anyway",
	What:    `A namespace is found when its exemption holds and it has at least one NetworkPolicy.`,
	Why:     `An exemption that nobody needs hides the next failure: if the policy goes, the namespace stays exempt.`,
	Example: `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations:
    cis532.io/exempt: nobody has time for policies
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
`,
	Remedy: `Remove the annotation from the Namespace:

  kubectl annotate namespace shop cis532.io/exempt-`,
	Check: func(ns *Namespace) []Found {
		if ns.Verdict != v1alpha1.VerdictExempt || len(ns.Policies) == 0 {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("namespace %q is exempt and has a NetworkPolicy", ns.Name),
			Remedy:  fmt.Sprintf("kubectl annotate namespace %s %s-", ns.Name, AnnotationExempt),
		}}
	},
})
