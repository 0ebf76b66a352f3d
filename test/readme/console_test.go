package readme

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

var gap = regexp.MustCompile(` {3,}`)

// The tables of the README are as the program lays tables out: the cells are
// read from their columns, printed again, and must be the same text.
func TestTablesAreLaidOutAsTheProgramDoes(t *testing.T) {
	found := 0
	for _, block := range consoleBlock.FindAllStringSubmatch(readme(t), -1) {
		for _, text := range tables(block[1]) {
			found++
			lines := strings.Split(text, "\n")
			begins := []int{0}
			for _, at := range gap.FindAllStringIndex(lines[0], -1) {
				begins = append(begins, at[1])
			}
			table := report.Table{Columns: cells(lines[0], begins)}
			if known := [][]string{
				report.Audit(v1alpha1.NewAuditReport(), nil).Columns, report.Fix(v1alpha1.NewFixReport(), nil).Columns,
			}; !slices.ContainsFunc(known, func(columns []string) bool { return slices.Equal(columns, table.Columns) }) {
				t.Errorf("no verb has the columns %v", table.Columns)
			}
			for _, line := range lines[1:] {
				table.Rows = append(table.Rows, cells(line, begins))
			}
			var b strings.Builder
			if err := table.Write(&b, report.TableOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(b.String(), "\n"); got != text {
				t.Errorf("the README has\n%s\nthe program would print\n%s", text, got)
			}
		}
	}
	if found == 0 {
		t.Error("no table was found")
	}
}

// The last lines of the README's examples are the program's own words for such counts.
func TestSummaryOfTheREADME(t *testing.T) {
	text := readme(t)
	for _, block := range consoleBlock.FindAllStringSubmatch(text, -1) {
		for _, table := range tables(block[1]) {
			if !strings.Contains(table, "VERDICT") {
				continue
			}
			r := v1alpha1.NewAuditReport()
			r.Verdict, r.Source.Kind = v1alpha1.VerdictFail, v1alpha1.SourceCluster
			for _, line := range strings.Split(table, "\n")[1:] {
				r.Summary.Namespaces++
				switch v1alpha1.Verdict(strings.Fields(line)[1]) {
				case v1alpha1.VerdictPass:
					r.Summary.Pass++
				case v1alpha1.VerdictFail:
					r.Summary.Fail++
				case v1alpha1.VerdictExempt:
					r.Summary.Exempt++
				case v1alpha1.VerdictSkipped:
					r.Summary.Skipped++
				}
			}
			summary, next := report.AuditSummary(r, report.FindingCount{}, "")
			if want := table + "\n" + strings.Join(summary, "\n") + "\nnext: " + next + "\n"; !strings.Contains(text, want) {
				t.Errorf("the README should say\n%s", want)
			}
		}
	}
}

// tables are the tables of a console block: from a line of headers to the summary.
func tables(block string) []string {
	var all []string
	var table []string
	for _, line := range strings.Split(block, "\n") {
		switch {
		case strings.HasPrefix(line, "NAMESPACE "):
			table = []string{line}
		case table != nil && !gap.MatchString(line):
			all = append(all, strings.Join(table, "\n"))
			table = nil
		case table != nil:
			table = append(table, line)
		}
	}
	return all
}

// cells cuts a line at the columns.
func cells(line string, begins []int) []string {
	all := make([]string, len(begins))
	for i, begin := range begins {
		end := len(line)
		if i+1 < len(begins) {
			end = min(end, begins[i+1])
		}
		if begin < end {
			all[i] = strings.TrimRight(line[begin:end], " ")
		}
	}
	return all
}
