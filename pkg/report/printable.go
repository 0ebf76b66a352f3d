package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// printable is an object whose JSON escapes what YAML cannot hold as it is:
// C1 controls and the like, which encoding/json leaves in strings. Without it
// one annotation of one namespace would keep a whole report from being printed.
type printable struct{ runtime.Object }

// MarshalJSON implements json.Marshaler.
func (p printable) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(p.Object)
	if err != nil {
		return nil, err
	}
	return escapeUnprintable(data), nil
}

// escapeUnprintable is JSON with the characters escaped that YAML cannot hold as they are.
func escapeUnprintable(data []byte) []byte {
	text := string(data)
	if !strings.ContainsFunc(text, unprintable) {
		return data
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return []byte(b.String())
}

// unprintable says that a character is none of those of YAML 1.2.2, section
// 5.1, or is a line break to some of its readers.
func unprintable(r rune) bool {
	switch {
	case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	}
	return false
}
