package protolist

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// Labels decodes the labels of objects, each distinct set once: pods of one controller have the same, and of a large list
// labels are most of what is kept. What it returns is shared, and must not be changed.
type Labels struct {
	sets  map[string]map[string]string
	words map[string]string
	key   []byte
}

// NewLabels returns one for a list.
func NewLabels() *Labels {
	return &Labels{sets: map[string]map[string]string{}, words: map[string]string{}}
}

// The fields on the way to a label: Object.metadata.labels, and an entry's key and value.
const (
	objectMetadata protowire.Number = 1
	metadataLabels protowire.Number = 11
	entryKey       protowire.Number = 1
	entryValue     protowire.Number = 2
)

// Of returns the labels of an object; nil where it has none.
func (l *Labels) Of(object []byte) (map[string]string, error) {
	l.key = l.key[:0]
	var err error
	eachBytes(object, objectMetadata, &err, func(metadata []byte) {
		eachBytes(metadata, metadataLabels, &err, func(entry []byte) {
			l.key = protowire.AppendBytes(l.key, entry)
		})
	})
	if err != nil || len(l.key) == 0 {
		return nil, err
	}
	if known, ok := l.sets[string(l.key)]; ok {
		return known, nil
	}
	set := map[string]string{}
	for rest := l.key; len(rest) > 0; {
		entry, n := protowire.ConsumeBytes(rest)
		rest = rest[n:]
		var key, value string
		eachBytes(entry, entryKey, &err, func(text []byte) { key = l.word(text) })
		eachBytes(entry, entryValue, &err, func(text []byte) { value = l.word(text) })
		set[key] = value
	}
	if err != nil {
		return nil, err
	}
	l.sets[string(l.key)] = set
	return set, nil
}

// word is a text, the same string for the same one.
func (l *Labels) word(text []byte) string {
	if known, ok := l.words[string(text)]; ok {
		return known
	}
	word := string(text)
	l.words[word] = word
	return word
}

// eachBytes visits the fields of a number, which hold bytes.
func eachBytes(message []byte, wanted protowire.Number, err *error, visit func([]byte)) {
	for len(message) > 0 && *err == nil {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			*err = ErrMalformed
			return
		}
		length := protowire.ConsumeFieldValue(number, kind, message[tag:])
		switch {
		case length < 0, number == wanted && kind != protowire.BytesType:
			*err = ErrMalformed
			return
		case number == wanted:
			content, _ := protowire.ConsumeBytes(message[tag:])
			visit(content)
		}
		message = message[tag+length:]
	}
}
