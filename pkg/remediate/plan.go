package remediate

import (
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Removal is what a rollback would do in one namespace.
type Removal struct {
	// Namespace is the namespace.
	Namespace string
	// Remove are the policies that this tool made.
	Remove []*networkingv1.NetworkPolicy
	// Keep are the policies that resemble them but are somebody else's.
	Keep []v1alpha1.KeptPolicy
	// Skip says why the namespace is left alone; empty where it is not.
	Skip string

	// stay are all policies that stay, whoever made them.
	stay []*networkingv1.NetworkPolicy

	// Restricts names the policies that stay and would newly restrict pods, or may
	// where that is not known. Weigh finds them.
	Restricts []string
	// Pods counts the live pods that would newly be restricted.
	Pods int
	// Coming are the controllers (KIND/NAME) whose pods would be restricted once they are there, where no live pod is.
	Coming []string
	// ComingUnknown is why the controllers could not be read, where another policy stays that may restrict their pods.
	ComingUnknown error
	// PodsUnknown is why the live pods could not be read; nil where they were.
	PodsUnknown error
}

// NeedsConsent says that the removal would newly restrict a pod, or may.
func (r *Removal) NeedsConsent() bool { return r.removes() && len(r.Restricts) > 0 }

// removes says that something will be removed.
func (r *Removal) removes() bool { return r.Skip == "" && len(r.Remove) > 0 }

// Effect says what becomes of pods, with "would" or "will".
func (r *Removal) Effect(verb string) string {
	names := strings.Join(r.Restricts, ", ")
	if r.PodsUnknown != nil {
		return fmt.Sprintf("%s may newly restrict pods, which could not be read (%v)", names, r.PodsUnknown)
	}
	return fmt.Sprintf("%s %s newly restrict pods%s", names, verb, r.extent())
}

// maxComing is how many controllers a reason names.
const maxComing = 3

// extent says how many pods there are, or else which controllers will make some.
func (r *Removal) extent() string {
	switch more := len(r.Coming) - maxComing; {
	case r.Pods > 0:
		return fmt.Sprintf(" (%d)", r.Pods)
	case more > 0:
		return fmt.Sprintf(" (those to come of %s and %d more)", strings.Join(r.Coming[:maxComing], ", "), more)
	case len(r.Coming) > 0:
		return fmt.Sprintf(" (those to come of %s)", strings.Join(r.Coming, ", "))
	}
	return ""
}

// PlanRollback finds what this tool made in the namespaces of an inventory,
// and what only looks like it. Namespaces with neither are left out.
func PlanRollback(inv *inventory.Inventory, scope inventory.Scope) []Removal {
	var plan []Removal
	for _, ns := range inv.Namespaces {
		r := Removal{Namespace: ns.Name}
		for _, np := range ns.Policies {
			if !resemblesOurs(np) {
				r.stay = append(r.stay, np)
				continue
			}
			if reason := notOurs(np); reason != "" {
				r.Keep = append(r.Keep, v1alpha1.KeptPolicy{Name: np.Name, Reason: reason})
				r.stay = append(r.stay, np)
				continue
			}
			r.Remove = append(r.Remove, np)
		}
		if len(r.Remove) == 0 && len(r.Keep) == 0 {
			continue
		}
		switch glob, excluded := scope.Excluded(ns.Name); {
		case ns.Terminating:
			r.Skip = "terminating"
		case excluded:
			r.Skip = fmt.Sprintf("excluded (%s)", glob)
		default:
			if pattern, system := inventory.SystemPattern(ns.Name); system && !scope.IncludeSystem {
				r.Skip = fmt.Sprintf("system namespace (%s): --include-system rolls it back too", pattern)
			}
		}
		plan = append(plan, r)
	}
	return plan
}
