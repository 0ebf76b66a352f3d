package manifests

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// object is one Kubernetes object, before it is known what of it is needed.
type object struct {
	gvk       schema.GroupVersionKind
	namespace string
	name      string
	// raw is the object as JSON.
	raw []byte
	// duplicateKey is set where the YAML gave a key twice; what of it counts is anybody's guess.
	duplicateKey error
}

// header is what every object has.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name         string `json:"name"`
		GenerateName string `json:"generateName"`
		Namespace    string `json:"namespace"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`
}

// errNoKind is the error of a document that is not a Kubernetes object.
var errNoKind = errors.New("not a Kubernetes object: apiVersion and kind are missing")

// toJSON converts a document to JSON. A key that was given twice is returned
// beside it: kubectl refuses that, but only some kinds matter here.
func toJSON(doc document) (raw []byte, duplicateKey error, err error) {
	if doc.json {
		return doc.text, nil, nil
	}
	raw, strictErr := yaml.YAMLToJSONStrict(doc.text)
	if strictErr == nil {
		return raw, nil, nil
	}
	raw, err = yaml.YAMLToJSON(doc.text)
	if err != nil {
		return nil, nil, errors.New(oneLine(err.Error()))
	}
	return raw, errors.New(oneLine(strictErr.Error())), nil
}

// decode reads the header of a document.
func decode(doc document) (header, object, error) {
	raw, duplicateKey, err := toJSON(doc)
	if err != nil {
		return header{}, object{}, err
	}
	h, obj, err := decodeHeader(raw)
	obj.duplicateKey = duplicateKey
	return h, obj, err
}

func decodeHeader(raw []byte) (header, object, error) {
	var h header
	switch first := firstByte(raw); first {
	case '{':
	case '[':
		return h, object{}, errors.New(`a list where an object is wanted (put it under "items" of a "kind: List")`)
	case 'n':
		return h, object{}, errNoKind
	default:
		return h, object{}, errors.New("text where an object is wanted")
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(raw, &h); err != nil {
		return h, object{}, explainTypeError(raw, err)
	}
	if h.APIVersion == "" || h.Kind == "" {
		switch {
		case h.Kind != "":
			return h, object{}, fmt.Errorf("kind is %q but apiVersion is missing", clip(h.Kind))
		case h.APIVersion != "":
			return h, object{}, fmt.Errorf("apiVersion is %q but kind is missing", clip(h.APIVersion))
		}
		return h, object{}, errNoKind
	}
	gv, err := schema.ParseGroupVersion(h.APIVersion)
	if err != nil {
		return h, object{}, fmt.Errorf("apiVersion: %w", err)
	}
	return h, object{gvk: gv.WithKind(h.Kind), namespace: h.Metadata.Namespace, name: h.Metadata.Name, raw: raw}, nil
}

// isList says that the object stands for its items.
func isList(gvk schema.GroupVersionKind, h header) bool {
	return strings.HasSuffix(gvk.Kind, "List") && (gvk.Kind == "List" || h.Items != nil)
}

// unmarshal reads the whole object into a typed one. strict refuses fields that
// the type does not have, as the API server does for kubectl.
func unmarshal(obj object, into any, strict bool) error {
	strictErrs, err := kjson.UnmarshalStrict(obj.raw, into)
	if err != nil {
		return explainTypeError(obj.raw, err)
	}
	if !strict {
		return nil
	}
	if obj.duplicateKey != nil {
		return obj.duplicateKey
	}
	if len(strictErrs) > 0 {
		return errors.New(clip(strictErrs[0].Error()))
	}
	return nil
}

// explainTypeError names the field of a value of the wrong type. The decoder
// says of a map's value only which map it is in; and a bare y, n, on or off is
// a boolean in YAML 1.1, the most frequent of these mistakes.
func explainTypeError(raw []byte, err error) error {
	var value any
	if json.Unmarshal(raw, &value) == nil {
		if path, got := findNonString(value, ""); path != "" {
			return fmt.Errorf("%s: Invalid value: %v: must be a string (quote it)", path, got)
		}
	}
	return errors.New(clip(oneLine(typeErrorPrefix.ReplaceAllString(err.Error(), "${2}: cannot be a $1"))))
}

var typeErrorPrefix = regexp.MustCompile(`^json: cannot unmarshal (\w+) into Go struct field \w*\.(\S+) of type .*$`)

// stringMaps are the fields whose values are strings by the API's types.
var stringMaps = map[string]bool{"labels": true, "annotations": true, "matchLabels": true}

func findNonString(value any, path string) (string, any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(value) {
			child := join(path, key)
			if m, ok := value[key].(map[string]any); ok && stringMaps[key] {
				for _, k := range sortedKeys(m) {
					switch m[k].(type) {
					case string, nil:
					case bool, float64:
						return clip(join(child, k)), m[k]
					default:
						return clip(join(child, k)), "an object or a list"
					}
				}
			}
			if p, v := findNonString(value[key], child); p != "" {
				return p, v
			}
		}
	case []any:
		for i, item := range value {
			if p, v := findNonString(item, fmt.Sprintf("%s[%d]", path, i)); p != "" {
				return p, v
			}
		}
	}
	return "", nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func firstByte(raw []byte) byte {
	for _, b := range raw {
		if b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			return b
		}
	}
	return 'n'
}

// oneLine folds the lines of a library's message into one.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// maxQuoted bounds what a message repeats of the input, in bytes.
const maxQuoted = 400

func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "..."
}
