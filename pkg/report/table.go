package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Table is rows under column headers, as kubectl prints them.
type Table struct {
	// Columns are the headers.
	Columns []string
	// Rows are the cells; each row has as many as there are columns.
	Rows [][]string
}

// TableOptions says how to write a table.
type TableOptions struct {
	// NoHeaders leaves the headers out.
	NoHeaders bool
	// Color colours the verdicts.
	Color bool
	// Width is the terminal's, in columns; 0 does not fit the last column to it.
	Width int
}

// columnGap is what kubectl puts between two columns.
const columnGap = "   "

// Write writes the table: no borders, three spaces between columns, nothing
// behind the last one; without rows, nothing at all. It is the one adapter to
// tablewriter.
func (t Table) Write(w io.Writer, opts TableOptions) error {
	if len(t.Rows) == 0 {
		return nil
	}
	rows := t.sanitized()
	out := &trailingSpaceTrimmer{w: bufio.NewWriter(w)}
	if err := t.write(out, rows, opts); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return out.flush()
}

// write chooses who aligns the columns.
func (t Table) write(w io.Writer, rows [][]string, opts TableOptions) error {
	if isLarge(rows) && opts.Width == 0 && !opts.Color && isASCII(t.Columns, rows) {
		return t.writeLarge(w, rows, opts)
	}
	padding := make([]tw.Padding, len(t.Columns))
	for i := range padding {
		padding[i] = tw.Padding{Right: columnGap, Overwrite: true}
	}
	padding[len(padding)-1] = tw.PaddingNone

	table := tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{
				Lines:      tw.LinesNone,
				Separators: tw.SeparatorsNone,
			},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header: cells(padding),
			Row:    cells(padding),
			Behavior: tw.Behavior{
				TrimSpace: tw.Off,
				TrimLine:  tw.Off,
				TrimTab:   tw.Off,
			},
		}),
	)
	if opts.Width > 0 {
		wrapLastColumn(t.Columns, rows, opts)
	}
	if !opts.NoHeaders {
		table.Header(t.Columns)
	}
	if opts.Color {
		colorize(rows)
	}
	if err := table.Bulk(rows); err != nil {
		return err
	}
	return table.Render()
}

func cells(padding []tw.Padding) tw.CellConfig {
	return tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{PerColumn: padding},
	}
}

// sanitized copies the rows with each cell as one safe line.
func (t Table) sanitized() [][]string {
	rows := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		rows[i] = make([]string, len(row))
		for j, cell := range row {
			rows[i][j] = OneLine(cell)
		}
	}
	return rows
}

// trailingSpaceTrimmer takes the padding of the last column away.
type trailingSpaceTrimmer struct {
	w    *bufio.Writer
	line []byte
}

// Write implements io.Writer.
func (t *trailingSpaceTrimmer) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			t.line = append(t.line, p...)
			return n, nil
		}
		t.line = append(t.line, p[:i]...)
		if _, err := t.w.Write(append(bytes.TrimRight(t.line, " "), '\n')); err != nil {
			return 0, err
		}
		t.line, p = t.line[:0], p[i+1:]
	}
}

// flush writes a last line that no newline ended, and what is held back.
func (t *trailingSpaceTrimmer) flush() error {
	if len(bytes.TrimSpace(t.line)) > 0 {
		if _, err := t.w.Write(append(bytes.TrimRight(t.line, " "), '\n')); err != nil {
			return err
		}
	}
	return t.w.Flush()
}
