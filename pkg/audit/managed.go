package audit

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// SkipManaged leaves the failing namespaces alone whose Namespace object a
// GitOps tool manages: they become SKIPPED, for verbs that act on what fails,
// and are counted. The report's verdict stays.
func SkipManaged(report *v1alpha1.AuditReport) (skipped int) {
	for i := range report.Namespaces {
		row := &report.Namespaces[i]
		if row.Verdict != v1alpha1.VerdictFail || row.ManagedBy == nil {
			continue
		}
		skipped++
		row.Verdict = v1alpha1.VerdictSkipped
		row.Reason = fmt.Sprintf("managed by %s: its policy belongs in Git", row.ManagedBy)
	}
	report.Summary = summarize(report.Namespaces)
	return skipped
}
