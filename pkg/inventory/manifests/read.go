package manifests

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// DefaultMaxBytes bounds what is read of one file, URL or standard input, where Options does not.
const DefaultMaxBytes = 512 << 20

// ErrNoObjects is the reason of the gap that an input without any Kubernetes object leaves.
var ErrNoObjects = errors.New("no Kubernetes objects found")

// Options says what to read.
type Options struct {
	// Paths are files, directories, http(s) URLs, or "-" for Stdin.
	Paths []string
	// Recursive descends into the directories of Paths.
	Recursive bool
	// Kustomize is a directory with a kustomization, built in place of Paths.
	Kustomize string
	// Stdin is what "-" reads.
	Stdin io.Reader
	// DefaultNamespace is where objects without a namespace go; empty means "default".
	DefaultNamespace string
	// MaxBytes bounds what is read of one file, URL or standard input; 0 means DefaultMaxBytes.
	MaxBytes int64
}

// Read reads the inventory. It returns an error only where there is nothing to
// report on at all: a path that does not exist, a file that cannot be opened,
// a kustomization that does not build. Bad documents are gaps of the inventory.
func Read(ctx context.Context, opts Options) (*inventory.Inventory, error) {
	sources, err := open(ctx, opts)
	if err != nil {
		return nil, err
	}
	c := newCollector(opts.DefaultNamespace)
	r := reading{entries: entries{c.defaultNamespace}, c: c, maxBytes: cmp.Or(opts.MaxBytes, DefaultMaxBytes), large: large}
	if err := r.sources(sources); err != nil {
		return nil, err
	}
	skipped := r.skipped
	inv := c.inventory()
	inv.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: opts.Paths}
	if opts.Kustomize != "" {
		inv.Source.Paths = []string{opts.Kustomize}
	}
	if len(skipped) > 0 {
		inv.Warnings = append(inv.Warnings, fmt.Sprintf("skipped %s without a Kubernetes object: %s", count(len(skipped), "file"), firstFew(skipped)))
	}
	if len(inv.Namespaces) == 0 && len(inv.Gaps) == 0 {
		inv.Gaps = append(inv.Gaps, inventory.Gap{Err: nothingFound(inv.Source.Paths, opts.Recursive)})
		return inv, nil
	}
	for _, name := range r.empty {
		inv.Gaps = append(inv.Gaps, inventory.Gap{Err: fmt.Errorf("%s: %w", name, ErrNoObjects)})
	}
	return inv, nil
}

// nothingFound is ErrNoObjects, with the way out if there is one.
func nothingFound(paths []string, recursive bool) error {
	err := fmt.Errorf("%s: %w", quoteAll(paths), ErrNoObjects)
	if !recursive && slices.ContainsFunc(paths, hasSubdirectories) {
		err = fmt.Errorf("%w (-R reads subdirectories too)", err)
	}
	return err
}

// maxNamed is how many files a warning names.
const maxNamed = 3

func firstFew(names []string) string {
	if len(names) > maxNamed {
		return strings.Join(names[:maxNamed], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
