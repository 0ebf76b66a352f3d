package otherpolicy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
)

// ErrNotRead is the error of a kind, or a version of it, that [Read] does not read.
var ErrNotRead = errors.New("this kind of policy is not read")

// Read reads an object, given as JSON. An error names the field that cannot be what it is; fields that are not known are
// left out. A selector that cannot be read is no error: whom it selects is then undecided.
func Read(gvk schema.GroupVersionKind, raw []byte) (*Policy, error) {
	kind, ok := KindOf(gvk)
	if !ok {
		return nil, fmt.Errorf("%s, %s: %w", clip(gvk.GroupVersion().String()), clip(gvk.Kind), ErrNotRead)
	}
	var header struct {
		Metadata struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		} `json:"metadata"`
	}
	if err := unmarshal(raw, &header); err != nil {
		return nil, err
	}
	if header.Metadata.Name == "" {
		return nil, errors.New("metadata.name: Required value")
	}
	p := &Policy{
		APIVersion: gvk.GroupVersion().String(), Kind: kind.Kind, Name: header.Metadata.Name, Family: kind.Family, namespaced: kind.Namespaced,
	}
	if kind.Namespaced {
		p.Namespace = header.Metadata.Namespace
	}
	var err error
	switch kind.Family {
	case FamilyCilium:
		err = p.readCilium(raw)
	case FamilyCalico:
		err = p.readCalico(raw, kind.Group == groupCalicoStored)
	default:
		err = p.readAdmin(raw)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// unmarshal reads JSON as the API server does, with the case of fields in mind.
func unmarshal(raw []byte, into any) error {
	err := kjson.UnmarshalCaseSensitivePreserveInts(raw, into)
	if err == nil {
		return nil
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if found := typeError.FindStringSubmatch(text); found != nil {
		return fmt.Errorf("%s: Invalid type: it must not be %s", clip(found[2]), jsonTypes[found[1]])
	}
	return errors.New(clip(text))
}

// jsonTypes are JSON's types as the decoder calls them.
var jsonTypes = map[string]string{
	"bool": "a boolean", "number": "a number", "string": "a string", "array": "a list", "object": "an object",
}

var typeError = regexp.MustCompile(`^json: cannot unmarshal (\w+)(?: \S+)? into Go struct field \w*\.(\S+) of type .+$`)

// maxQuoted bounds what a message repeats of the input, in bytes.
const maxQuoted = 200

func clip(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "..."
}
