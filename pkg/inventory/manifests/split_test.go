package manifests

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"unicode/utf16"
)

// split is the cutter with all of a file in hand: it cuts a file into its documents: YAML documents at lines of "---" and
// "...", several JSON values in a row one by one. Documents that hold nothing
// are left out but counted, except before the first "---".
func split(data []byte) []document {
	var docs []document
	number, line, begun := 0, 1, 0
	emit := func(text []byte, leading, ended bool) {
		first := begun == 0
		begun++
		begin := line
		line += bytes.Count(text, []byte("\n"))
		if values := jsonValues(text); len(values) == 1 || first && values != nil {
			for _, value := range values {
				number++
				docs = append(docs, document{number: number, line: begin, text: value, json: true, ended: ended})
			}
			return
		}
		empty := blank(text)
		if leading && empty {
			return
		}
		number++
		if !empty {
			docs = append(docs, document{number: number, line: begin, text: text, ended: ended})
		}
	}
	data = toUTF8(data)
	start, leading, ended := 0, true, false
	for pos := 0; pos < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line := data[pos:end]
		if isMarker(line, "---") || isMarker(line, "...") {
			emit(data[start:pos], leading, ended)
			// After "...", a "---" opens the next document and does not end an empty one.
			ended = line[0] == '.'
			leading = ended
			start = pos + len("---")
		}
		pos = end
	}
	emit(data[start:], leading, ended)
	return docs
}

var comment = regexp.MustCompile(`(?m)^\s*(#.*|%[A-Z]+ .*)?$`)

// blank says that there is nothing but white space, comments and directives.
func blank(text []byte) bool {
	if loneReturn.Match(text) || bytes.ContainsAny(text, "\u0085\u2028\u2029") {
		return false // a comment may end at one of these
	}
	return len(bytes.Trim(comment.ReplaceAll(text, nil), blanks)) == 0
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

// mayHoldMoreSlowly is mayHoldMore with regular expressions for everything: it says that a YAML parser could stop before the end of the text
// without a word: behind an object in braces, or at a "---" behind one of the
// line breaks that only YAML knows.
func mayHoldMoreSlowly(text []byte) bool {
	first := bytes.Trim(comment.ReplaceAll(text, nil), blanks)
	if len(first) == 0 || !isLetter(first[0]) {
		return true
	}
	return loneReturn.Match(text) || bytes.ContainsAny(text, "\u0085\u2028\u2029")
}
