package manifests

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string // number@line: text
	}{
		{"nothing", "", nil},
		{"one document", "a: b\n", []string{"1@1: a: b\n"}},
		{"two documents", "a: b\n---\nc: d\n", []string{"1@1: a: b\n", "2@2: \nc: d\n"}},
		{"a leading marker opens the first document", "---\na: b\n", []string{"1@1: \na: b\n"}},
		{"comments before the first marker are no document", "# x\n---\na: b\n", []string{"1@2: \na: b\n"}},
		{"a directive before the first marker is no document", "%YAML 1.1\n---\na: b\n", []string{"1@2: \na: b\n"}},
		{"an empty document counts and is left out", "a: b\n---\n---\nc: d\n", []string{"1@1: a: b\n", "3@3: \nc: d\n"}},
		{"content behind the marker", "--- {a: b}\n--- # x\nc: d\n", []string{"1@1:  {a: b}\n", "2@2:  # x\nc: d\n"}},
		{"an end marker", "a: b\n...\n---\nc: d\n...\n", []string{"1@1: a: b\n", "2@3: \nc: d\n"}},
		{"an end marker without another marker", "a: b\n...\nc: d\n", []string{"1@1: a: b\n", "2@2: \nc: d\n"}},
		{"no newline at the end", "a: b\n---\nc: d", []string{"1@1: a: b\n", "2@2: \nc: d"}},
		{"carriage returns", "a: b\r\n---\r\nc: d\r\n", []string{"1@1: a: b\r\n", "2@2: \r\nc: d\r\n"}},
		{"a marker in a text is none", "a: |\n  ---\n  x\n---x: y\n", []string{"1@1: a: |\n  ---\n  x\n---x: y\n"}},
		{"a byte order mark", "\xef\xbb\xbfa: b\n", []string{"1@1: a: b\n"}},
		{"UTF-16 little endian", "\xff\xfea\x00:\x00 \x00b\x00\n\x00", []string{"1@1: a: b\n"}},
		{"UTF-16 big endian", "\xfe\xff\x00a\x00:\x00 \x00b\x00\n", []string{"1@1: a: b\n"}},
		{"JSON", `{"a": 1}`, []string{`1@1: {"a": 1}`}},
		{"several JSON values", "{\"a\": 1}{\"b\": 2}\n{\"c\": 3}", []string{`1@1: {"a": 1}`, `2@1: {"b": 2}`, `3@1: {"c": 3}`}},
		{"JSON between markers", "{\"a\": 1}\n---\n{\"b\": 2}\n", []string{`1@1: {"a": 1}`, `2@2: {"b": 2}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, doc := range split([]byte(tt.text)) {
				got = append(got, fmt.Sprintf("%d@%d: %s", doc.number, doc.line, doc.text))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}
