package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Reach is the view of connections, each with what decided it as decided says.
func Reach(r *v1alpha1.ReachReport, decided func(v1alpha1.Connection) string) View {
	v := View{
		Columns:     []string{"SOURCE", "VERDICT", "DESTINATION", "PORT", "DECIDED BY"},
		WideColumns: []string{"VIA", "EGRESS", "INGRESS", "NOTES"},
		Documents:   []runtime.Object{r},
		RowsAsNames: true,
	}
	for i := range r.Connections {
		c := &r.Connections[i]
		port := portText(c)
		v.Rows = append(v.Rows, Row{
			Cells:     []string{c.From, string(c.Verdict), c.To, port, decided(*c)},
			WideCells: []string{c.Via, decisionVerdict(c.Egress), decisionVerdict(c.Ingress), strings.Join(c.Notes, "; ")},
			Name:      expectation(c.From, c.To, port, c.Verdict),
			Failing:   c.Verdict != v1alpha1.ReachAllowed,
			Object:    c,
		})
	}
	return v
}

func portText(c *v1alpha1.Connection) string {
	if c.Port != 0 {
		return fmt.Sprintf("%d/%s", c.Port, c.Protocol)
	}
	return portsText(c.Allowed, c.Unknown)
}

// portsText is what passes on all ports, and what may.
func portsText(allowed, unknown []string) string {
	if len(allowed) == 1 && len(unknown) == 0 {
		return allowed[0]
	}
	text := strings.Join(allowed, ", ")
	if text == "" && len(unknown) == 0 {
		return "nothing"
	}
	if len(unknown) > 0 {
		if text != "" {
			text += "; "
		}
		text += "unknown: " + strings.Join(unknown, ", ")
	}
	return text
}

func decisionVerdict(d *v1alpha1.DirectionDecision) string {
	if d == nil {
		return ""
	}
	return string(d.Verdict)
}

// expectation is a connection as a line of an expectations file; one that such
// a file cannot expect is a comment in it.
func expectation(from, to, port string, verdict v1alpha1.ReachVerdict) string {
	word, comment := "", ""
	switch verdict {
	case v1alpha1.ReachAllowed:
		word = "allow"
	case v1alpha1.ReachDenied:
		word = "deny"
	}
	if word == "" || strings.Contains(port, " ") || !strings.Contains(port, "/") {
		word, comment = string(verdict), "# "
	}
	return comment + from + " " + to + " " + port + " " + word
}

// Matrix is the view of who reaches whom, a row for each pair.
func Matrix(m *v1alpha1.ReachMatrix) View {
	v := View{
		Columns:     []string{"SOURCE", "VERDICT", "DESTINATION", portsColumn(m)},
		Documents:   []runtime.Object{m},
		RowsAsNames: true,
		Rows:        make([]Row, 0, len(m.Entries)),
	}
	ports := entryPorts(m)
	for i := range m.Entries {
		e := &m.Entries[i]
		text := ports(e)
		v.Rows = append(v.Rows, Row{
			Cells:   []string{e.From, string(e.Verdict), e.To, text},
			Name:    expectation(e.From, e.To, text, e.Verdict),
			Failing: e.Verdict != v1alpha1.ReachAllowed,
			Object:  e,
		})
	}
	return v
}

// CompactMatrix is the table of who reaches whom, with a row for each source
// and answer. It needs the entries one at a time, and the matrix without them.
func CompactMatrix(m *v1alpha1.ReachMatrix, entries iter.Seq[v1alpha1.MatrixEntry]) View {
	v := View{Columns: []string{"SOURCE", "VERDICT", portsColumn(m), "DESTINATIONS"}}
	for _, s := range compactPairs(entries, entryPorts(m)) {
		for _, row := range s.rows {
			v.Rows = append(v.Rows, Row{Cells: []string{s.source, string(row.verdict), row.ports, strings.Join(row.destinations, ", ")}})
		}
	}
	return v
}

// WriteMatrixNames writes the entries as lines of an expectations file, one at
// a time: there may be millions.
func WriteMatrixNames(w io.Writer, m *v1alpha1.ReachMatrix, entries iter.Seq[v1alpha1.MatrixEntry]) error {
	out, ports := bufio.NewWriter(w), entryPorts(m)
	for e := range entries {
		if _, err := out.WriteString(OneLine(expectation(e.From, e.To, ports(&e), e.Verdict)) + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

func portsColumn(m *v1alpha1.ReachMatrix) string {
	if m.Port != 0 {
		return "PORT"
	}
	return "PORTS"
}

// entryPorts is the port that was asked for, or all that passes.
func entryPorts(m *v1alpha1.ReachMatrix) func(*v1alpha1.MatrixEntry) string {
	if m.Port != 0 {
		port := fmt.Sprintf("%d/%s", m.Port, m.Protocol)
		return func(*v1alpha1.MatrixEntry) string { return port }
	}
	return func(e *v1alpha1.MatrixEntry) string { return portsText(e.Allowed, e.Unknown) }
}

// Expectations is the view of the lines that do not hold.
func Expectations(r *v1alpha1.ReachExpectations) View {
	v := View{
		Columns:     []string{"LINE", "GOT", "EXPECTED", "SOURCE", "DESTINATION", "PORT", "DECIDED BY"},
		Documents:   []runtime.Object{r},
		RowsAsNames: true,
	}
	for i := range r.Mismatches {
		m := &r.Mismatches[i]
		if m.Error != "" {
			// It is talk, not a result: it goes to stderr.
			continue
		}
		v.Rows = append(v.Rows, Row{
			Cells:   []string{fmt.Sprint(m.Line), string(m.Got), string(m.Expected), m.From, m.To, m.Port, m.Decided},
			Name:    fmt.Sprintf("%s:%d", r.File, m.Line),
			Failing: true,
			Object:  m,
		})
	}
	return v
}

// ExpectationsSummary is the last line of a comparison.
func ExpectationsSummary(r *v1alpha1.ReachExpectations) string {
	s := r.Summary
	parts := append([]string{fmt.Sprintf("%d of %d agree", s.Agreed, s.Lines)},
		rest(s.Differed, "differ", s.Unknown, "unknown", s.Invalid, "invalid")...)
	if s.Lines == 0 {
		parts = []string{nothingExpected}
	}
	return fmt.Sprintf("%s: %s", expectationsFile(r), strings.Join(parts, ", "))
}

// nothingExpected is what a file without expectations comes to: nothing was
// wrong, and nothing was found to be right.
const nothingExpected = "no expectations: nothing was compared"

// expectationsFile names the file.
func expectationsFile(r *v1alpha1.ReachExpectations) string {
	if r.File == "-" {
		return "standard input"
	}
	return r.File
}
