package protolist

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ErrMalformed says that what came is not a list in Kubernetes' protobuf encoding.
var ErrMalformed = errors.New("malformed protobuf list")

// magic begins whatever Kubernetes encodes as protobuf.
var magic = []byte("k8s\x00")

// The fields of runtime.Unknown, and those that every list begins with.
const (
	envelopeType     protowire.Number = 1
	envelopeRaw      protowire.Number = 2
	envelopeEncoding protowire.Number = 3
	listMetadata     protowire.Number = 1
	listItems        protowire.Number = 2
)

// MaxItem bounds an item, in bytes. A server stores no larger ones: etcd takes requests of 1.5 MiB, unless it is told otherwise.
const MaxItem = 64 << 20

// IsProtobuf says whether what comes begins as protobuf does. It takes nothing away.
func IsProtobuf(r *bufio.Reader) bool {
	begin, err := r.Peek(len(magic))
	return err == nil && bytes.Equal(begin, magic)
}

// Header is what a list says of itself.
type Header struct {
	// Type is its apiVersion and kind.
	Type runtime.TypeMeta
	metav1.ListMeta
}

// Read calls item with each item of a list, and returns what it says of itself. The bytes are item's until it returns. A
// list that ends early is io.ErrUnexpectedEOF, so that it is never taken for a short one; what else is wrong with it is
// ErrMalformed.
func Read(r *bufio.Reader, item func([]byte) error) (Header, error) {
	l := &lists{r: r, item: item}
	if !IsProtobuf(r) {
		return l.header, fmt.Errorf("%w: it does not begin as one", ErrMalformed)
	}
	l.skip(len(magic))
	seen := false
	for l.err == nil && !l.atEnd() {
		number, length := l.field()
		switch {
		case number == envelopeType:
			l.decode(length, &l.header.Type)
		case number == envelopeRaw && !seen:
			seen = true
			l.list(length)
		case number == envelopeRaw:
			l.malformed("two lists in one answer")
		case number == envelopeEncoding && length > 0:
			l.malformed("an encoding that is not known")
		default:
			l.skip(length)
		}
	}
	if l.err == nil && !seen {
		l.malformed("no list in it")
	}
	return l.header, l.err
}

// lists reads one list. The first error ends it.
type lists struct {
	r      *bufio.Reader
	item   func([]byte) error
	header Header
	err    error
	// read is how many bytes were taken.
	read int64
	// buffer holds one item.
	buffer []byte
}

func (l *lists) malformed(what string) {
	l.fail(fmt.Errorf("%w: %s", ErrMalformed, what))
}

func (l *lists) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// atEnd says that nothing more comes.
func (l *lists) atEnd() bool {
	_, err := l.r.Peek(1)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err != nil {
		l.fail(err)
	}
	return false
}

// list reads the list's own fields.
func (l *lists) list(length int) {
	for end := l.read + int64(length); l.err == nil && l.read < end; {
		number, size := l.field()
		switch {
		case l.err != nil:
		case l.read+int64(size) > end:
			l.malformed("an item that is longer than its list")
		case number == listMetadata:
			l.decode(size, &l.header.ListMeta)
		case number == listItems:
			if content := l.bytes(size); l.err == nil {
				l.err = l.item(content)
			}
		default:
			l.skip(size)
		}
	}
}

// decode reads a part of the list's header.
func (l *lists) decode(length int, into interface{ Unmarshal([]byte) error }) {
	if content := l.bytes(length); l.err == nil {
		if err := into.Unmarshal(content); err != nil {
			l.malformed(err.Error())
		}
	}
}

// field reads the tag of a field, and the length of what is in it. The envelope and lists have no other kinds of fields.
func (l *lists) field() (protowire.Number, int) {
	tag := l.varint()
	number, kind := protowire.DecodeTag(tag)
	if l.err == nil && (number < 1 || kind != protowire.BytesType) {
		l.malformed(fmt.Sprintf("field %d of wire type %d", number, kind))
	}
	length := l.varint()
	if l.err == nil && length > uint64(maxLength) {
		l.malformed("a field that is too long")
	}
	if l.err != nil {
		return 0, 0
	}
	return number, int(length)
}

// maxLength bounds what a length may say, so that sums of lengths cannot overflow.
const maxLength = int64(1) << 40

func (l *lists) varint() uint64 {
	if l.err != nil {
		return 0
	}
	value, err := binary.ReadUvarint(counted{l})
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		l.fail(err)
	}
	return value
}

// counted counts the bytes of varints.
type counted struct{ l *lists }

// ReadByte implements io.ByteReader.
func (c counted) ReadByte() (byte, error) {
	b, err := c.l.r.ReadByte()
	if err == nil {
		c.l.read++
	}
	return b, err
}

// bytes reads what is in a field. It is overwritten by the next.
func (l *lists) bytes(length int) []byte {
	if length > MaxItem {
		l.malformed(fmt.Sprintf("an item of %d bytes", length))
		return nil
	}
	if cap(l.buffer) < length {
		// What is announced may never come: room is made for what does.
		var whole bytes.Buffer
		n, err := io.CopyN(&whole, l.r, int64(length))
		l.read += n
		l.ended(err)
		l.buffer = whole.Bytes()
		return l.buffer
	}
	l.buffer = l.buffer[:length]
	n, err := io.ReadFull(l.r, l.buffer)
	l.read += int64(n)
	l.ended(err)
	return l.buffer
}

func (l *lists) skip(length int) {
	n, err := io.CopyN(io.Discard, l.r, int64(length))
	l.read += n
	l.ended(err)
}

func (l *lists) ended(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		l.fail(err)
	}
}
