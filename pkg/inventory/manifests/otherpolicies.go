package manifests

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// otherPolicyKinds are the kinds of policies of that name and group, in any version.
func otherPolicyKinds(gvk schema.GroupVersionKind) []otherpolicy.Kind {
	var found []otherpolicy.Kind
	for _, kind := range otherpolicy.Kinds() {
		if kind.Group == gvk.Group && kind.Kind == gvk.Kind {
			found = append(found, kind)
		}
	}
	return found
}

// otherPolicyTaker reads a policy of another kind than NetworkPolicy. The benchmark's letter counts none of them, so that
// one that cannot be read hides nothing from it.
func otherPolicyTaker(obj object, known []otherpolicy.Kind) taker {
	var p *otherpolicy.Policy
	err := obj.duplicateKey
	if _, ok := otherpolicy.KindOf(obj.gvk); err == nil && !ok {
		err = fmt.Errorf("apiVersion %s is not read (%s is)", obj.gvk.GroupVersion(), versions(known))
	}
	if err == nil {
		p, err = otherpolicy.Read(obj.gvk, obj.raw)
	}
	if err == nil {
		return func(c *collector, _ place, obj object) error {
			p.Namespace = obj.namespace
			c.otherPolicies = append(c.otherPolicies, p)
			return nil
		}
	}
	return func(c *collector, at place, obj object) error {
		what := fmt.Sprintf("%s %q", clip(obj.gvk.Kind), clip(qualified(obj)))
		c.otherGaps = append(c.otherGaps, inventory.Gap{Namespace: obj.namespace, Err: fmt.Errorf("%s: %s: %w", at, what, err)})
		return nil
	}
}

func versions(kinds []otherpolicy.Kind) string {
	var all []string
	for _, kind := range kinds {
		all = append(all, kind.GVK().GroupVersion().String())
	}
	return strings.Join(all, ", ")
}
