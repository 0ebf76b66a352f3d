package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "no-policy", Severity: v1alpha1.SeverityHigh,
	Summary: "the namespace has no NetworkPolicy: the control's failure itself",
	What: `A namespace is found when it has no networking.k8s.io/v1 NetworkPolicy. It is the only rule that the verdict follows; policies
of other kinds do not count, unless the audit is told to accept them.`,
	Why: `Without a NetworkPolicy every pod of the namespace accepts connections from everywhere and may connect to everything: one
compromised workload can attack all others. It is what CIS Kubernetes Benchmark 5.3.2 asks about, of every namespace.`,
	Example: `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
	Remedy: `Show, then create, a baseline that cuts nothing; or print it as a manifest for a GitOps repository:

  kubectl cis532 fix shop --dry-run=server
  kubectl cis532 fix shop
  kubectl cis532 generate shop

Then restrict it, step by step.`,
	Check: func(ns *Namespace) []Found {
		if ns.Verdict != v1alpha1.VerdictFail {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("namespace %q has no NetworkPolicy", ns.Name),
			Remedy:  fmt.Sprintf("kubectl cis532 fix %s --dry-run=server", ns.Name),
		}}
	},
})
