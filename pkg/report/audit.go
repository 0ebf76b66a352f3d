package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Audit is the view of an audit. counts says which findings make a row one of those that --failing shows; nil is none.
func Audit(r *v1alpha1.AuditReport, counts func(v1alpha1.Finding) bool) View {
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
			Failing: ns.Verdict == v1alpha1.VerdictFail || ns.Verdict == v1alpha1.VerdictError ||
				counts != nil && slices.ContainsFunc(ns.Findings, counts),
			Object: ns,
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

// findingIDs are the rules that found something, each once.
func findingIDs(findings []v1alpha1.Finding) string {
	var ids []string
	for _, f := range findings {
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	return strings.Join(ids, ",")
}

// FindingCount counts findings, and the namespaces that they are in.
type FindingCount struct {
	Findings, Namespaces int
	// ByRule counts them by rule.
	ByRule map[string]int
	// BySeverity counts them by severity.
	BySeverity map[v1alpha1.Severity]int
}

// CountFindings counts the findings of a report for which counts says so.
func CountFindings(r *v1alpha1.AuditReport, counts func(v1alpha1.Finding) bool) FindingCount {
	total := FindingCount{ByRule: map[string]int{}, BySeverity: map[v1alpha1.Severity]int{}}
	for i := range r.Namespaces {
		before := total.Findings
		for _, f := range r.Namespaces[i].Findings {
			if counts(f) {
				total.Findings++
				total.ByRule[f.Rule]++
				total.BySeverity[f.Severity]++
			}
		}
		if total.Findings > before {
			total.Namespaces++
		}
	}
	return total
}

// rules lists the rules with their counts, the most frequent first.
func (c FindingCount) rules() string {
	ids := slices.Sorted(maps.Keys(c.ByRule))
	slices.SortStableFunc(ids, func(a, b string) int { return c.ByRule[b] - c.ByRule[a] })
	for i, id := range ids {
		ids[i] = fmt.Sprintf("%s %d", id, c.ByRule[id])
	}
	return strings.Join(ids, ", ")
}

// severities lists the severities with their counts, the worst first.
func (c FindingCount) severities() string {
	var parts []string
	for _, s := range []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo} {
		if n := c.BySeverity[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// AuditSummary is the last lines of an audit, and the command that comes next.
// failing are the findings that --fail-on counts as failure. flags are those of
// the same namespaces and source on that command's line. Where nothing was
// found there is nothing to sum up, and where manifests came from standard
// input nothing to repeat: both are empty then.
func AuditSummary(r *v1alpha1.AuditReport, failing FindingCount, flags string) (summary []string, next string) {
	s := r.Summary
	if s.Namespaces == 0 {
		return nil, ""
	}
	verdict := fmt.Sprintf("%s: %s: %s", r.Verdict, Count(s.Namespaces, "namespace"), verdictCounts(s, strconv.Itoa))
	if failing.Findings > 0 {
		verdict += fmt.Sprintf("; --fail-on: %s in %s (%s)", Count(failing.Findings, "finding"), Count(failing.Namespaces, "namespace"), failing.rules())
	}
	if all := CountFindings(r, func(f v1alpha1.Finding) bool { return f.Rule != noPolicy }); all.Findings > 0 {
		summary = append(summary, fmt.Sprintf("%s (%s): %s; explained by: kubectl cis532 explain RULE", Count(all.Findings, "finding"), all.severities(), all.rules()))
	}
	summary = append(summary, verdict)
	switch {
	case s.Fail == 0 || s.Error > 0 || slices.Contains(r.Source.Paths, "-"):
	case r.Source.Kind == v1alpha1.SourceManifests:
		next = "kubectl cis532 generate" + flags
	default:
		next = "kubectl cis532 fix" + flags + " --dry-run=server"
	}
	return summary, next
}

// verdictCounts lists the verdicts with their counts, which format writes.
func verdictCounts(s v1alpha1.AuditSummary, format func(int) string) string {
	parts := []string{format(s.Pass) + " passed", format(s.Fail) + " failed"}
	for _, more := range []struct {
		n    int
		what string
	}{{s.Accepted, "accepted"}, {s.Exempt, "exempt"}, {s.Skipped, "skipped"}, {s.Error, "could not be judged"}} {
		if more.n > 0 {
			parts = append(parts, format(more.n)+" "+more.what)
		}
	}
	return strings.Join(parts, ", ")
}

// noPolicy is the rule that only repeats the verdict.
const noPolicy = "no-policy"

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
