//go:build unix

package main

import (
	"strings"
	"testing"
)

func TestAScreenShowsWhatATerminalWould(t *testing.T) {
	for name, c := range map[string]struct{ sent, want string }{
		"lines":                              {"a\r\nb\r\n", "a\nb"},
		"colours are no text":                {"\x1b[31mFAIL\x1b[0m  x\r\n", "FAIL  x"},
		"a progress line that is taken away": {"\rdone 50%\x1b[0K\x1b[2K\rdone\r\n", "done"},
		"what is written over":               {"abc\rx\r\n", "xbc"},
		"the rest of a line that is erased":  {"abc\rx\x1b[K\r\n", "x"},
		"a line that is too long":            {strings.Repeat("a", columns) + "b\r\nc", strings.Repeat("a", columns) + "\nb\nc"},
		"a line as wide as the screen":       {strings.Repeat("a", columns) + "\r\nb", strings.Repeat("a", columns) + "\nb"},
		"a last line without an end":         {"a\r\nb", "a\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &screen{}
			if err := s.write(c.sent); err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, line := range s.lines() {
				lines = append(lines, text(line))
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatAScreenDoesNotKnowIsAnError(t *testing.T) {
	for _, sent := range []string{"\x1b[2J", "\x1b[35m", "\a", "\b", "\xff", "\x1b]0;x\a"} {
		if (&screen{}).write(sent) == nil {
			t.Errorf("%q was taken", sent)
		}
	}
}

func TestThePictureEscapesAndColours(t *testing.T) {
	s := &screen{}
	if err := s.write("<b>  \x1b[31mFAIL\x1b[0m a & \"b\"  c\r\n"); err != nil {
		t.Fatal(err)
	}
	svg := draw(s.lines())
	for _, want := range []string{
		`<tspan x="20.00">&lt;b&gt;  </tspan>`, `<tspan x="62.15" class="red">FAIL</tspan>`, ` a &amp; &#34;b&#34;  </tspan>`, `>c</tspan></text>`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is not in\n%s", want, svg)
		}
	}
}
