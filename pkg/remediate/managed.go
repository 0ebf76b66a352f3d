package remediate

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// NoteManaged says in the rows of namespaces that got a policy, and that a
// GitOps tool manages, that the policy belongs in Git: such a tool may remove
// what its repository does not have. judged is the audit that was acted upon.
func NoteManaged(report *v1alpha1.FixReport, judged *v1alpha1.AuditReport) {
	managers := map[string]*v1alpha1.Manager{}
	for i := range judged.Namespaces {
		managers[judged.Namespaces[i].Name] = judged.Namespaces[i].ManagedBy
	}
	for i := range report.Namespaces {
		row := &report.Namespaces[i]
		row.ManagedBy = managers[row.Name]
		if row.ManagedBy != nil && row.Result == v1alpha1.ResultFixed {
			row.Reason += fmt.Sprintf("; managed by %s: the policy belongs in Git", row.ManagedBy)
		}
	}
}
