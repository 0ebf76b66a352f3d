package manifests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// mayBeJSON says that a text begins like JSON objects in a row.
func mayBeJSON(beginning []byte) bool {
	trimmed := bytes.TrimSpace(beginning)
	return len(trimmed) > 0 && trimmed[0] == '{'
}

// jsonInParts reads JSON values in a row. Of an object, the elements of "items" are taken one by one; all the rest of it is
// small, and is put together again without them.
func jsonInParts(l *parts, r io.Reader, give func(step) bool) error {
	values := &jsonValuesReader{Decoder: json.NewDecoder(r), parts: l, give: give}
	values.UseNumber()
	for {
		shell, err := values.next()
		switch {
		case errors.Is(err, io.EOF) && shell == nil:
			return nil
		case err != nil:
			return err
		}
		if !give(func() func() error {
			h, obj, err := decodeHeader(shell, schema.GroupVersionKind{})
			e := l.ofObject(h, obj, err)
			e.template = isTemplate(shell)
			keys := manifestKeysOf(shell)
			return func() error { l.value(e, keys); return nil }
		}) {
			return nil
		}
	}
}

// jsonValuesReader takes JSON values apart.
type jsonValuesReader struct {
	*json.Decoder
	parts *parts
	give  func(step) bool
}

// next returns the next value without its items; io.EOF and nothing at the end.
func (r *jsonValuesReader) next() ([]byte, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return r.object(true)
	case json.Delim('['):
		return r.array(nil)
	default:
		return json.Marshal(token)
	}
}

// object puts an object together, whose brace has been read.
func (r *jsonValuesReader) object(top bool) ([]byte, error) {
	shell := []byte{'{'}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return shell, whole(err)
		}
		name, err := json.Marshal(key)
		if err != nil {
			return shell, err
		}
		if len(shell) > 1 {
			shell = append(shell, ',')
		}
		begun := bytes.TrimSuffix(shell, []byte{','})
		var value json.RawMessage
		if top && key == "items" {
			value, err = r.items(begun)
		} else {
			err = whole(r.Decode(&value))
		}
		if err != nil {
			return shell, err
		}
		shell = append(append(append(shell, name...), ':'), value...)
	}
	_, err := r.Token()
	return append(shell, '}'), whole(err)
}

// items reads the value of "items": the elements of an array are given away, and it becomes an empty one. begun is the
// object as far as it is known.
func (r *jsonValuesReader) items(begun []byte) (json.RawMessage, error) {
	token, err := r.Token()
	if err != nil {
		return nil, whole(err)
	}
	switch token {
	case json.Delim('{'):
		return r.object(false)
	case json.Delim('['):
		item := r.parts.itemAhead
		if _, list, err := decodeHeader(append(bytes.Clone(begun), '}'), schema.GroupVersionKind{}); err == nil {
			item = func(raw []byte) entry { return r.parts.ofItem(raw, itemKind(list.gvk), nil) }
		}
		return r.array(item)
	default:
		return json.Marshal(token)
	}
}

// array reads an array, whose bracket has been read, and gives its elements away.
func (r *jsonValuesReader) array(read func(raw []byte) entry) (json.RawMessage, error) {
	for r.More() {
		var raw json.RawMessage
		if err := r.Decode(&raw); err != nil {
			return nil, whole(err)
		}
		if !r.give(func() func() error {
			var found []entry
			if read != nil {
				found = []entry{read(raw)}
			}
			return r.parts.item(found, raw)
		}) {
			return nil, fmt.Errorf("not read any further: %w", io.ErrUnexpectedEOF)
		}
	}
	_, err := r.Token()
	return json.RawMessage("[]"), whole(err)
}

// whole is the error of a value that ends too early. The decoder calls it the end where it reads token by token.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
