package otherpolicy

import (
	"slices"
	"strings"
)

// expression is a selector of any of the families, read once.
type expression interface {
	// match says whether labels are selected.
	match(look lookup) Match
}

// lookup finds a label: its value, and whether the label is there. Perhaps is a label of which nothing is known.
type lookup func(key string) (value string, present Match)

// constant matches, or does not, whatever the labels are. Perhaps is a selector that cannot be read.
type constant Match

func (c constant) match(lookup) Match { return Match(c) }

// has asks only whether a label is there.
type has string

func (h has) match(look lookup) Match {
	_, present := look(string(h))
	return present
}

// test asks something of a label's value. A label that is not there does not pass.
type test struct {
	key    string
	passes func(value, operand string) bool
	// operands are alternatives.
	operands []string
}

func (t *test) match(look lookup) Match {
	value, present := look(t.key)
	if present != Surely {
		return present
	}
	return matchIf(slices.ContainsFunc(t.operands, func(operand string) bool { return t.passes(value, operand) }))
}

func equals(value, operand string) bool { return value == operand }

// oneOf is "the value is one of these".
func oneOf(key string, values ...string) expression { return &test{key, equals, values} }

// The tests that only Calico has.
func contains(key, part string) expression { return &test{key, strings.Contains, []string{part}} }
func startsWith(key, part string) expression {
	return &test{key, strings.HasPrefix, []string{part}}
}
func endsWith(key, part string) expression { return &test{key, strings.HasSuffix, []string{part}} }

// not is the opposite. Of a test it also matches where the label is not there.
type not struct{ operand expression }

func (n not) match(look lookup) Match { return n.operand.match(look).negated() }

// every is "and", which holds where there is nothing to hold.
type every []expression

func (e every) match(look lookup) Match {
	result := Surely
	for _, operand := range e {
		result &= operand.match(look)
	}
	return result
}

// some is "or".
type some []expression

func (s some) match(look lookup) Match {
	result := Never
	for _, operand := range s {
		result |= operand.match(look)
	}
	return result
}

// everything says that the expression surely matches, whatever the labels are. It may say so too rarely.
func everything(e expression) bool {
	switch e := e.(type) {
	case constant:
		return e == constant(Surely)
	case every:
		return !slices.ContainsFunc(e, func(operand expression) bool { return !everything(operand) })
	default:
		return false
	}
}
