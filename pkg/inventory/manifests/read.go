package manifests

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// MaxBytes bounds what is read of one file, URL or standard input.
const MaxBytes = 512 << 20

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
	skippedFiles := 0
	for _, src := range sources {
		data, err := src.read()
		if err != nil {
			return nil, err
		}
		if !c.addFile(src, data) {
			skippedFiles++
		}
	}
	inv := c.inventory()
	inv.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: opts.Paths}
	if opts.Kustomize != "" {
		inv.Source.Paths = []string{opts.Kustomize}
	}
	if skippedFiles > 0 {
		inv.Warnings = append(inv.Warnings, fmt.Sprintf("skipped %s without a Kubernetes object", count(skippedFiles, "file")))
	}
	if len(inv.Namespaces) == 0 && len(inv.Gaps) == 0 {
		inv.Gaps = append(inv.Gaps, inventory.Gap{Err: fmt.Errorf("%s: %w", quoteAll(inv.Source.Paths), ErrNoObjects)})
	}
	return inv, nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
