package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// OneLine makes a text from a cluster or a file fit for a cell or a message:
// one line, without anything that a terminal would act upon.
func OneLine(text string) string {
	return escape(text, func(rune) bool { return false })
}

// escape replaces control characters, invalid UTF-8 and the characters that
// turn the direction of text; those that keep lets through stay.
func escape(text string, keep func(rune) bool) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return hostile(r) && !keep(r) }) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !hostile(r) || keep(r):
			b.WriteRune(r)
		case r == '\x1b':
			b.WriteString("^[") // as kubectl shows it
		case r == '\n', r == '\r', r == '\t':
			b.WriteByte(' ')
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// hostile says that a terminal may act upon a character instead of showing it:
// C0 and C1 controls, line and paragraph separators, and bidirectional
// overrides, which can make a text look like another.
func hostile(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200e || r == 0x200f || r == 0x061c
}

// TerminalWriter escapes what a terminal would act upon, except for newlines
// and tabs. It is for formats whose text is the user's own template.
func TerminalWriter(w io.Writer) io.Writer { return terminalWriter{w} }

type terminalWriter struct{ w io.Writer }

// Write implements io.Writer.
func (t terminalWriter) Write(p []byte) (int, error) {
	safe := escape(string(p), func(r rune) bool { return r == '\n' || r == '\t' })
	if _, err := io.WriteString(t.w, safe); err != nil {
		return 0, err
	}
	return len(p), nil
}
