package netpol

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Warning is something in a policy that API servers refuse, or refuse by now, and how it was read.
type Warning struct {
	Policy PolicyRef
	// Field is the path within the policy, as "spec.ingress[0].from[1].ipBlock.cidr".
	Field   string
	Message string
}

// Warnings lists what API servers refuse in the policies, or refuse by now, and how it was read.
func (c *Cluster) Warnings() []Warning { return slices.Clone(c.warnings) }

// place is where in a policy something is read; its path is put into words only if there is something to warn of.
type place struct {
	policy    PolicyRef
	warn      func(Warning)
	rules     string // "ingress" or "egress"
	ruleIndex int
	list      string // "from", "to" or "ports"
	index     int
}

func (at place) rule(rules string, index int) place {
	at.rules, at.ruleIndex = rules, index
	return at
}

func (at place) item(list string, index int) place {
	at.list, at.index = list, index
	return at
}

// warnf warns of a field of the place, or of the place itself if field is empty.
func (at place) warnf(field, format string, args ...any) {
	path := []string{"spec"}
	if at.rules != "" {
		path = append(path, fmt.Sprintf("%s[%d]", at.rules, at.ruleIndex))
	}
	if at.list != "" {
		path = append(path, fmt.Sprintf("%s[%d]", at.list, at.index))
	}
	if field != "" {
		path = append(path, field)
	}
	at.warn(Warning{at.policy, strings.Join(path, "."), fmt.Sprintf(format, args...)})
}

func (at place) readSelector(given *metav1.LabelSelector, field string) *selector {
	s, err := readSelector(given)
	if err != nil {
		at.warnf(field, "what it selects is unknown: %v", err)
	}
	return s
}
