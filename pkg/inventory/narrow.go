package inventory

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Narrow leaves only the namespaces that the scope names or selects. A named
// namespace that is not there is a gap; so is one whose labels are not known
// where the selector asks for them. Excluded and system namespaces stay: they
// are shown as skipped.
func (inv *Inventory) Narrow(scope Scope) {
	var kept []*Namespace
	outside := func(ns *Namespace) { inv.Outside = append(inv.Outside, ns) }
	for _, ns := range inv.Namespaces {
		switch {
		case len(scope.Names) > 0:
			if scope.Named(ns.Name) {
				kept = append(kept, ns)
			} else {
				outside(ns)
			}
		case scope.Selector == nil || scope.Selector.Matches(labels.Set(ns.Labels)) && (ns.Declared || onlyName(scope.Selector)):
			kept = append(kept, ns)
		case !ns.Declared && !onlyName(scope.Selector):
			kept = append(kept, ns)
			inv.Gaps = append(inv.Gaps, Gap{Namespace: ns.Name, Err: fmt.Errorf(
				"namespace %q: no Namespace object was read, so its labels are unknown: cannot tell whether -l %s selects it", ns.Name, scope.Selector)})
		default:
			outside(ns)
		}
	}
	inv.Namespaces = kept
	for _, name := range scope.Names {
		if inv.Namespace(name) == nil {
			inv.Namespaces = append(inv.Namespaces, &Namespace{Name: name, Labels: map[string]string{corev1.LabelMetadataName: name}})
			inv.Gaps = append(inv.Gaps, Gap{Namespace: name, Err: errors.New("not found: no manifest declares it or lives in it")})
			inv.Sort()
		}
	}
}

// onlyName says that the selector asks for nothing but a namespace's name,
// which every namespace carries as a label.
func onlyName(selector labels.Selector) bool {
	requirements, _ := selector.Requirements()
	for _, r := range requirements {
		if r.Key() != corev1.LabelMetadataName {
			return false
		}
	}
	return true
}
