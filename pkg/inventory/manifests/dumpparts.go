package manifests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// What kubectl get -o yaml writes around the items of a list. The keys are sorted, and nothing else is at the beginning of
// a line, so that an item that begins there can be read alone: if the text around it were part of a scalar or a list
// in brackets that spans lines, then an item or what is around the items would be incomplete.
var (
	dumpHead  = []byte("apiVersion: v1\nitems:\n")
	dumpTails = map[string]bool{
		"kind: List\nmetadata:\n  resourceVersion: \"\"\n":                   true,
		"kind: List\nmetadata:\n  resourceVersion: \"\"\n  selfLink: \"\"\n": true,
		"kind: List\nmetadata: {}\n":                                         true,
		"kind: List\n":                                                       true,
	}
)

// maxTail is more than any of dumpTails.
const maxTail = 100

// errNotADump is the error of a text that goes on otherwise than it began.
var errNotADump = errors.New("not as kubectl writes it")

// mayBeDump says that a text begins as a list that kubectl wrote.
func mayBeDump(beginning []byte) bool {
	after, ok := bytes.CutPrefix(bytes.TrimPrefix(beginning, []byte("\n")), dumpHead)
	return ok && bytes.HasPrefix(after, []byte("- "))
}

// itemsTogether is how much of a list in YAML is parsed at a time.
const itemsTogether = 32 << 10

// dumpInParts reads a list in YAML as kubectl writes it.
func dumpInParts(l *parts, r io.Reader, give func(step) bool) error {
	in := bufio.NewReaderSize(r, lineBuffer)
	if first, _ := in.Peek(1); string(first) == "\n" {
		_, _ = in.Discard(1)
	}
	_, _ = in.Discard(len(dumpHead))
	var items []byte
	giveItems := func() bool {
		text := items
		items = nil
		return give(func() func() error { return l.dumped(text) })
	}
	for lineStart := true; ; {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return whole(err)
		}
		begins := lineStart && bytes.HasPrefix(line, []byte("- "))
		if lineStart && !begins && !bytes.HasPrefix(line, []byte("  ")) && line[0] != '\n' {
			tail := string(line)
			rest, err := io.ReadAll(io.LimitReader(in, maxTail))
			if err != nil || !dumpTails[tail+string(rest)] || !giveItems() {
				return errNotADump
			}
			return l.endDump(give)
		}
		if begins && len(items) >= itemsTogether && !giveItems() {
			return errNotADump
		}
		items = append(items, line...)
		lineStart = err == nil
	}
}

// anchor finds what may be one in YAML. The items that use it are not read alone.
var anchor = regexp.MustCompile(`(^|[\s\[{,])&[^\s&]`)

// dumped reads items of a list in YAML. Whatever is out of the ordinary is left to be read with the whole.
func (l *parts) dumped(text []byte) func() error {
	raw, err := yaml.YAMLToJSONStrict(text)
	var items []json.RawMessage
	if err == nil {
		err = json.Unmarshal(raw, &items)
	}
	if err != nil || hasOtherBreaks(text) || bytes.IndexByte(text, '&') >= 0 && anchor.Match(text) {
		return func() error { l.broken = true; return nil }
	}
	found := make([]entry, len(items))
	for i, item := range items {
		found[i] = l.ofItem(item, schema.GroupVersionKind{}, nil)
	}
	return l.item(found, text)
}

// endDump ends the list.
func (l *parts) endDump(give func(step) bool) error {
	give(func() func() error {
		return func() error {
			l.value(entry{list: true, object: object{gvk: schema.GroupVersionKind{Version: "v1", Kind: "List"}}}, manifestKeys{})
			return nil
		}
	})
	return nil
}
