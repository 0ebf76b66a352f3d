package manifests

import (
	"errors"
	"fmt"
	"io"
)

// large is the size from which a piece is read in parts, if it can be.
const large = 1 << 20

// reading reads sources into a collector: what it reads is cut by one goroutine, decoded by all processors, and added in
// its order.
type reading struct {
	entries
	c        *collector
	maxBytes int64
	// large is the size from which a piece is read in parts.
	large   int
	skipped []string
	// empty are the sources that were named and say nothing: what should be in them may have been lost.
	empty []string
}

// sources reads all of them.
func (r *reading) sources(all []source) error {
	return ordered(func(give func(step) bool) error {
		for _, src := range all {
			if err := r.source(src, give); err != nil {
				return err
			}
		}
		return nil
	})
}

// source cuts one into its pieces.
func (r *reading) source(src source, give func(step) bool) error {
	in, err := src.reader(r.maxBytes)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	f := &file{src: src, c: r.c, manifest: !src.inDirectory}
	cut := newCutter(in)
	for {
		p, whole, err := cut.next(r.large, inParts)
		switch {
		case errors.Is(err, io.EOF):
			give(func() func() error {
				return func() error {
					switch {
					case !f.manifest:
						r.skipped = append(r.skipped, src.name)
					case !f.found:
						r.empty = append(r.empty, src.name)
					}
					return nil
				}
			})
			return nil
		case err != nil:
			return err
		}
		if !whole {
			if err := r.readInParts(f, p, cut, give); err != nil {
				return err
			}
			continue
		}
		if !give(func() func() error {
			docs, counted := r.ofPiece(p)
			return func() error { f.add(docs, counted); return nil }
		}) {
			return nil
		}
	}
}

// ofPiece reads the documents of a piece, which counts for so many.
func (r entries) ofPiece(p piece) (found []entry, counted int) {
	docs, counted := p.documents()
	for _, doc := range docs {
		found = append(found, r.ofDocument(doc))
	}
	return found, counted
}

// file is a source whose documents are added as they come.
type file struct {
	src source
	c   *collector
	// before is how many documents have been counted.
	before int
	// manifest says that the file is one. Until it is known, what is wrong with its documents is held back.
	manifest bool
	held     []entry
	// found says that a document says something.
	found bool
}

// add takes the documents of a piece, which counts for so many.
func (f *file) add(docs []entry, counted int) {
	for i := range docs {
		docs[i].number += f.before
		f.manifest = f.manifest || docs[i].manifest
		f.found = f.found || !docs[i].isNothing()
		f.held = append(f.held, docs[i])
	}
	f.before += counted
	if !f.manifest {
		return
	}
	for i := range f.held {
		e := &f.held[i]
		at := place{file: f.src.name, document: e.number, template: e.template}
		if f.src.inFile {
			at.line = e.line
		}
		switch {
		case e.isNothing():
		case e.err != nil:
			f.c.gap("", at, e.err)
		default:
			f.c.add(at, e)
		}
	}
	f.held = nil
}

// documents are all of a small source, by the numbers that they have in it.
func (s source) documents(maxBytes int64) ([]document, error) {
	in, err := s.reader(maxBytes)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	var all []document
	cut := newCutter(in)
	for before := 0; ; {
		p, err := cut.nextWhole()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		docs, counted := p.documents()
		for _, doc := range docs {
			doc.number += before
			all = append(all, doc)
		}
		before += counted
	}
}

// reader opens a source. Reading more of it than the bound is an error, and every error names the source.
func (s source) reader(maxBytes int64) (io.ReadCloser, error) {
	in, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.name, pathless(err))
	}
	return &bounded{ReadCloser: in, name: s.name, max: maxBytes}, nil
}

// bounded reads a source within a bound.
type bounded struct {
	io.ReadCloser
	name      string
	max, read int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read += int64(n); b.read > b.max {
		return 0, fmt.Errorf("read %s: larger than %d bytes", b.name, b.max)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read %s: %w", b.name, pathless(err))
	}
	return n, err
}
