package manifests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
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

// errMore is the error of a text that goes on behind its object.
var errMore = errors.New(`there is more behind the first object: separate documents by lines of "---"`)

// errNull is the error of a document that is null, which kubectl takes for an empty one.
var errNull = errors.New("nothing where an object is wanted")

// toJSON converts a document to JSON. A key that was given twice is returned
// beside it: kubectl refuses that, but only some kinds matter here.
func toJSON(doc document) (raw []byte, duplicateKey error, err error) {
	if doc.json {
		return doc.text, nil, nil
	}
	raw, strictErr := yaml.YAMLToJSONStrict(doc.text)
	if strictErr != nil {
		if raw, err = yaml.YAMLToJSON(doc.text); err != nil {
			return nil, nil, explainYAML(doc, err)
		}
		duplicateKey = explainYAML(doc, strictErr)
	}
	if mayHoldMore(doc.text) && holdsMore(doc.text) {
		return nil, nil, errMore
	}
	return raw, duplicateKey, nil
}

// holdsMore says that a YAML text does not end with its first document.
func holdsMore(text []byte) bool {
	decoder := kyaml.NewDecoder(bytes.NewReader(text))
	var node kyaml.Node
	if decoder.Decode(&node) != nil {
		return true
	}
	return !errors.Is(decoder.Decode(&node), io.EOF)
}

// decode reads the header of a document.
func decode(doc document) (header, object, error) {
	raw, duplicateKey, err := toJSON(doc)
	if err != nil {
		return header{}, object{}, err
	}
	h, obj, err := decodeHeader(raw, schema.GroupVersionKind{})
	obj.duplicateKey = duplicateKey
	return h, obj, err
}

// decodeHeader reads the header of an object. An item of a typed list may leave
// its apiVersion and kind to the list, as the API server's own lists do.
func decodeHeader(raw []byte, item schema.GroupVersionKind) (header, object, error) {
	var h header
	switch what := jsonType(raw); what {
	case "object":
	case "null":
		return h, object{}, errNull
	case "list":
		return h, object{}, errors.New(`a list where an object is wanted (put it under "items" of a "kind: List")`)
	default:
		return h, object{}, fmt.Errorf("a %s where an object is wanted", what)
	}
	twice, err := kjson.UnmarshalStrict(raw, &h, kjson.DisallowDuplicateFields)
	if err != nil {
		return h, object{}, explainTypeError(raw, err)
	}
	if len(twice) > 0 {
		return h, object{}, errors.New(clip(twice[0].Error()))
	}
	if h.APIVersion == "" && h.Kind == "" {
		h.APIVersion, h.Kind = item.ToAPIVersionAndKind()
	}
	switch {
	case h.APIVersion == "" && h.Kind == "":
		return h, object{}, errNoKind
	case h.APIVersion == "":
		return h, object{}, fmt.Errorf("kind is %q but apiVersion is missing", clip(h.Kind))
	case h.Kind == "":
		return h, object{}, fmt.Errorf("apiVersion is %q but kind is missing", clip(h.APIVersion))
	}
	gv, err := schema.ParseGroupVersion(h.APIVersion)
	if err != nil {
		return h, object{}, fmt.Errorf("apiVersion: Invalid value: %q: must be VERSION or GROUP/VERSION", clip(h.APIVersion))
	}
	return h, object{gvk: gv.WithKind(h.Kind), namespace: h.Metadata.Namespace, name: h.Metadata.Name, raw: raw}, nil
}

// jsonType names the type of a JSON value.
func jsonType(raw []byte) string {
	switch first := append(bytes.TrimLeft(raw, " \t\r\n"), 'n')[0]; first {
	case '{':
		return "object"
	case '[':
		return "list"
	case '"':
		return "text"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// isList says that the object stands for its items.
func isList(gvk schema.GroupVersionKind, h header) bool {
	return strings.HasSuffix(gvk.Kind, "List") && (gvk.Kind == "List" || h.Items != nil)
}

// itemKind is the kind of the items of a typed list; nothing for a List of anything.
func itemKind(list schema.GroupVersionKind) schema.GroupVersionKind {
	kind := strings.TrimSuffix(list.Kind, "List")
	if kind == "" {
		return schema.GroupVersionKind{}
	}
	return list.GroupVersion().WithKind(kind)
}

// unmarshal reads the whole object into a typed one. strict refuses fields that
// the type does not have, as the API server does for kubectl, except those that
// older servers had and that dumps of their objects still show.
func unmarshal(obj object, into any, strict bool, formerFields ...string) error {
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
	for _, strictErr := range strictErrs {
		former := slices.ContainsFunc(formerFields, func(field string) bool {
			return strictErr.Error() == fmt.Sprintf("unknown field %q", field)
		})
		if !former {
			return errors.New(clip(strictErr.Error()))
		}
	}
	return nil
}
