package manifests

import (
	"bufio"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// lineBuffer is how much of a file is read at a time.
const lineBuffer = 64 << 10

// newText reads a text as UTF-8. It takes a byte order mark away, and what it stands for: files that PowerShell wrote
// are in UTF-16.
func newText(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, lineBuffer)
	mark, _ := in.Peek(3) // an error comes again when it is read on
	switch {
	case string(mark) == "\xef\xbb\xbf":
		_, _ = in.Discard(3)
	case len(mark) >= 2 && string(mark[:2]) == "\xff\xfe":
		_, _ = in.Discard(2)
		return bufio.NewReaderSize(&fromUTF16{in: in, order: binary.LittleEndian}, lineBuffer)
	case len(mark) >= 2 && string(mark[:2]) == "\xfe\xff":
		_, _ = in.Discard(2)
		return bufio.NewReaderSize(&fromUTF16{in: in, order: binary.BigEndian}, lineBuffer)
	}
	return in
}

// fromUTF16 reads UTF-16 as UTF-8. Half a character becomes the replacement character, half a unit at the end nothing.
type fromUTF16 struct {
	in    *bufio.Reader
	order binary.ByteOrder
	// character is what is left of one that had no room.
	character []byte
}

func (f *fromUTF16) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(f.character) == 0 {
			unit, err := f.unit()
			if err != nil {
				return n, err
			}
			r := rune(unit)
			if utf16.IsSurrogate(r) {
				r = f.pair(r)
			}
			f.character = utf8.AppendRune(f.character[:0], r)
		}
		copied := copy(p[n:], f.character)
		f.character = f.character[copied:]
		n += copied
	}
	return n, nil
}

func (f *fromUTF16) unit() (uint16, error) {
	unit, err := f.in.Peek(2)
	if err != nil {
		return 0, err
	}
	_, _ = f.in.Discard(2)
	return f.order.Uint16(unit), nil
}

// pair is the character of a surrogate and the one behind it, which is left alone where they are no pair.
func (f *fromUTF16) pair(first rune) rune {
	next, err := f.in.Peek(2)
	if err != nil {
		return utf8.RuneError
	}
	r := utf16.DecodeRune(first, rune(f.order.Uint16(next)))
	if r != utf8.RuneError {
		_, _ = f.in.Discard(2)
	}
	return r
}
