package report

import (
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
)

// Fix is the view of a fix: its rows are the report's, its documents the manifests.
func Fix(r *v1alpha1.FixReport, policies []*networkingv1.NetworkPolicy) View {
	v := View{
		Columns:     []string{"NAMESPACE", "RESULT", "REASON"},
		WideColumns: []string{"POLICIES", "VERIFIED"},
		Documents:   manifests(policies),
	}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		v.Rows = append(v.Rows, Row{
			Cells:     []string{ns.Name, string(ns.Result), dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultFixed, r.DryRun)},
			WideCells: []string{strings.Join(ns.Policies, ","), verified(ns.Verified)},
			Name:      "namespace/" + ns.Name,
			Failing:   ns.Result == v1alpha1.ResultError,
			Object:    ns,
		})
	}
	return v
}

// Policies is the view of policies that are only printed.
func Policies(policies []*networkingv1.NetworkPolicy) View {
	v := View{
		Columns:   []string{"NAMESPACE", "NAME", "POLICY"},
		Documents: manifests(policies),
		WithRows: func(rows []Row) []runtime.Object {
			sorted := make([]runtime.Object, len(rows))
			for i, row := range rows {
				sorted[i] = row.Object.(*networkingv1.NetworkPolicy)
			}
			return sorted
		},
	}
	for _, np := range policies {
		v.Rows = append(v.Rows, Row{
			Cells:  []string{np.Namespace, np.Name, np.Annotations[baseline.AnnotationPolicy]},
			Name:   np.Namespace + "/" + np.Name,
			Object: np,
		})
	}
	return v
}

// manifests are policies as documents.
func manifests(policies []*networkingv1.NetworkPolicy) []runtime.Object {
	documents := make([]runtime.Object, len(policies))
	for i, np := range policies {
		documents[i] = np
	}
	return documents
}

// Rollback is the view of a rollback.
func Rollback(r *v1alpha1.RollbackReport) View {
	v := View{
		Columns:     []string{"NAMESPACE", "RESULT", "REASON"},
		WideColumns: []string{"POLICIES", "VERIFIED"},
		Documents:   []runtime.Object{r},
		RowsAsNames: true,
		WithRows: func(rows []Row) []runtime.Object {
			some := *r
			some.Namespaces = objects[v1alpha1.NamespaceRollback](rows)
			return []runtime.Object{&some}
		},
	}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		v.Rows = append(v.Rows, Row{
			Cells:     []string{ns.Name, string(ns.Result), dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultRemoved, r.DryRun)},
			WideCells: []string{strings.Join(ns.Policies, ","), verified(ns.Verified)},
			Name:      "namespace/" + ns.Name,
			Failing:   ns.Result == v1alpha1.ResultError,
			Object:    ns,
		})
	}
	return v
}

// dryRunReason says it as kubectl does.
func dryRunReason(reason string, changed bool, d v1alpha1.DryRun) string {
	if !changed {
		return reason
	}
	return reason + DryRunNote(d)
}

// DryRunNote is kubectl's word for a dry run, with a space before it.
func DryRunNote(d v1alpha1.DryRun) string {
	switch d {
	case v1alpha1.DryRunClient:
		return " (dry run)"
	case v1alpha1.DryRunServer:
		return " (server dry run)"
	default:
		return ""
	}
}

func verified(v *bool) string {
	switch {
	case v == nil:
		return ""
	case *v:
		return "true"
	default:
		return "false"
	}
}

// FixSummary is the last line of a fix, and the command that comes next, on
// the same namespaces as flags names them. policy are the flags that say what
// they get.
func FixSummary(r *v1alpha1.FixReport, policy, flags string) (summary, next string) {
	s := r.Summary
	parts := []string{fmt.Sprintf("%d fixed", s.Fixed), fmt.Sprintf("%d passed already", s.Pass)}
	if r.DryRun != v1alpha1.DryRunNone {
		parts[0] = fmt.Sprintf("%d would be fixed%s", s.Fixed, DryRunNote(r.DryRun))
	}
	parts = append(parts, rest(s.Exempt, "exempt", s.Skipped, "skipped", s.Error, "could not be done")...)
	summary = fmt.Sprintf("%s: %s", Count(s.Namespaces, "namespace"), strings.Join(parts, ", "))
	switch {
	case s.Fixed == 0:
	case r.DryRun != v1alpha1.DryRunNone:
		next = "kubectl cis532 fix" + policy + flags
	default:
		next = "kubectl cis532 audit" + flags
	}
	return summary, next
}

// RollbackSummary is the last line of a rollback, and the command that comes
// next, on the same namespaces as flags names them.
func RollbackSummary(r *v1alpha1.RollbackReport, flags string) (summary, next string) {
	s := r.Summary
	if s.Namespaces == 0 && len(r.Errors) > 0 {
		return "nothing was rolled back: it is not known what there is", ""
	}
	if s.Namespaces == 0 {
		return "nothing to roll back: no policy of kubectl-cis532 was found", ""
	}
	parts := []string{fmt.Sprintf("%d rolled back", s.Removed)}
	if r.DryRun != v1alpha1.DryRunNone {
		parts[0] = fmt.Sprintf("%d would be rolled back%s", s.Removed, DryRunNote(r.DryRun))
	}
	parts = append(parts, rest(s.Kept, "kept", s.Skipped, "skipped", s.Error, "could not be done")...)
	summary = fmt.Sprintf("%s: %s", Count(s.Namespaces, "namespace"), strings.Join(parts, ", "))
	switch {
	case s.Removed == 0:
	case r.DryRun != v1alpha1.DryRunNone:
		next = "kubectl cis532 rollback" + flags
	default:
		next = "kubectl cis532 audit" + flags
	}
	return summary, next
}

// rest lists the counts that are not zero.
func rest(pairs ...any) []string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if n := pairs[i].(int); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, pairs[i+1]))
		}
	}
	return parts
}
