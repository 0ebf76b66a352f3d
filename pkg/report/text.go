package report

import (
	"fmt"
	"io"
	"slices"
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
		default: // as JSON and YAML would have it
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// hostile says that a terminal may act upon a character instead of showing it:
// C0 and C1 controls, line and paragraph separators, and bidirectional
// overrides, which can make a text look like another. What is no character,
// which XML cannot hold, and the byte order mark are not shown either.
func hostile(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200e || r == 0x200f || r == 0x061c || r == 0xfeff || r == 0xfffe || r == 0xffff
}

// TerminalWriter escapes what a terminal would act upon, except for newlines
// and tabs, and ends the last line. It is for formats whose text is the user's
// own template, or a document. Close it.
type TerminalWriter struct {
	w io.Writer
	// rest is the beginning of a character whose end is still to come.
	rest []byte
	last byte
}

// NewTerminalWriter returns one that writes to w.
func NewTerminalWriter(w io.Writer) *TerminalWriter { return &TerminalWriter{w: w} }

// Write implements io.Writer.
func (t *TerminalWriter) Write(p []byte) (int, error) {
	text := slices.Concat(t.rest, p)
	end := len(text) - incomplete(text)
	if err := t.write(text[:end]); err != nil {
		return 0, err
	}
	t.rest = append([]byte(nil), text[end:]...)
	return len(p), nil
}

// Close writes what is left and ends the last line, so that what comes next on
// the terminal begins on its own. It leaves the writer below open.
func (t *TerminalWriter) Close() error {
	if err := t.write(t.rest); err != nil {
		return err
	}
	t.rest = nil
	if t.last == 0 || t.last == '\n' {
		return nil
	}
	return t.write([]byte("\n"))
}

func (t *TerminalWriter) write(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	t.last = text[len(text)-1]
	_, err := io.WriteString(t.w, escape(string(text), func(r rune) bool { return r == '\n' || r == '\t' }))
	return err
}

// incomplete is how many bytes at the end may be the beginning of a character.
func incomplete(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if b := text[len(text)-n]; utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}
