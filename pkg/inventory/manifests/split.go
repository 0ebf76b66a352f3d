package manifests

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
)

// document is one document of a file, as text.
type document struct {
	// number counts the documents of the file from 1.
	number int
	// line is the line of the file on which text begins, from 1.
	line int
	text []byte
	// json says that text is a single JSON value.
	json bool
}

// firstLine is the line on which the document says something: not that of a "---", of a comment or of nothing.
func (d document) firstLine() int {
	line := d.line
	for text := range bytes.Lines(d.text) {
		if !blank(text) {
			return line
		}
		line++
	}
	return d.line
}

// split cuts a file into its documents: YAML documents at lines of "---" and
// "...", several JSON values in a row one by one. Documents that hold nothing
// are left out but counted, except before the first "---".
func split(data []byte) []document {
	var docs []document
	number, line := 0, 1
	emit := func(text []byte, leading bool) {
		begin := line
		line += bytes.Count(text, []byte("\n"))
		if values := jsonValues(text); values != nil {
			for _, value := range values {
				number++
				docs = append(docs, document{number: number, line: begin, text: value, json: true})
			}
			return
		}
		empty := blank(text)
		if leading && empty {
			return
		}
		number++
		if !empty {
			docs = append(docs, document{number: number, line: begin, text: text})
		}
	}
	data = toUTF8(data)
	start, leading := 0, true
	for pos := 0; pos < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line := data[pos:end]
		if isMarker(line, "---") || isMarker(line, "...") {
			emit(data[start:pos], leading)
			// After "...", a "---" opens the next document and does not end an empty one.
			leading = line[0] == '.'
			start = pos + len("---")
		}
		pos = end
	}
	emit(data[start:], leading)
	return docs
}

// isMarker says that a line is a YAML document marker, alone or with content behind it.
func isMarker(line []byte, marker string) bool {
	if !bytes.HasPrefix(line, []byte(marker)) {
		return false
	}
	return len(line) == len(marker) || strings.IndexByte(" \t\r\n", line[len(marker)]) >= 0
}

var comment = regexp.MustCompile(`(?m)^\s*(#.*|%[A-Z]+ .*)?$`)

// blank says that there is nothing but white space, comments and directives.
func blank(text []byte) bool {
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 {
		return true
	}
	if trimmed[0] != '#' && trimmed[0] != '%' {
		return false
	}
	return len(bytes.TrimSpace(comment.ReplaceAll(trimmed, nil))) == 0
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

// toUTF8 takes a byte order mark away, and what it stands for: files that
// PowerShell wrote are in UTF-16.
func toUTF8(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// mayHoldMore says that a YAML parser could stop before the end of the text
// without a word: behind an object in braces, or at a "---" behind one of the
// line breaks that only YAML knows.
func mayHoldMore(text []byte) bool {
	first := bytes.TrimSpace(comment.ReplaceAll(text, nil))
	if len(first) == 0 || !isLetter(first[0]) {
		return true
	}
	return loneReturn.Match(text) || bytes.ContainsAny(text, "\u0085\u2028\u2029")
}

var loneReturn = regexp.MustCompile(`\r([^\n]|$)`)

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
