package manifests

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func documentsOf(t rapid.TB, r io.Reader) []document {
	t.Helper()
	docs, err := source{open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}.documents(math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func TestDocumentsOfAText(t *testing.T) {
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
			for _, doc := range documentsOf(t, strings.NewReader(tt.text)) {
				got = append(got, fmt.Sprintf("%d@%d: %s", doc.number, doc.line, doc.text))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

// long stands for what does not fit into the reader's buffer.
var long = strings.NewReplacer("LONGER", strings.Repeat("y", lineBuffer), "LONG", strings.Repeat("y", lineBuffer-2), "LINES", strings.Repeat("# z\n", lineBuffer/4))

// texts draws files of what documents are made of, and of what they are cut at.
func texts() *rapid.Generator[string] {
	word := rapid.OneOf(
		rapid.SampledFrom([]string{
			"---", "...", "\n", "\n---\n", "\n...\n", "\r\n", "\r", " ", "\t", "#", "# x", "%YAML 1.1", "%x", "{}", `{"a": 1}`, "[1]", "{", "a: b", "- c", "x",
			"\xef\xbb\xbf", "\xff", "\u0085", "\u00a0", "\u2028", "\v", "\f", "é", "😀",
		}),
		rapid.SampledFrom([]string{"\n", "\n---\n", "\n...\n---\n", "\n---\n---"}),
		rapid.SampledFrom([]string{"LONG", "LONGER", "LINES"}),
		rapid.StringMatching(`[ -~\n]{0,6}`),
	)
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), "") })
}

func TestTheCutterFindsTheDocumentsThatSplitDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := encoded(t, texts().Draw(t, "text"))
		var r io.Reader = bytes.NewReader(data)
		if rapid.Bool().Draw(t, "in small parts") {
			r = iotest.HalfReader(r)
		}
		if got, want := documentsOf(t, r), split(data); !reflect.DeepEqual(got, want) {
			t.Fatalf("%d documents, and split finds %d, or others", len(got), len(want))
		}
	})
}

// encoded writes a text as editors do: in UTF-8 or UTF-16, with a mark or without, and perhaps broken off.
func encoded(t *rapid.T, text string) []byte {
	data := []byte(long.Replace(text))
	switch rapid.SampledFrom([]string{"as it is", "marked", "little endian", "big endian"}).Draw(t, "encoding") {
	case "marked":
		data = append([]byte("\xef\xbb\xbf"), data...)
	case "little endian":
		data = []byte("\xff\xfe")
		for _, unit := range utf16.Encode([]rune(long.Replace(text))) {
			data = binary.LittleEndian.AppendUint16(data, unit)
		}
	case "big endian":
		data = []byte("\xfe\xff")
		for _, unit := range utf16.Encode([]rune(long.Replace(text))) {
			data = binary.BigEndian.AppendUint16(data, unit)
		}
	}
	return data[:len(data)-rapid.IntRange(0, min(3, len(data))).Draw(t, "missing")]
}

func TestNoTextThatMayHoldMoreIsOverlooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(texts().Draw(t, "text"))
		if got, want := mayHoldMore(text), mayHoldMoreSlowly(text); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func FuzzCutter(f *testing.F) {
	for _, seed := range []string{"", "a\n---\nb", "--- {}\n...", "\xff\xfe-\x00-\x00-\x00", "\xfe\xff\xd8\x00", "{}{} ", "%A x\n#\n---"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if diff := cmp.Diff(split(data), documentsOf(t, bytes.NewReader(data)), cmp.AllowUnexported(document{})); diff != "" {
			t.Errorf("documents (-split +cutter):\n%s", diff)
		}
		if got, want := mayHoldMore(data), mayHoldMoreSlowly(data); got != want {
			t.Errorf("may hold more: %v, want %v", got, want)
		}
	})
}
