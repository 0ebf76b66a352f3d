package inventory

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Scope says which namespaces a run is about. The zero value is all of them,
// system namespaces skipped.
type Scope struct {
	// Names are the namespaces that were named; empty means all.
	Names []string
	// Selector narrows by the labels of Namespace objects; nil means all.
	Selector labels.Selector
	// Exclude are globs of names that are skipped, and shown as skipped.
	Exclude []string
	// IncludeSystem judges system namespaces too.
	IncludeSystem bool
}

// Partial says that the scope is narrower than the whole source.
func (s Scope) Partial() bool {
	return len(s.Names) > 0 || (s.Selector != nil && !s.Selector.Empty()) || len(s.Exclude) > 0
}

// Reported is the scope as reports show it.
func (s Scope) Reported() v1alpha1.Scope {
	if s.Partial() {
		return v1alpha1.ScopePartial
	}
	return v1alpha1.ScopeFull
}

// Named says that the namespace was named, not just found.
func (s Scope) Named(namespace string) bool {
	return slices.Contains(s.Names, namespace)
}

// Validate refuses a glob that cannot be read.
func (s Scope) Validate() error {
	for _, glob := range s.Exclude {
		if glob == "" {
			return errors.New(`invalid --exclude "": an empty glob matches no namespace`)
		}
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("invalid --exclude %q: %w", glob, err)
		}
	}
	return nil
}

// Excluded returns the glob of Exclude that matches the namespace, and whether there is one.
func (s Scope) Excluded(namespace string) (glob string, ok bool) {
	for _, glob := range s.Exclude {
		if matched, err := path.Match(glob, namespace); err == nil && matched {
			return glob, true
		}
	}
	return "", false
}
