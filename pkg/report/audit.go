package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Audit is the view of an audit.
func Audit(r *v1alpha1.AuditReport) View {
	v := View{
		Columns:     []string{"NAMESPACE", "VERDICT", "INGRESS", "EGRESS", "POLICIES", "REASON"},
		WideColumns: []string{"NEW-INGRESS", "NEW-EGRESS", "PODS", "FINDINGS"},
		Documents:   []runtime.Object{r},
		RowsAsNames: true,
		WithRows: func(rows []Row) []runtime.Object {
			some := *r
			some.Namespaces = objects[v1alpha1.NamespaceAudit](rows)
			return []runtime.Object{&some}
		},
	}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		row := Row{
			Cells:     []string{ns.Name, string(ns.Verdict), "", "", "", ns.Reason},
			WideCells: []string{"", "", "", findingIDs(ns.Findings)},
			Name:      "namespace/" + ns.Name,
			Failing:   ns.Verdict == v1alpha1.VerdictFail || ns.Verdict == v1alpha1.VerdictError,
			Object:    ns,
		}
		if ns.Posture != nil {
			row.Cells[2], row.Cells[3] = string(ns.Posture.Ingress), string(ns.Posture.Egress)
			row.Cells[4] = strconv.Itoa(len(ns.Policies))
		}
		if ns.NewPod != nil {
			row.WideCells[0], row.WideCells[1] = string(ns.NewPod.Ingress), string(ns.NewPod.Egress)
			row.WideCells[2] = string(v1alpha1.PostureUnknown)
		}
		if ns.Pods != nil {
			row.WideCells[2] = strconv.Itoa(ns.Pods.Total)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func findingIDs(findings []v1alpha1.Finding) string {
	ids := make([]string, len(findings))
	for i, f := range findings {
		ids[i] = f.Rule
	}
	return strings.Join(ids, ",")
}

// AuditSummary is the last line of an audit, and the command that comes next.
// flags are those of the same namespaces and source on that command's line.
// Where nothing was found there is nothing to sum up, and where manifests came
// from standard input nothing to repeat: both are empty then.
func AuditSummary(r *v1alpha1.AuditReport, flags string) (summary, next string) {
	s := r.Summary
	parts := []string{fmt.Sprintf("%d passed", s.Pass), fmt.Sprintf("%d failed", s.Fail)}
	for _, more := range []struct {
		n    int
		what string
	}{{s.Exempt, "exempt"}, {s.Skipped, "skipped"}, {s.Error, "could not be judged"}} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more.n, more.what))
		}
	}
	summary = fmt.Sprintf("%s: %s: %s", r.Verdict, Count(s.Namespaces, "namespace"), strings.Join(parts, ", "))
	if s.Namespaces == 0 {
		return "", ""
	}
	switch {
	case s.Fail == 0 || s.Error > 0 || slices.Contains(r.Source.Paths, "-"):
	case r.Source.Kind == v1alpha1.SourceManifests:
		next = "kubectl cis532 generate" + flags
	default:
		next = "kubectl cis532 fix" + flags + " --dry-run=server"
	}
	return summary, next
}

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
