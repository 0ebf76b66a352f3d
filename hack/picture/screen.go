//go:build unix

package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// style is a class of the picture, by the sequences of the plugin's colours; empty is plain.
type style string

var styles = map[string]style{"0": "", "1": "prompt", "2": "faint", "31": "red", "32": "green", "33": "yellow"}

type cell struct {
	char  rune
	style style
}

// screen is as much of a terminal as the plugin uses: colours, an edge, and a progress line that is taken away again.
type screen struct {
	done  [][]cell
	line  []cell
	at    int
	style style
}

var sequence = regexp.MustCompile("^\x1b\\[(\\d*)([mK])")

// write is what arrives at the terminal. What this screen does not know is an error, so that nothing is drawn wrong.
func (s *screen) write(text string) error {
	for text != "" {
		if match := sequence.FindStringSubmatch(text); match != nil {
			if err := s.control(match[1], match[2]); err != nil {
				return err
			}
			text = text[len(match[0]):]
			continue
		}
		char, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case char == '\r':
			s.at = 0
		case char == '\n':
			s.newline()
		case unicode.IsControl(char) || char == utf8.RuneError:
			return fmt.Errorf("%q is not for this screen", char)
		default:
			s.put(char)
		}
	}
	return nil
}

func (s *screen) control(parameter, function string) error {
	switch {
	case function == "m":
		known, ok := styles[parameter]
		if !ok {
			return fmt.Errorf("the style %q is not for this screen", parameter)
		}
		s.style = known
	case parameter == "2":
		s.line = nil
	case s.at < len(s.line):
		s.line = s.line[:s.at]
	}
	return nil
}

func (s *screen) put(char rune) {
	if s.at == columns {
		s.newline()
	}
	for len(s.line) <= s.at {
		s.line = append(s.line, cell{char: ' '})
	}
	s.line[s.at] = cell{char, s.style}
	s.at++
}

func (s *screen) newline() {
	s.done = append(s.done, s.line)
	s.line, s.at = nil, 0
}

// lines are what can be seen, from the top.
func (s *screen) lines() [][]cell {
	if len(s.line) > 0 {
		s.newline()
	}
	return s.done
}

// text is what stands in cells, without their styles.
func text(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteRune(c.char)
	}
	return b.String()
}
