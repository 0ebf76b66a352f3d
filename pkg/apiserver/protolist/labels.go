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
	err := eachBytes(object, objectMetadata, func(metadata []byte) error {
		return eachBytes(metadata, metadataLabels, func(entry []byte) error {
			l.key = protowire.AppendBytes(l.key, entry)
			return nil
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
		err := eachBytes(entry, entryKey, func(text []byte) error { key = l.word(text); return nil })
		if err == nil {
			err = eachBytes(entry, entryValue, func(text []byte) error { value = l.word(text); return nil })
		}
		if err != nil {
			return nil, err
		}
		set[key] = value
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
func eachBytes(message []byte, wanted protowire.Number, visit func([]byte) error) error {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return ErrMalformed
		}
		length := protowire.ConsumeFieldValue(number, kind, message[tag:])
		switch {
		case length < 0, number == wanted && kind != protowire.BytesType:
			return ErrMalformed
		case number == wanted:
			content, _ := protowire.ConsumeBytes(message[tag:])
			if err := visit(content); err != nil {
				return err
			}
		}
		message = message[tag+length:]
	}
	return nil
}
