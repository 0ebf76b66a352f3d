package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func (m *markdown) audit(r *v1alpha1.AuditReport) {
	m.printf("## %s: %s\n\n", r.Verdict, markdownText(controlText(r.Control)))
	s := r.Summary
	m.printf("**%s**: %s", Count(s.Namespaces, "namespace"), strings.Join(append(
		[]string{fmt.Sprintf("%d passed", s.Pass), fmt.Sprintf("%d failed", s.Fail)},
		rest(s.Accepted, "accepted", s.Exempt, "exempt", s.Skipped, "skipped", s.Error, "could not be judged")...), ", "))
	if n := len(r.Namespaces); n != s.Namespaces {
		m.printf(" (%d of them are shown)", n)
	}
	m.printf("  \n")
	m.about(r.Source, r.Metadata)
	if r.Scope == v1alpha1.ScopePartial {
		m.printf("Scope: partial, not every namespace was looked at  \n")
	}
	m.printf("Network plugin: %s\n\n", markdownText(shortened(cmp.Or(r.NetworkPlugin.Name, "not recognised")+" ("+string(r.NetworkPlugin.Enforcement)+")", maxMarkdownText)))
	m.list("error", r.Errors)
	m.list("warning", r.Warnings)
	m.auditNamespaces(r)
	m.auditFindings(r)
	m.control(r.Control)
}

// about says where the facts come from, and when.
func (m *markdown) about(source v1alpha1.Source, metadata v1alpha1.ReportMetadata) {
	m.printf("Source: %s", markdownText(shortened(sourceText(source), maxMarkdownText)))
	if !metadata.CreationTimestamp.IsZero() {
		m.printf(", %s", metadata.CreationTimestamp.UTC().Format(time.RFC3339))
	}
	m.printf("  \n")
}

// verdictRank is how much a row is needed where there is no room for all.
var verdictRank = map[string]int{
	string(v1alpha1.VerdictError): 0, string(v1alpha1.VerdictFail): 1, string(v1alpha1.VerdictAccepted): 2, string(v1alpha1.VerdictExempt): 3,
	string(v1alpha1.VerdictPass): 4, string(v1alpha1.VerdictSkipped): 5,
	string(v1alpha1.ResultFixed): 1, string(v1alpha1.ResultRemoved): 1, string(v1alpha1.ResultKept): 2,
}

func (m *markdown) auditNamespaces(r *v1alpha1.AuditReport) {
	t := markdownTable{
		columns: []string{"NAMESPACE", "VERDICT", "INGRESS", "EGRESS", "POLICIES", "FINDINGS", "REASON"},
		noun:    "namespace",
		rank:    func(i int) int { return verdictRank[string(r.Namespaces[i].Verdict)] },
		describe: func(rows []int) string {
			return counted(rows, func(i int) string { return string(r.Namespaces[i].Verdict) })
		},
	}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		row := []string{ns.Name, string(ns.Verdict), "", "", "", severityCounts(ns.Findings), ns.Reason}
		if ns.Posture != nil {
			row[2], row[3], row[4] = string(ns.Posture.Ingress), string(ns.Posture.Egress), strconv.Itoa(len(ns.Policies))
		}
		t.rows = append(t.rows, row)
	}
	if len(t.rows) == 0 {
		return
	}
	m.printf("### Namespaces\n\n")
	m.table(t, m.room()*3/5)
}

// severityCounts sums up findings as 1 high, 2 low.
func severityCounts(findings []v1alpha1.Finding) string {
	count := FindingCount{BySeverity: map[v1alpha1.Severity]int{}}
	for _, f := range findings {
		count.BySeverity[f.Severity]++
	}
	return count.severities()
}

// counted sums up rows by a word of each, as 3 PASS, 1 SKIPPED.
func counted(rows []int, word func(int) string) string {
	count := map[string]int{}
	for _, i := range rows {
		count[word(i)]++
	}
	var parts []string
	for _, w := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%d %s", count[w], markdownText(w)))
	}
	return strings.Join(parts, ", ")
}

