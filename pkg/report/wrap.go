package report

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// minLastColumn is the width below which the last column is not wrapped: the
// terminal does it no worse.
const minLastColumn = 24

// wrapLastColumn breaks the last column's text at spaces so that the table
// fits the terminal. Nothing is cut off.
func wrapLastColumn(columns []string, rows [][]string, opts TableOptions) {
	last := len(columns) - 1
	used := 0
	for j := range last {
		width := 0
		if !opts.NoHeaders {
			width = runewidth.StringWidth(columns[j])
		}
		for _, row := range rows {
			width = max(width, runewidth.StringWidth(row[j]))
		}
		used += width + len(columnGap)
	}
	room := opts.Width - used
	if room < minLastColumn {
		return
	}
	for _, row := range rows {
		row[last] = wrap(row[last], room)
	}
}

// wrap breaks a line at spaces; a word longer than the room stays whole.
func wrap(text string, room int) string {
	if runewidth.StringWidth(text) <= room {
		return text
	}
	var lines []string
	line, width := "", 0
	for _, word := range strings.Fields(text) {
		w := runewidth.StringWidth(word)
		if line != "" && width+1+w > room {
			lines, line, width = append(lines, line), "", 0
		}
		if line != "" {
			line, width = line+" ", width+1
		}
		line, width = line+word, width+w
	}
	return strings.Join(append(lines, line), "\n")
}
