package protolist

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// Fields are the fields of a message that are wanted, by their numbers in the API's generated.proto, which never change. Of
// a field that is a message itself, its own fields say what of it is wanted; nil is all.
type Fields map[protowire.Number]Fields

// Keep appends a message without the fields that are not wanted.
func (f Fields) Keep(to, message []byte) ([]byte, error) {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return to, ErrMalformed
		}
		length := protowire.ConsumeFieldValue(number, kind, message[tag:])
		if length < 0 {
			return to, ErrMalformed
		}
		whole := message[:tag+length]
		message = message[tag+length:]
		inner, wanted := f[number]
		switch {
		case !wanted:
		case inner == nil || kind != protowire.BytesType:
			to = append(to, whole...)
		default:
			content, _ := protowire.ConsumeBytes(whole[tag:])
			var err error
			if to, err = inner.keepIn(append(to, whole[:tag]...), content); err != nil {
				return to, err
			}
		}
	}
	return to, nil
}

// keepIn appends a message within another, behind its tag: its length comes first, and is known last.
func (f Fields) keepIn(to, message []byte) ([]byte, error) {
	begin := len(to)
	to, err := f.Keep(to, message)
	if err != nil {
		return to, err
	}
	length := uint64(len(to) - begin)
	size := protowire.SizeVarint(length)
	for range size {
		to = append(to, 0)
	}
	copy(to[begin+size:], to[begin:])
	protowire.AppendVarint(to[:begin], length)
	return to, nil
}
