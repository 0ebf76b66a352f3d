package otherpolicy

import (
	"errors"
	"fmt"
	"strings"
)

// token is a word of Calico's selector language.
type token struct {
	kind tokenKind
	// text is the name of a label, or a string without its quotes.
	text string
}

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenLabel
	tokenString
	tokenHas // has(label), as one
	tokenAll // all()
	tokenGlobal
	tokenEqual
	tokenUnequal
	tokenIn
	tokenNotIn
	tokenContains
	tokenStartsWith
	tokenEndsWith
	tokenNot
	tokenAnd
	tokenOr
	tokenOpen  // (
	tokenClose // )
	tokenOpenSet
	tokenCloseSet
	tokenComma
)

// signs are the tokens without letters; longer ones come first.
var signs = []struct {
	text string
	kind tokenKind
}{
	{"==", tokenEqual},
	{"!=", tokenUnequal},
	{"&&", tokenAnd},
	{"||", tokenOr},
	{"!", tokenNot},
	{"(", tokenOpen},
	{")", tokenClose},
	{"{", tokenOpenSet},
	{"}", tokenCloseSet},
	{",", tokenComma},
}

// operatorWords are the operators made of letters. They are only looked for behind a label, end where the word does and not
// where the name would, and may have blanks, or none, between their two halves.
var operatorWords = []struct {
	first, second string
	kind          tokenKind
}{
	{"contains", "", tokenContains},
	{"starts", "with", tokenStartsWith},
	{"ends", "with", tokenEndsWith},
	{"not", "in", tokenNotIn},
	{"in", "", tokenIn},
}

// calls are the words with parentheses, which follow without a blank; else the word is the name of a label.
var calls = []struct {
	text string
	kind tokenKind
}{
	{"has(", tokenHas},
	{"all(", tokenAll},
	{"global(", tokenGlobal},
}

// tokenize cuts a selector into words.
//
// Calico: libcalico-go/lib/selector/tokenizer. Only space and tab are blanks. Strings have no escapes; the other kind of
// quotes may be within.
func tokenize(text string) ([]token, error) {
	var tokens []token
	for {
		text = skipBlanks(text)
		if text == "" {
			return append(tokens, token{kind: tokenEnd}), nil
		}
		behindLabel := len(tokens) > 0 && tokens[len(tokens)-1].kind == tokenLabel
		next, rest, err := nextToken(text, behindLabel)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, next)
		text = rest
	}
}

func nextToken(text string, behindLabel bool) (next token, rest string, err error) {
	if quote := text[0]; quote == '"' || quote == '\'' {
		content, rest, closed := strings.Cut(text[1:], string(quote))
		if !closed {
			return token{}, "", errors.New("a string does not end")
		}
		return token{tokenString, content}, rest, nil
	}
	for _, sign := range signs {
		if rest, ok := strings.CutPrefix(text, sign.text); ok {
			return token{kind: sign.kind}, rest, nil
		}
	}
	if behindLabel {
		return operatorToken(text)
	}
	for _, call := range calls {
		if rest, ok := strings.CutPrefix(text, call.text); ok {
			return callToken(call.kind, rest)
		}
	}
	if name := labelName(text); name != "" {
		return token{tokenLabel, name}, text[len(name):], nil
	}
	return token{}, "", fmt.Errorf("unexpected %q", clip(text))
}

func operatorToken(text string) (token, string, error) {
	for _, word := range operatorWords {
		rest, ok := strings.CutPrefix(text, word.first)
		if !ok {
			continue
		}
		if word.second != "" {
			if rest, ok = strings.CutPrefix(skipBlanks(rest), word.second); !ok {
				break
			}
		}
		return token{kind: word.kind}, rest, nil
	}
	return token{}, "", fmt.Errorf("an operator is wanted where %q is", clip(text))
}

// callToken reads on behind the opening parenthesis.
func callToken(kind tokenKind, text string) (token, string, error) {
	text = skipBlanks(text)
	t := token{kind: kind}
	if kind == tokenHas {
		if t.text = labelName(text); t.text == "" {
			return token{}, "", errors.New("has() without the name of a label")
		}
		text = skipBlanks(text[len(t.text):])
	}
	rest, ok := strings.CutPrefix(text, ")")
	if !ok {
		return token{}, "", errors.New("a closing parenthesis is missing")
	}
	return t, rest, nil
}

func skipBlanks(text string) string { return strings.TrimLeft(text, " \t") }

// labelName is the name that a text begins with; empty where there is none.
func labelName(text string) string {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("_./-", rune(c)) {
			return text[:i]
		}
	}
	return text
}
