package manifests

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// piece is what is between two document markers of a file: a document, several JSON values in a row, or nothing.
type piece struct {
	// line is the line of the file on which text begins, from 1.
	line int
	// leading says that an empty text is no document.
	leading bool
	// ended says that the text is behind a "..." and no "---" has begun it: kubectl reads no further there.
	ended bool
	// offset is where text begins, in bytes of the file as UTF-8.
	offset int64
	text   []byte
}

// cutter cuts a text into its pieces: at lines of "---" and "...". Of the text it holds one piece at a time.
type cutter struct {
	in *bufio.Reader
	// behind is what stands behind the marker that ended the last piece, in the buffer of in.
	behind []byte
	// lineStart says that in is at the beginning of a line.
	lineStart bool
	// line, leading, ended and offset are those of the next chunk.
	line           int
	leading, ended bool
	offset         int64
	// last says that in is at its end.
	last bool
	// buf is the piece so far, and left what Read has not returned of a chunk.
	buf, left []byte
}

func newCutter(r io.Reader) *cutter {
	return &cutter{in: newText(r), lineStart: true, line: 1, leading: true}
}

// next returns the next piece, and io.EOF behind the last one. Of a piece larger than large whose beginning is what inParts
// wants, it returns only that, and the rest is to be read from the cutter before the next piece.
func (c *cutter) next(large int, inParts func(beginning []byte) bool) (p piece, whole bool, err error) {
	if c.last && c.behind == nil {
		return piece{}, false, io.EOF
	}
	p = piece{line: c.line, leading: c.leading, ended: c.ended, offset: c.offset}
	c.buf = c.buf[:0]
	for asked := false; ; {
		chunk, err := c.chunk()
		if err != nil && !errors.Is(err, io.EOF) {
			return piece{}, false, err
		}
		whole = err != nil
		c.buf = append(c.buf, chunk...)
		parted := !whole && !asked && !p.ended && len(c.buf) > large
		asked = asked || parted
		if whole || parted && inParts(c.buf) {
			// The buffer is used again, unless it has grown beyond what most pieces need.
			if p.text = c.buf; cap(c.buf) > lineBuffer {
				c.buf = nil
			} else {
				p.text = bytes.Clone(c.buf)
			}
			return p, whole, nil
		}
	}
}

// nextWhole returns the next piece, however large it is, and io.EOF behind the last one.
func (c *cutter) nextWhole() (piece, error) {
	p, _, err := c.next(0, func([]byte) bool { return false })
	return p, err
}

// Read reads the rest of a piece whose beginning next has returned.
func (c *cutter) Read(p []byte) (int, error) {
	for len(c.left) == 0 {
		var err error
		if c.left, err = c.chunk(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

// again is a cutter of the same text, opened another time, that begins with a piece of it.
func (p piece) again(r io.Reader) (*cutter, error) {
	c := newCutter(r)
	c.line, c.leading, c.offset, c.lineStart = p.line, p.leading, p.offset, p.offset == 0
	_, err := io.CopyN(io.Discard, c.in, p.offset)
	return c, err
}

// chunk returns a line of the piece, or some of it; io.EOF at the piece's end. It is good until the next call.
func (c *cutter) chunk() ([]byte, error) {
	chunk := c.behind
	if c.behind = nil; chunk == nil {
		if c.last {
			return nil, io.EOF
		}
		var err error
		chunk, err = c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return nil, err
		}
		c.last = errors.Is(err, io.EOF)
		if c.lineStart && (isMarker(chunk, "---") || isMarker(chunk, "...")) {
			// After "...", a "---" opens the next document and does not end an empty one.
			c.ended = chunk[0] == '.'
			c.leading = c.ended
			c.behind = chunk[len("---"):]
			c.lineStart = bytes.HasSuffix(chunk, []byte("\n"))
			c.offset += int64(len("---"))
			return nil, io.EOF
		}
		c.lineStart = bytes.HasSuffix(chunk, []byte("\n"))
		if c.last && len(chunk) == 0 {
			return nil, io.EOF
		}
	}
	c.line += bytes.Count(chunk, []byte("\n"))
	c.offset += int64(len(chunk))
	return chunk, nil
}

// isMarker says that a line is a YAML document marker, alone or with content behind it.
func isMarker(line []byte, marker string) bool {
	if !bytes.HasPrefix(line, []byte(marker)) {
		return false
	}
	return len(line) == len(marker) || strings.IndexByte(" \t\r\n", line[len(marker)]) >= 0
}
