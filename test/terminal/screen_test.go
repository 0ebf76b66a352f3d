//go:build unix

package terminal

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

var (
	// ownColours are the only sequences of data: red, green, yellow, faint and their end.
	ownColours = regexp.MustCompile("^\x1b\\[(31|32|33|2|0)m")
	// ownProgress is how the progress line begins, and how it is taken away.
	ownProgress = regexp.MustCompile("^(\r(created|done) +[0-9]+% \\|[█ ]*\\| \\([0-9]+/[0-9]+\\) \\[[0-9a-z:]+\\]\x1b\\[0K|\r\x1b\\[2K\r|\x1b\\[2K\r)")
)

// hostile says what on the screen a terminal may act upon that is not the
// plugin's own, or "".
func hostile(screen string) string {
	for i := 0; i < len(screen); {
		rest := screen[i:]
		if own := ownColours.FindString(rest); own != "" {
			i += len(own)
			continue
		}
		if own := ownProgress.FindString(rest); own != "" {
			i += len(own)
			continue
		}
		if strings.HasPrefix(rest, "\r\n") {
			i += 2
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return fmt.Sprintf("invalid UTF-8 at byte %d: %q", i, excerpt(screen, i))
		case r == '\t':
		case unicode.IsControl(r):
			return fmt.Sprintf("control character %U at byte %d: %q", r, i, excerpt(screen, i))
		case unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return fmt.Sprintf("%U, which turns or breaks text, at byte %d: %q", r, i, excerpt(screen, i))
		}
		i += size
	}
	return ""
}

func excerpt(text string, at int) string {
	return text[max(0, at-30):min(len(text), at+30)]
}

// The judge itself must see what it is there for.
func TestHostileIsSeen(t *testing.T) {
	for name, screen := range map[string]string{
		"an escape sequence":          "a\x1b[2Jb",
		"a colour that is not ours":   "a\x1b[35mb",
		"a title":                     "\x1b]0;x\a",
		"CSI as one character":        "a\u009b31mb",
		"CSI as one byte":             "a\x9b31mb",
		"a carriage return":           "FAIL\rPASS",
		"a bare newline":              "a\nb",
		"a backspace":                 "FAIL\b\b\b\bPASS",
		"a bell":                      "\a",
		"a delete":                    "\x7f",
		"a right-to-left override":    "\u202egnp",
		"an isolate":                  "\u2066x",
		"a line separator":            "a\u2028b",
		"a hyperlink":                 "\x1b]8;;https://example.com\x1b\\x",
		"an erased line without a CR": "\x1b[K",
	} {
		if hostile(screen) == "" {
			t.Errorf("%s is not seen: %q", name, screen)
		}
	}
	for _, screen := range []string{"a\r\nb", "\x1b[31mFAIL\x1b[0m", "\rcreated  50% |██████████          | (1/2) [0s:0s]\x1b[0K\x1b[2K\r", "été 命名 👩‍👧"} {
		if problem := hostile(screen); problem != "" {
			t.Errorf("%q: %s", screen, problem)
		}
	}
}

var colours = regexp.MustCompile("\x1b\\[[0-9]*m")

// plain is a screen without colours, as lines.
func plain(screen string) []string {
	text := colours.ReplaceAllString(screen, "")
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}

// columnAt is the column at which text begins in a line, or -1.
func columnAt(line, text string) int {
	before, _, ok := strings.Cut(line, text)
	if !ok {
		return -1
	}
	return runewidth.StringWidth(before)
}
