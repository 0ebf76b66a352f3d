package netpol

import (
	"encoding/binary"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/selection"
)

// selector is a label selector, read once.
//
// API: "This field follows standard label selector semantics; if present but empty, it selects all pods" (and, for
// namespaceSelector, "all namespaces").
type selector struct {
	requirements []requirement
	// invalid selectors (an unknown operator, In without values, a key or value that is no label's) could mean anything:
	// whether they match is unknown.
	invalid bool
}

type requirement struct {
	key      string
	operator selection.Operator
	values   []string
}

// readSelector reads a selector that is present; an absent one is the caller's to interpret.
func readSelector(given *metav1.LabelSelector) (*selector, error) {
	parsed, err := metav1.LabelSelectorAsSelector(given)
	if err != nil {
		return &selector{invalid: true}, err
	}
	found, _ := parsed.Requirements()
	s := &selector{requirements: make([]requirement, 0, len(found))}
	for i := range found {
		s.requirements = append(s.requirements, requirement{found[i].Key(), found[i].Operator(), found[i].ValuesUnsorted()})
	}
	return s, nil
}

// String is different for selectors that match different labels.
func (s *selector) String() string {
	if s.invalid {
		return "invalid"
	}
	var text []byte
	for i := range s.requirements {
		r := &s.requirements[i]
		text = appendText(appendText(text, r.key), string(r.operator))
		text = binary.AppendUvarint(text, uint64(len(r.values)))
		for _, value := range r.values {
			text = appendText(text, value)
		}
	}
	return string(text)
}

func (r *requirement) matches(value string, present bool) bool {
	switch r.operator {
	case selection.Exists:
		return present
	case selection.DoesNotExist:
		return !present
	case selection.NotIn:
		// Labels and Selectors, of "tier notin (frontend, backend)": it selects other values, "and all resources with no
		// labels with the tier key".
		return !present || !slices.Contains(r.values, value)
	default: // In, and matchLabels' Equals
		return present && slices.Contains(r.values, value)
	}
}

// matchLabels says whether labels that are wholly known are selected: "The requirements are ANDed."
func (s *selector) matchLabels(labels map[string]string) match {
	if s.invalid {
		return perhaps
	}
	for i := range s.requirements {
		value, present := labels[s.requirements[i].key]
		if !s.requirements[i].matches(value, present) {
			return never
		}
	}
	return surely
}

// matchNamespace says whether a namespace is selected. Each has the label kubernetes.io/metadata.name, set by the API
// server to its name; of an undeclared one nothing else is known, so that NotIn and DoesNotExist are unknown there too.
func (s *selector) matchNamespace(ns *namespace) match {
	if s.invalid {
		return perhaps
	}
	result := surely
	for i := range s.requirements {
		r := &s.requirements[i]
		switch {
		case r.key == corev1.LabelMetadataName:
			result &= matchIf(r.matches(ns.name, true))
		case ns.labelsUnknown:
			result &= perhaps
		default:
			value, present := ns.labels[r.key]
			result &= matchIf(r.matches(value, present))
		}
	}
	return result
}

// everything says that the selector surely matches whatever it is asked about.
func (s *selector) everything() bool { return !s.invalid && len(s.requirements) == 0 }

// everyNamespace says that the selector surely matches each namespace that there is or will be: it is empty, or asks only
// that the label exists which every namespace carries.
func (s *selector) everyNamespace() bool {
	return !s.invalid && !slices.ContainsFunc(s.requirements, func(r requirement) bool {
		return r.key != corev1.LabelMetadataName || r.operator != selection.Exists
	})
}
