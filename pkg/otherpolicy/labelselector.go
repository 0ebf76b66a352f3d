package otherpolicy

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// operators are those of matchExpressions.
var operators = map[metav1.LabelSelectorOperator]selection.Operator{
	metav1.LabelSelectorOpIn:           selection.In,
	metav1.LabelSelectorOpNotIn:        selection.NotIn,
	metav1.LabelSelectorOpExists:       selection.Exists,
	metav1.LabelSelectorOpDoesNotExist: selection.DoesNotExist,
}

// readLabelSelector reads Kubernetes' label selector, an empty one as "everything". plain turns a key as it is written into
// one that Kubernetes allows, by which it is checked; nil where that is the same.
//
// API: "This field follows standard label selector semantics". Labels and Selectors, of "tier notin (frontend, backend)":
// it selects "all resources with no labels with the tier key" too.
func readLabelSelector(path *field.Path, s *metav1.LabelSelector, plain func(string) string) (expression, error) {
	if plain == nil {
		plain = func(key string) string { return key }
	}
	requirements := slices.Clone(s.MatchExpressions)
	for key, value := range s.MatchLabels {
		requirements = append(requirements, metav1.LabelSelectorRequirement{
			Key: key, Operator: metav1.LabelSelectorOpIn, Values: []string{value},
		})
	}
	all := every{}
	for _, r := range requirements {
		operator, known := operators[r.Operator]
		if !known {
			return constant(Perhaps), fmt.Errorf("%s: %q is no operator", path, clip(string(r.Operator)))
		}
		if _, err := labels.NewRequirement(plain(r.Key), operator, r.Values); err != nil {
			return constant(Perhaps), fmt.Errorf("%s: %s", path, clip(err.Error()))
		}
		var e expression
		switch operator {
		case selection.Exists, selection.DoesNotExist:
			e = has(r.Key)
		default:
			e = oneOf(r.Key, r.Values...)
		}
		if operator == selection.NotIn || operator == selection.DoesNotExist {
			e = not{e}
		}
		all = append(all, e)
	}
	return all, nil
}
