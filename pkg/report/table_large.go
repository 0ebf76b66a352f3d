package report

import (
	"io"
	"text/tabwriter"
	"unicode/utf8"
)

// largeTable is the number of rows from which a table that goes to a file or a pipe is aligned by Go's own tabwriter:
// tablewriter takes 20 µs and 7 kB a row, this one hundredths of that. It knows neither colours nor characters of two
// columns; without those both write the same, which a test compares.
const largeTable = 500

func isLarge(rows [][]string) bool { return len(rows) >= largeTable }

// isASCII says that each character is one column wide.
func isASCII(columns []string, rows [][]string) bool {
	for _, row := range append([][]string{columns}, rows...) {
		for _, cell := range row {
			for i := range len(cell) {
				if cell[i] >= utf8.RuneSelf {
					return false
				}
			}
		}
	}
	return true
}

// writeLarge aligns the columns. Cells are one line each, without tabs.
func (t Table) writeLarge(w io.Writer, rows [][]string, opts TableOptions) error {
	align := tabwriter.NewWriter(w, 0, 0, len(columnGap), ' ', 0)
	var line []byte
	write := func(row []string) error {
		line = line[:0]
		for i, cell := range row {
			if i > 0 {
				line = append(line, '\t')
			}
			line = append(line, cell...)
		}
		_, err := align.Write(append(line, '\n'))
		return err
	}
	if !opts.NoHeaders {
		if err := write(t.Columns); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := write(row); err != nil {
			return err
		}
	}
	return align.Flush()
}
