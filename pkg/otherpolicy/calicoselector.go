package otherpolicy

import (
	"errors"
	"fmt"
)

const (
	// maxSelectorLength bounds a selector, in bytes; Calico's CustomResourceDefinitions have 1024.
	maxSelectorLength = 64 << 10
	// maxSelectorDepth bounds its nesting.
	maxSelectorDepth = 200
)

// readCalicoSelector reads a selector in Calico's language. An empty one selects everything.
//
// Calico: libcalico-go/lib/selector/parser; the doc comment of spec.selector: "label != "string_literal" -> not equal; also
// matches if label is not present", "all() or the empty selector -> matches all endpoints". && binds more than ||, and !
// only the operation behind it. A set may be empty and may end in a comma. global() "can only be used in an EntityRule
// namespaceSelector", and so makes the selector of a policy one that cannot be read.
func readCalicoSelector(text string) (expression, error) {
	if len(text) > maxSelectorLength {
		return constant(Perhaps), errors.New("the selector is too long")
	}
	tokens, err := tokenize(text)
	if err != nil {
		return constant(Perhaps), err
	}
	if tokens[0].kind == tokenEnd {
		return constant(Surely), nil
	}
	p := selectorParser{tokens: tokens}
	e, err := p.alternatives(0)
	if err == nil && p.peek() != tokenEnd {
		err = errors.New("there is more behind the end of the selector")
	}
	if err != nil {
		return constant(Perhaps), err
	}
	return e, nil
}

// selectorParser goes through the tokens. The last of them is tokenEnd, and is never passed.
type selectorParser struct {
	tokens []token
	next   int
}

func (p *selectorParser) peek() tokenKind { return p.tokens[p.next].kind }

// take returns the next token, and goes on.
func (p *selectorParser) take() token {
	t := p.tokens[p.next]
	if t.kind != tokenEnd {
		p.next++
	}
	return t
}

// accept goes on if the next token is of that kind.
func (p *selectorParser) accept(kind tokenKind) bool {
	if p.peek() != kind {
		return false
	}
	p.take()
	return true
}

// alternatives are operands of ||.
func (p *selectorParser) alternatives(depth int) (expression, error) {
	if depth > maxSelectorDepth {
		return nil, errors.New("the selector has too many parentheses within each other")
	}
	var operands some
	for {
		operand, err := p.conjunction(depth)
		if err != nil {
			return nil, err
		}
		operands = append(operands, operand)
		if !p.accept(tokenOr) {
			break
		}
	}
	if len(operands) == 1 {
		return operands[0], nil
	}
	return operands, nil
}

// conjunction are operands of &&.
func (p *selectorParser) conjunction(depth int) (expression, error) {
	var operands every
	for {
		operand, err := p.operation(depth)
		if err != nil {
			return nil, err
		}
		operands = append(operands, operand)
		if !p.accept(tokenAnd) {
			break
		}
	}
	if len(operands) == 1 {
		return operands[0], nil
	}
	return operands, nil
}

// operation is one test, or an expression in parentheses, with any number of ! before it.
func (p *selectorParser) operation(depth int) (expression, error) {
	negated := false
	for p.accept(tokenNot) {
		negated = !negated
	}
	e, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	if negated {
		e = not{e}
	}
	return e, nil
}

func (p *selectorParser) operand(depth int) (expression, error) {
	switch t := p.take(); t.kind {
	case tokenHas:
		return has(t.text), nil
	case tokenAll:
		return constant(Surely), nil
	case tokenGlobal:
		return nil, errors.New("global() is for the peers of rules only")
	case tokenLabel:
		return p.comparison(t.text)
	case tokenOpen:
		e, err := p.alternatives(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.accept(tokenClose) {
			return nil, errors.New("a closing parenthesis is missing")
		}
		return e, nil
	default:
		return nil, errors.New("a label, has(), all() or a parenthesis is wanted")
	}
}

// comparison is what follows a label.
func (p *selectorParser) comparison(key string) (expression, error) {
	operator := p.take().kind
	switch operator {
	case tokenIn, tokenNotIn:
		values, err := p.set()
		if err != nil {
			return nil, err
		}
		if operator == tokenNotIn {
			return not{oneOf(key, values...)}, nil
		}
		return oneOf(key, values...), nil
	case tokenEqual, tokenUnequal, tokenContains, tokenStartsWith, tokenEndsWith:
	default:
		return nil, fmt.Errorf("an operator is wanted behind label %q", clip(key))
	}
	if p.peek() != tokenString {
		return nil, fmt.Errorf("a string in quotes is wanted behind label %q", clip(key))
	}
	value := p.take().text
	switch operator {
	case tokenContains:
		return contains(key, value), nil
	case tokenStartsWith:
		return startsWith(key, value), nil
	case tokenEndsWith:
		return endsWith(key, value), nil
	case tokenUnequal:
		return not{oneOf(key, value)}, nil
	default:
		return oneOf(key, value), nil
	}
}

// set is strings in braces.
func (p *selectorParser) set() ([]string, error) {
	if !p.accept(tokenOpenSet) {
		return nil, errors.New("a set in braces is wanted")
	}
	var values []string
	for p.peek() == tokenString {
		values = append(values, p.take().text)
		if !p.accept(tokenComma) {
			break
		}
	}
	if !p.accept(tokenCloseSet) {
		return nil, errors.New("a closing brace is missing")
	}
	return values, nil
}
