package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "invalid-exemption", Severity: v1alpha1.SeverityMedium, Anyway: true,
	Summary: "an exemption that has ended, cannot be read or gives no reason counts as none",
	What: `A namespace is found when its annotation cis532.io/exempt is empty, when cis532.io/exempt-until is not a date as YYYY-MM-DD
or stands alone, or when that day is over (in UTC; the day itself still counts).`,
	Why: `The namespace is judged as if it were not exempt: somebody may believe that it still is.`,
	Example: `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations:
    cis532.io/exempt: moves to the new cluster in spring
    cis532.io/exempt-until: "2025-03-31"
`,
	Remedy: `Mend or remove the annotations of the Namespace:

  kubectl annotate namespace shop cis532.io/exempt- cis532.io/exempt-until-`,
	Check: func(ns *Namespace) []Found {
		if ns.ExemptionProblem == "" {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("namespace %q: %s: it counts as none", ns.Name, ns.ExemptionProblem),
			Remedy:  fmt.Sprintf("mend or remove the annotations %s and %s", AnnotationExempt, AnnotationExemptUntil),
		}}
	},
})
