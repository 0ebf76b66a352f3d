package manifests

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A large piece is read in parts: the values of JSON and the items of their lists, or the items of a list as kubectl
// writes it in YAML. Nothing of it counts before it is known to be what its beginning said. If it is not, it is read again
// and as a whole, so that the outcome is always that of the whole.

// parts are what a piece read in parts says so far. Steps of the piece fill it in their order.
type parts struct {
	entries
	// values are the documents, items those of the list that is being read.
	values, items []entry
	// template and keys are of the document that is being read.
	template bool
	keys     manifestKeys
	// broken says that it has to be read as a whole.
	broken bool
}

// errPartly is the error of a piece that is broken and cannot be read again.
var errPartly = errors.New("JSON to begin with, but not to its end")

// item adds an item of a list, or several.
func (l *parts) item(found []entry, text []byte) func() error {
	template := isTemplate(text)
	keys := manifestKeys{true, true}
	if len(found) == 0 || slices.ContainsFunc(found, func(e entry) bool { return e.err != nil }) {
		keys = manifestKeysOf(text)
	}
	return func() error {
		l.items = append(l.items, found...)
		l.template, l.keys = l.template || template, l.keys.and(keys)
		return nil
	}
}

// value ends a document, of which shell is all but the items of its list, and keys are those in it.
func (l *parts) value(shell entry, keys manifestKeys) {
	if shell.list {
		// Items that left their kind to the list, which says it behind them.
		for i := range l.items {
			if raw := l.items[i].raw; raw != nil {
				l.items[i] = l.ofItem(raw, itemKind(shell.gvk), nil)
			}
		}
		shell.items = l.items
	}
	shell.number = len(l.values) + 1
	shell.template = shell.template || l.template
	shell.manifest = shell.err == nil || l.keys.and(keys).both()
	l.values = append(l.values, shell)
	l.items, l.template, l.keys = nil, false, manifestKeys{}
}

// itemAhead reads an item whose list has not said its kind yet.
func (r entries) itemAhead(raw []byte) entry {
	e := r.ofItem(raw, schema.GroupVersionKind{}, nil)
	if errors.Is(e.err, errNoKind) {
		e.raw = raw
	}
	return e
}

// inParts says that the beginning of a text is that of one that can be read in parts.
func inParts(beginning []byte) bool { return mayBeJSON(beginning) || mayBeDump(beginning) }

// readInParts reads a large piece of a source, of which p is the beginning.
func (r *reading) readInParts(f *file, p piece, cut *cutter, give func(step) bool) error {
	l := &parts{entries: r.entries}
	line := document{line: p.line, text: p.text}.firstLine()
	rest := &remembering{Reader: io.MultiReader(bytes.NewReader(p.text), cut)}
	kept := &chunks{}
	isJSON, marked := mayBeJSON(p.text), p.offset > 0
	if !f.src.again && (!isJSON || marked) {
		// What kubectl writes in YAML others write by hand, and differently behind its beginning; and behind a marker
		// JSON is YAML, of which one value is a document and several are none.
		rest.Reader = io.TeeReader(rest.Reader, kept)
	}
	var err error
	if isJSON {
		err = jsonInParts(l, rest, give)
	} else {
		err = dumpInParts(l, rest, give)
	}
	if rest.err != nil {
		return rest.err
	}
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return err
	}
	give(func() func() error {
		return func() error {
			switch {
			case err == nil && !l.broken && (len(l.values) == 1 || !marked):
				for i := range l.values {
					l.values[i].line = line
				}
				f.add(l.values, len(l.values))
			case f.src.again:
				return r.readAsWhole(f, p)
			case kept.size > 0:
				p.text = kept.text()
				f.add(r.ofPiece(p))
			default:
				f.add([]entry{{number: 1, err: fmt.Errorf("%w: %w", errPartly, err)}}, 1)
			}
			return nil
		}
	})
	return nil
}

// remembering keeps the error of a reader, to tell it from what is wrong with the text.
type remembering struct {
	io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// chunks keeps a text without copying it when it grows.
type chunks struct {
	all  [][]byte
	size int
}

func (c *chunks) Write(p []byte) (int, error) {
	c.all = append(c.all, bytes.Clone(p))
	c.size += len(p)
	return len(p), nil
}

func (c *chunks) text() []byte {
	defer func() { c.all = nil }()
	return bytes.Join(c.all, nil)
}

// readAsWhole reads a piece whose parts are none.
func (r *reading) readAsWhole(f *file, p piece) error {
	in, err := f.src.reader(r.maxBytes)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	cut, err := p.again(in)
	if err != nil {
		return err
	}
	whole, err := cut.nextWhole()
	if err != nil {
		return err
	}
	f.add(r.ofPiece(whole))
	return nil
}