func (m *markdown) auditFindings(r *v1alpha1.AuditReport) {
	t := markdownTable{columns: []string{"NAMESPACE", "SEVERITY", "RULE", "FINDING", "REMEDY"}, noun: "finding"}
	var severities []v1alpha1.Severity
	for i := range r.Namespaces {
		for _, f := range r.Namespaces[i].Findings {
			t.rows = append(t.rows, []string{r.Namespaces[i].Name, string(f.Severity), f.Rule, f.Message, f.Remedy})
			severities = append(severities, f.Severity)
		}
	}
	if len(t.rows) == 0 {
		return
	}
	t.rank = func(i int) int { return severityRank(severities[i]) }
	t.describe = func(rows []int) string { return counted(rows, func(i int) string { return string(severities[i]) }) }
	all := CountFindings(r, func(v1alpha1.Finding) bool { return true })
	m.fold(fmt.Sprintf("%s (%s)", Count(all.Findings, "finding"), all.severities()), func() { m.table(t, m.room()-m.controlSize(r.Control)) })
}

// fold writes something that the reader unfolds.
func (m *markdown) fold(summary string, write func()) {
	m.printf("<details><summary>%s</summary>\n\n", markdownText(summary))
	write()
	m.printf("</details>\n\n")
}

// controlSize is how many bytes the control's texts take.
func (m *markdown) controlSize(c v1alpha1.Control) int {
	page := &markdown{}
	page.control(c)
	return page.page.Len() + len("</details>\n\n")
}

// control writes what the benchmark's item asks for.
func (m *markdown) control(c v1alpha1.Control) {
	texts := []struct{ title, text string }{
		{"What it asks", c.Description}, {"Why", c.Rationale}, {"What may break", c.Impact}, {"How it is judged", c.Audit}, {"How to meet it", c.Remediation},
	}
	summary := fmt.Sprintf("The control: %s, %s, level %d", c.ID, c.Benchmark, c.Level)
	if c.Assessment != "" {
		summary += ", assessment " + strings.ToLower(c.Assessment)
	}
	m.fold(summary, func() {
		for _, t := range texts {
			if t.text != "" {
				m.printf("**%s**: %s\n\n", t.title, markdownText(shortened(t.text, 2*maxMarkdownText)))
			}
		}
		var also []string
		for _, mapping := range c.Mappings {
			also = append(also, strings.TrimSpace(mapping.Framework+" "+mapping.ID))
		}
		if also = append(also, c.References...); len(also) > 0 {
			m.printf("**See also**: %s\n\n", markdownText(shortened(strings.Join(also, "; "), 2*maxMarkdownText)))
		}
	})
}

func (m *markdown) fix(r *v1alpha1.FixReport) {
	summary, _ := FixSummary(r, "", "")
	m.printf("## %s\n\n", markdownText("fix"+DryRunNote(r.DryRun)+": "+errorWord(r.Errors)+summary))
	m.about(r.Source, r.Metadata)
	m.printf("Policy: %s\n\n", markdownText(shortened(r.Policy, maxMarkdownText)))
	m.list("error", r.Errors)
	t := resultsTable(len(r.Namespaces), func(i int) string { return string(r.Namespaces[i].Result) })
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		reason := dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultFixed, r.DryRun)
		t.rows = append(t.rows, []string{ns.Name, string(ns.Result), strings.Join(ns.Policies, ", "), verified(ns.Verified), reason})
	}
	m.table(t, m.room())
}

func (m *markdown) rollback(r *v1alpha1.RollbackReport) {
	summary, _ := RollbackSummary(r, "")
	m.printf("## %s\n\n", markdownText("rollback"+DryRunNote(r.DryRun)+": "+errorWord(r.Errors)+summary))
	m.about(r.Source, r.Metadata)
	m.printf("\n")
	m.list("error", r.Errors)
	t := resultsTable(len(r.Namespaces), func(i int) string { return string(r.Namespaces[i].Result) })
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		reason := dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultRemoved, r.DryRun)
		t.rows = append(t.rows, []string{ns.Name, string(ns.Result), strings.Join(ns.Policies, ", "), verified(ns.Verified), reason})
	}
	m.table(t, m.room())
}

