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

// WrapParagraphs breaks a text's lines at spaces. Paragraphs, which empty lines
// separate, are filled anew; a line that begins with a space stays as it is.
func WrapParagraphs(text string, width int) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") && !strings.Contains(p, "\n ") {
			paragraphs[i] = wrap(strings.ReplaceAll(p, "\n", " "), width)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// wrap breaks a line at spaces, and between characters of scripts that have
// none. A longer word, such as a path, stays whole: it can still be copied.
func wrap(text string, room int) string {
	if runewidth.StringWidth(text) <= room {
		return text
	}
	var lines []string
	var line strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		for i, part := range breakable(word) {
			w := runewidth.StringWidth(part)
			space := 0
			if i == 0 && width > 0 {
				space = 1
			}
			if width > 0 && width+space+w > room {
				lines = append(lines, line.String())
				line.Reset()
				width, space = 0, 0
			}
			if space > 0 {
				line.WriteByte(' ')
			}
			line.WriteString(part)
			width += space + w
		}
	}
	return strings.Join(append(lines, line.String()), "\n")
}

// breakable cuts a word behind each character that takes two columns, together
// with the marks that belong to it.
func breakable(word string) []string {
	var parts []string
	start, wide, joined := 0, false, false
	for i, r := range word {
		w := runewidth.RuneWidth(r)
		if wide && w > 0 && !joined {
			parts, start = append(parts, word[start:i]), i
		}
		joined = r == zeroWidthJoiner
		wide = w > 1 || wide && w == 0
	}
	return append(parts, word[start:])
}

// zeroWidthJoiner makes one emoji of two.
const zeroWidthJoiner = '\u200d'
