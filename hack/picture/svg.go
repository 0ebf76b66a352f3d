//go:build unix

package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Measures of the picture, in its own pixels. The fonts of its readers are not known: each word has its place, so that
// columns stay columns.
const (
	fontSize   = 14.0
	cellWidth  = 8.43
	lineHeight = 20.0
	padding    = 20.0
)

// styleSheet: with a background of its own it looks the same on light and dark pages.
const styleSheet = `
    .window { fill: #0d1117; stroke: #30363d }
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre; fill: #e6edf3 }
    .prompt { font-weight: bold }
    .faint { fill: #9198a1 }
    .red { fill: #ff7b72 }
    .green { fill: #56d364 }
    .yellow { fill: #e3b341 }
`

// draw makes the picture of a screen: text that can be selected and read aloud, no script, nothing from elsewhere.
func draw(lines [][]cell) string {
	longest := 0
	for _, line := range lines {
		longest = max(longest, len(line))
	}
	width, height := 2*padding+float64(longest)*cellWidth, 2*padding+float64(len(lines))*lineHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "  <title id=\"title\">%s in a terminal</title>\n", escape(strings.Join(commands, ", then ")))
	fmt.Fprintf(&b, "  <desc id=\"desc\">What the commands print on a cluster with the sample company of testdata/shop.</desc>\n")
	fmt.Fprintf(&b, "  <style>%s  </style>\n", styleSheet)
	fmt.Fprintf(&b, `  <rect class="window" x="0.5" y="0.5" width="%.0f" height="%.0f" rx="8"/>`+"\n", width-1, height-1)
	for i, line := range lines {
		if len(line) == 0 {
			continue
		}
		fmt.Fprintf(&b, `  <text xml:space="preserve" y="%.0f">`, padding+float64(i)*lineHeight+fontSize)
		for at := 0; at < len(line); {
			end := wordEnd(line, at)
			class := ""
			if line[at].style != "" {
				class = fmt.Sprintf(` class=%q`, line[at].style)
			}
			fmt.Fprintf(&b, `<tspan x="%.2f"%s>%s</tspan>`, padding+float64(at)*cellWidth, class, escape(text(line[at:end])))
			at = end
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// wordEnd is where the words that begin at a place end, with the gap behind them: two spaces or more, or another style.
func wordEnd(line []cell, at int) int {
	end := at + 1
	for end < len(line) && line[end].style == line[at].style {
		gapBefore := end >= 2 && line[end-1].char == ' ' && line[end-2].char == ' '
		if gapBefore && line[end].char != ' ' {
			break
		}
		end++
	}
	return end
}

func escape(text string) string {
	var b strings.Builder
	// It cannot fail: a strings.Builder takes everything.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