// errorWord begins a heading above what went wrong with the run as a whole.
func errorWord(problems []string) string {
	if len(problems) == 0 {
		return ""
	}
	return "ERROR: "
}

// resultsTable is the table of what was done.
func resultsTable(n int, result func(int) string) markdownTable {
	return markdownTable{
		columns: []string{"NAMESPACE", "RESULT", "POLICIES", "VERIFIED", "REASON"},
		rows:    make([][]string, 0, n), noun: "namespace",
		rank:     func(i int) int { return verdictRank[result(i)] },
		describe: func(rows []int) string { return counted(rows, result) },
	}
}

func (m *markdown) reach(r *v1alpha1.ReachReport) {
	m.printf("## %s: %s\n\n", r.Verdict, Count(len(r.Connections), "connection"))
	m.about(r.Source, r.Metadata)
	m.printf("\n")
	m.list("warning", r.Warnings)
	t := reachTable("connection", func(i int) v1alpha1.ReachVerdict { return r.Connections[i].Verdict })
	t.columns = append(t.columns, "EGRESS", "INGRESS", "NOTES")
	for i := range r.Connections {
		c := &r.Connections[i]
		t.rows = append(t.rows, []string{c.From, string(c.Verdict), c.To, portText(c), decisionText(c.Egress), decisionText(c.Ingress), strings.Join(c.Notes, "; ")})
	}
	m.table(t, m.room())
}

// decisionText is what a direction says, and by which rules.
func decisionText(d *v1alpha1.DirectionDecision) string {
	if d == nil {
		return ""
	}
	by := strings.ReplaceAll(ruleReferences(d), "\n", ", ")
	return strings.TrimSuffix(string(d.Verdict)+": "+cmp.Or(by, strings.Join(d.Policies, ", "), d.Reason), ": ")
}

func (m *markdown) matrix(r *v1alpha1.ReachMatrix) {
	m.printf("## Who reaches whom: %s\n\n", Count(r.Workloads, "workload"))
	m.about(r.Source, r.Metadata)
	m.printf("\n")
	m.list("warning", r.Warnings)
	view := CompactMatrix(r, slices.Values(r.Entries))
	t := reachTable("row", func(i int) v1alpha1.ReachVerdict { return v1alpha1.ReachVerdict(view.Rows[i].Cells[1]) })
	t.columns = view.Columns
	for _, row := range view.Rows {
		t.rows = append(t.rows, row.Cells)
	}
	m.table(t, m.room())
}

// reachTable is the table of connections. What is allowed matters most: it is what policies let through.
func reachTable(noun string, verdict func(int) v1alpha1.ReachVerdict) markdownTable {
	return markdownTable{
		columns: []string{"SOURCE", "VERDICT", "DESTINATION", "PORT"}, noun: noun,
		rank:     func(i int) int { return slices.Index(verdictOrder, verdict(i)) },
		describe: func(rows []int) string { return counted(rows, func(i int) string { return string(verdict(i)) }) },
	}
}

func (m *markdown) expectations(r *v1alpha1.ReachExpectations) {
	m.printf("## %s\n\n", markdownText(ExpectationsSummary(r)))
	m.about(r.Source, r.Metadata)
	m.printf("\n")
	m.list("warning", r.Warnings)
	t := markdownTable{columns: []string{"LINE", "GOT", "EXPECTED", "SOURCE", "DESTINATION", "PORT", "DECIDED BY"}, noun: "line"}
	for i := range r.Mismatches {
		d := &r.Mismatches[i]
		t.rows = append(t.rows, []string{strconv.Itoa(d.Line), cmp.Or(string(d.Got), "invalid"), string(d.Expected), d.From, d.To, d.Port, cmp.Or(d.Error, d.Decided)})
	}
	m.table(t, m.room())
}
