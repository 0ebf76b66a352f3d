package audit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
)

func TestOnlyFailingNamespacesThatAreManagedAreSkipped(t *testing.T) {
	flux := &v1alpha1.Manager{Tool: "Flux", Kind: "Kustomization", Name: "flux-system/apps", Evidence: "kustomize.toolkit.fluxcd.io/name"}
	report := v1alpha1.NewAuditReport()
	report.Namespaces = []v1alpha1.NamespaceAudit{
		{Name: "a", Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy"},
		{Name: "b", Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy", ManagedBy: flux},
		{Name: "c", Verdict: v1alpha1.VerdictPass, ManagedBy: flux},
		{Name: "d", Verdict: v1alpha1.VerdictError, Reason: "forbidden", ManagedBy: flux},
	}
	if n := audit.SkipManaged(report); n != 1 {
		t.Errorf("%d were skipped", n)
	}
	want := []v1alpha1.NamespaceAudit{
		{Name: "a", Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy"},
		{Name: "b", Verdict: v1alpha1.VerdictSkipped, Reason: `managed by Flux Kustomization "flux-system/apps": its policy belongs in Git`, ManagedBy: flux},
		{Name: "c", Verdict: v1alpha1.VerdictPass, ManagedBy: flux},
		{Name: "d", Verdict: v1alpha1.VerdictError, Reason: "forbidden", ManagedBy: flux},
	}
	if diff := cmp.Diff(want, report.Namespaces); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if s := report.Summary; s.Fail != 1 || s.Skipped != 1 || s.Pass != 1 || s.Error != 1 {
		t.Errorf("summary: %+v", s)
	}
}
