package manifests

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
		Continue     string `json:"continue"`
	} `json:"metadata"`
	Items items `json:"items"`
}

// items are the value of a list's key of that name.
type items struct {
	// given says that the key is there, if only with null: an empty list of Go's.
	given bool
	all   []json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *items) UnmarshalJSON(raw []byte) error {
	i.given = true
	if what := jsonType(raw); what != "list" && what != "null" {
		article := "a"
		if what == "object" {
			article = "an"
		}
		return fmt.Errorf("items: Invalid type: %s %s: must be a list", article, what)
	}
	return json.Unmarshal(raw, &i.all)
}

// errNoKind is the error of a document that is not a Kubernetes object.
var errNoKind = errors.New("not a Kubernetes object: apiVersion and kind are missing")

// errMore is the error of a text that goes on behind its object.
var errMore = errors.New(`there is more behind the first object: separate documents by lines of "---"`)

// errEnded is the error of a document that kubectl leaves out without a word.
var errEnded = errors.New(`kubectl does not read what is behind "...": separate documents by lines of "---"`)

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
		if headerTwice(doc.text) {
			return nil, nil, duplicateKey
		}
	}
	if mayHoldMore(doc.text) && holdsMore(doc.text) {
		return nil, nil, errMore
	}
	return raw, duplicateKey, nil
}

// headerTwice says that a YAML text gives what its object is twice, as where the "---" between two objects is missing: only
// the last would be seen. It is for texts that can be parsed.
func headerTwice(text []byte) bool {
	var node kyaml.Node
	if kyaml.NewDecoder(bytes.NewReader(text)).Decode(&node) != nil || len(node.Content) == 0 {
		return true
	}
	object := node.Content[0]
	twice := keysTwice(object, "apiVersion", "kind", "metadata")
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Content[i].Value == "metadata" {
			twice = twice || keysTwice(object.Content[i+1], "name", "generateName", "namespace")
		}
	}
	return twice
}

// keysTwice says that a map has one of the keys twice.
func keysTwice(node *kyaml.Node, keys ...string) bool {
	seen := map[string]bool{}
	for i := 0; node.Kind == kyaml.MappingNode && i < len(node.Content); i += 2 {
		key := node.Content[i].Value
		if seen[key] && slices.Contains(keys, key) {
			return true
		}
		seen[key] = true
	}
	return false
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
	if doc.ended {
		return header{}, object{}, errEnded
	}
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
	obj := object{gvk: gv.WithKind(h.Kind), namespace: h.Metadata.Namespace, name: h.Metadata.Name, raw: raw}
	return h, obj, answered(obj)
}

// answered is the error of what an API server answers in place of objects: why it refused to list them, or a picture of them.
func answered(obj object) error {
	switch {
	case obj.gvk.Group == metav1.GroupName:
		return fmt.Errorf("%s of %s holds no whole objects (kubectl get -o json does)", clip(obj.gvk.Kind), clip(obj.gvk.GroupVersion().String()))
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Status"):
		var status struct{ Message string }
		_ = json.Unmarshal(obj.raw, &status) // the kind is enough
		return fmt.Errorf("the answer of an API server, and no object: %s", clip(cmp.Or(status.Message, "Status")))
	}
	return nil
}

// jsonType names the type of a JSON value.
func jsonType(raw []byte) string {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return "null"
	}
	switch raw[0] {
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

// isList says that the object stands for its items. For kubectl whatever has items does, be its kind a list's or not; and
// what Kubernetes calls a list and has none is misspelt, or broken off.
func isList(gvk schema.GroupVersionKind, h header) (bool, error) {
	if h.Items.given {
		return true, nil
	}
	if _, known := namespaced(gvk); known && strings.HasSuffix(gvk.Kind, "List") {
		return true, fmt.Errorf("%s: items: Required value", clip(gvk.Kind))
	}
	return false, nil
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
