package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// markdownFormat is for comments of pull requests and for step summaries of
// pipelines, in GitHub's flavour, which GitLab reads too.
var markdownFormat = Format{
	Name:       "markdown",
	Extensions: []string{"md"},
	Writes: writesAny(writes[*v1alpha1.AuditReport], writes[*v1alpha1.FixReport], writes[*v1alpha1.RollbackReport],
		writes[*v1alpha1.ReachReport], writes[*v1alpha1.ReachMatrix], writes[*v1alpha1.ReachExpectations]),
	Write: func(w io.Writer, document runtime.Object) error {
		text := &markdown{}
		switch r := document.(type) {
		case *v1alpha1.AuditReport:
			text.audit(r)
		case *v1alpha1.FixReport:
			text.fix(r)
		case *v1alpha1.RollbackReport:
			text.rollback(r)
		case *v1alpha1.ReachReport:
			text.reach(r)
		case *v1alpha1.ReachMatrix:
			text.matrix(r)
		case *v1alpha1.ReachExpectations:
			text.expectations(r)
		default:
			return fmt.Errorf("no Markdown of a %T", document)
		}
		return text.writeTo(w)
	},
}

// markdownLimit is how many bytes a page may have: GitHub refuses a comment of
// more than 65,536 characters, and there should be room for a few words of the
// pipeline's own. Rows that have no room are counted on the page.
const markdownLimit = 60000

// markdown is a page that is being made.
type markdown struct {
	page bytes.Buffer
	err  error
}

func (m *markdown) writeTo(w io.Writer) error {
	if m.err != nil {
		return m.err
	}
	_, err := m.page.WriteTo(w)
	return err
}

// room is how many bytes are left.
func (m *markdown) room() int { return markdownLimit - m.page.Len() }

// printf writes a format whose arguments are already safe.
func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.page, format, args...) }

// maxMarkdownList bounds the entries of a list, maxMarkdownText the bytes of a single text outside of tables.
const (
	maxMarkdownList = 20
	maxMarkdownText = 1000
)

// list writes texts from anywhere as a list, each behind a word that is ours.
func (m *markdown) list(word string, texts []string) {
	if len(texts) == 0 {
		return
	}
	for i, text := range texts {
		if i == maxMarkdownList {
			m.printf("- and %d more, which had no room here\n", len(texts)-i)
			break
		}
		m.printf("- %s: %s\n", word, markdownText(shortened(text, maxMarkdownText)))
	}
	m.printf("\n")
}

// shortened says so where it cuts.
func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := strings.ToValidUTF8(text[:limit], "")
	return fmt.Sprintf("%s... (%d more bytes)", cut, len(text)-len(cut))
}

// markdownTable is a table whose less important rows may be left out.
type markdownTable struct {
	// columns are the headers, rows the cells, as they came from a cluster.
	columns []string
	rows    [][]string
	// rank says how important a row is, 0 the most; nil is all alike.
	rank func(row int) int
	// noun is what a row is.
	noun string
	// describe sums up rows that had no room; nil only counts them.
	describe func(rows []int) string
}

// table writes the rows that fit into a number of bytes, in their own order,
// and says what was left out.
func (m *markdown) table(t markdownTable, room int) {
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	if t.rank != nil {
		slices.SortStableFunc(order, func(a, b int) int { return t.rank(a) - t.rank(b) })
	}
	const note = 300 // what is said of rows that were left out
	room -= note
	safe := map[int][]string{}
	var kept, left []int
	for _, i := range order {
		row := t.rows[i]
		if sizeOf(row) > max(2*room, 0) { // not worth making it safe
			left = append(left, i)
			continue
		}
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = markdownText(cell)
		}
		size := sizeOf(cells)
		if size > room {
			left = append(left, i)
			continue
		}
		room -= size
		kept = append(kept, i)
		safe[i] = cells
	}
	slices.Sort(kept)
	rows := make([][]string, len(kept))
	for i, index := range kept {
		rows[i] = safe[index]
	}
	if len(rows) > 0 && m.err == nil {
		m.err = renderMarkdown(&m.page, t.columns, rows)
	}
	if len(left) > 0 {
		m.printf("\n**%s had no room here**", Count(len(left), t.noun))
		if t.describe != nil {
			m.printf(": %s", t.describe(left))
		}
		m.printf(". The other formats have all.\n")
	}
	m.printf("\n")
}

// sizeOf is how many bytes a row of cells takes.
func sizeOf(cells []string) int {
	size := len("|\n")
	for _, cell := range cells {
		size += len(cell) + len(" | ")
	}
	return size
}

// renderMarkdown writes a table of cells that are already safe.
func renderMarkdown(w io.Writer, columns []string, rows [][]string) error {
	out := &paddingTrimmer{w: w}
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
	}
	table := tablewriter.NewTable(out, tablewriter.WithRenderer(renderer.NewMarkdown()), tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell}))
	table.Header(columns)
	if err := table.Bulk(rows); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return out.flush()
}

// paddingTrimmer takes from a Markdown table the spaces and dashes that only
// make its source look even: one long cell would make every row as long.
type paddingTrimmer struct {
	w    io.Writer
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *paddingTrimmer) Write(p []byte) (int, error) { return t.text.Write(p) }

// flush writes the table.
func (t *paddingTrimmer) flush() error {
	for line := range strings.Lines(t.text.String()) {
		if separator := strings.Trim(line, "|-: \n"); separator == "" {
			line = strings.Repeat("| --- ", strings.Count(line, "|")-1) + "|\n"
		}
		if _, err := io.WriteString(t.w, strings.Join(strings.Fields(line), " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
