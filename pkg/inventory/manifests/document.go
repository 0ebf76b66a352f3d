package manifests

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
)

// document is one document, as text.
type document struct {
	// number counts the documents from 1.
	number int
	// line is the line of the file on which text begins, from 1.
	line int
	text []byte
	// json says that text is a single JSON value.
	json bool
	// ended is that of its piece.
	ended bool
}

// documents are those of a piece, numbered from 1, and how many they count for: the values of a text that is JSON, or
// one of YAML. Behind a "---" kubectl takes several values in a row for YAML, of which it reads the first. A document that holds nothing is left out but counted, except before the first "---".
func (p piece) documents() (docs []document, counted int) {
	if values := jsonValues(p.text); len(values) == 1 || p.offset == 0 && values != nil {
		for i, value := range values {
			docs = append(docs, document{number: i + 1, line: p.line, text: value, json: true, ended: p.ended})
		}
		return docs, len(values)
	}
	empty := len(significant(p.text)) == 0 && !hasOtherBreaks(p.text)
	switch {
	case p.leading && empty:
		return nil, 0
	case empty:
		return nil, 1
	}
	return []document{{number: 1, line: p.line, text: p.text, ended: p.ended}}, 1
}

var directive = regexp.MustCompile(`^%[A-Z]+ `)

// blanks are the white space of YAML, and what Go's regular expressions take for it. A space that is not ASCII is text.
const blanks = " \t\n\f\r"

// significant is a text from the first of its lines that is not white space, a comment or a directive.
func significant(text []byte) []byte { return bytes.TrimRight(fromFirst(text), blanks) }

// fromFirst is significant with what is behind the text.
func fromFirst(text []byte) []byte {
	text = bytes.TrimLeft(text, blanks)
	for len(text) > 0 && (text[0] == '#' || directive.Match(text)) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
		text = bytes.TrimLeft(text, blanks)
	}
	return text
}

// firstLine is the line on which the document says something: not that of a "---", of a comment or of nothing.
func (d document) firstLine() int {
	before := d.text[:len(d.text)-len(fromFirst(d.text))]
	return d.line + bytes.Count(before, []byte("\n"))
}

// jsonValues returns the JSON values of a text, or nil where it is not JSON
// from its first to its last byte (YAML's flow style may look like it).
func jsonValues(text []byte) [][]byte {
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return nil
	}
	var values [][]byte
	decoder := json.NewDecoder(bytes.NewReader(trimmed))
	for {
		var value json.RawMessage
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return values
		}
		if err != nil {
			return nil
		}
		values = append(values, value)
	}
}

// mayHoldMore says that a YAML parser could stop before the end of the text
// without a word: behind an object in braces, or at a "---" behind one of the
// line breaks that only YAML knows.
func mayHoldMore(text []byte) bool {
	first := significant(text)
	return len(first) == 0 || !isLetter(first[0]) || hasOtherBreaks(text)
}

// hasOtherBreaks says that there may be line breaks in a YAML text besides LF and CR LF.
func hasOtherBreaks(text []byte) bool {
	if bytes.IndexByte(text, '\r') >= 0 && loneReturn.Match(text) {
		return true
	}
	return slices.ContainsFunc(otherBreaks, func(b []byte) bool { return bytes.Contains(text, b) })
}

var (
	loneReturn  = regexp.MustCompile(`\r([^\n]|$)`)
	otherBreaks = [][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}
)

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
