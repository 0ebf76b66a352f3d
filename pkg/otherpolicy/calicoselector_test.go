package otherpolicy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// selected says whether a selector of Calico's selects a pod with these labels.
func selected(t require, selector string, labels map[string]string) (otherpolicy.Match, []string) {
	raw, err := json.Marshal(map[string]any{"metadata": map[string]any{"name": "x"}, "spec": map[string]any{"selector": selector}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	p, err := otherpolicy.Read(calicoKind, raw)
	if err != nil {
		t.Fatalf("%q: %v", selector, err)
	}
	return p.Selects(shop, otherpolicy.Pod{Labels: labels}), p.Undecided()
}

type require interface {
	Fatalf(format string, args ...any)
}

var calicoKind = otherpolicy.Kind{Group: "projectcalico.org", Version: "v3", Kind: "GlobalNetworkPolicy"}.GVK()

func TestCalicoSelectors(t *testing.T) {
	labels := map[string]string{"app": "web-1", "tier": "front", "all": "x", "has": "y", "in": "z", "example.org/a_b-c": "1"}
	for _, tt := range []struct {
		selector string
		want     bool
	}{
		{"", true}, {" \t", true}, {"all()", true}, {"all( )", true}, {"!all()", false},
		{"has(app)", true}, {"has( app )", true}, {"has(x)", false}, {"!has(x)", true}, {"! has(app)", false}, {"!!has(app)", true},
		{"app == 'web-1'", true}, {`app=="web-1"`, true}, {"app == 'web'", false}, {"app != 'web'", true}, {"x != 'web'", true},
		{"app in {'web-1', \"db\"}", true}, {"app in{'db'}", false}, {"app in {}", false}, {"app in {'web-1',}", true}, {"x in {'a'}", false},
		{"app not in {'db'}", true}, {"app notin {'web-1'}", false}, {"app not\tin {}", true}, {"x not in {'a'}", true},
		{"app contains 'b-'", true}, {"app contains'x'", false}, {"x contains ''", false}, {"app contains ''", true},
		{"app starts with 'web'", true}, {"app startswith 'eb'", false}, {"app ends  with '-1'", true}, {"app endswith 'web'", false},
		{"tier == 'x' || app == 'web-1' && tier == 'front'", true}, {"(tier == 'x' || app == 'web-1') && tier == 'x'", false},
		{"app == 'web-1' || tier == 'x' && tier == 'y'", true}, {"!app == 'web' && tier == 'front'", true}, {"!(app == 'web-1' || has(x))", false},
		{"((app == 'web-1'))", true}, {"all == 'x'", true}, {"has == 'y'", true}, {"in == 'z'", true}, {"in in {'z'}", true},
		{"example.org/a_b-c == '1'", true}, {`app == "it's"`, false}, {"app != 'say \"no\"'", true}, {"app == ''", false},
	} {
		t.Run(tt.selector, func(t *testing.T) {
			got, undecided := selected(t, tt.selector, labels)
			if got == otherpolicy.Perhaps || (got == otherpolicy.Surely) != tt.want || undecided != nil {
				t.Errorf("got %v %v, want %v", got, undecided, tt.want)
			}
		})
	}
}

func TestWhatIsNoSelectorOfCalicosIsUndecided(t *testing.T) {
	for _, selector := range []string{
		"app", "app ==", "app == web", "== 'web'", "app = 'web'", "app === 'web'", "app == 'web", "app == \"web'", "'web' == app", "app == 'a' 'b'",
		"app == 'a' &&", "&& app == 'a'", "app == 'a' & app == 'b'", "app == 'a' | app == 'b'", "app == 'a' and app == 'b'", "()", "(app == 'a'", "app == 'a')",
		"has()", "has app", "has (app)", "has(app", "has(app, x)", "has('app')", "all(", "all(x)", "all () ", "global()", "GLOBAL()",
		"app in 'a'", "app in {'a'", "app in {a}", "app in {,}", "app in {'a' 'b'}", "app not {'a'}", "app not 'a'", "app is 'a'",
		"app starts 'a'", "app ends in 'a'", "app contains {'a'}", "app !== 'a'", "!", "!!", "a:b == 'c'", "app\n== 'a'", "app == 'a'\n", "äpp == 'a'",
		strings.Repeat("(", 1000) + "all()" + strings.Repeat(")", 1000), strings.Repeat("(", 100_000), strings.Repeat("a", 70_000) + " == 'b'",
	} {
		got, undecided := selected(t, selector, map[string]string{"app": "a"})
		if got != otherpolicy.Perhaps || len(undecided) != 1 || len(undecided[0]) > 300 {
			t.Errorf("%.40q: got %v %v", selector, got, undecided)
		}
	}
}

// tree is a selector as it is meant: the naive reading evaluates it, the parser has to find it again in the text.
type tree struct {
	op          string
	key         string
	values      []string
	left, right *tree
}

func (n *tree) matches(labels map[string]string) bool {
	value, there := labels[n.key]
	anyOf := func(passes func(string) bool) bool {
		for _, v := range n.values {
			if passes(v) {
				return true
			}
		}
		return false
	}
	switch n.op {
	case "all":
		return true
	case "has":
		return there
	case "==", "in":
		return there && anyOf(func(v string) bool { return v == value })
	case "!=", "not in":
		if !there {
			return true
		}
		return !anyOf(func(v string) bool { return v == value })
	case "contains":
		return there && strings.Contains(value, n.values[0])
	case "starts with":
		return there && len(value) >= len(n.values[0]) && value[:len(n.values[0])] == n.values[0]
	case "ends with":
		return there && len(value) >= len(n.values[0]) && value[len(value)-len(n.values[0]):] == n.values[0]
	case "!":
		return !n.left.matches(labels)
	case "&&":
		return n.left.matches(labels) && n.right.matches(labels)
	default:
		return n.left.matches(labels) || n.right.matches(labels)
	}
}

func drawTree(t *rapid.T, depth int) *tree {
	ops := []string{"all", "has", "==", "!=", "in", "not in", "contains", "starts with", "ends with"}
	if depth > 0 {
		ops = append(ops, "!", "&&", "||", "!", "&&", "||", "&&", "||")
	}
	n := &tree{op: rapid.SampledFrom(ops).Draw(t, "op")}
	n.key = rapid.SampledFrom([]string{"app", "tier", "a.b/c_d-e", "in", "all", "not"}).Draw(t, "key")
	count := 1
	switch n.op {
	case "in", "not in":
		count = rapid.IntRange(0, 3).Draw(t, "values")
	case "!":
		n.left = drawTree(t, depth-1)
	case "&&", "||":
		n.left, n.right = drawTree(t, depth-1), drawTree(t, depth-1)
	}
	for range count {
		n.values = append(n.values, rapid.SampledFrom([]string{"", "a", "b", "ab", "it's", `"`, "a && b", "{}"}).Draw(t, "value"))
	}
	return n
}

// strength is how much an operator binds: what binds less needs parentheses within what binds more.
func (n *tree) strength() int {
	switch n.op {
	case "||":
		return 0
	case "&&":
		return 1
	default:
		return 2
	}
}

// print writes the selector with blanks, quotes and parentheses at random.
func (n *tree) print(t *rapid.T, atLeast int) string {
	if n.strength() < atLeast || rapid.IntRange(0, 5).Draw(t, "parentheses") == 0 {
		return "(" + blanks(t) + n.print(t, 0) + blanks(t) + ")"
	}
	switch n.op {
	case "all":
		return "all(" + blanks(t) + ")"
	case "has":
		return "has(" + blanks(t) + n.key + blanks(t) + ")"
	case "!":
		return "!" + blanks(t) + n.left.print(t, 2)
	case "&&", "||":
		return n.left.print(t, n.strength()) + blanks(t) + n.op + blanks(t) + n.right.print(t, n.strength())
	}
	word := n.op
	if first, second, two := strings.Cut(n.op, " "); two {
		word = first + blanks(t) + second
	}
	gap := blanks(t)
	if word[0] >= 'a' {
		gap += " " // or it would be part of the label's name
	}
	text := n.key + gap + word + blanks(t)
	if n.op != "in" && n.op != "not in" {
		return text + quoted(t, n.values[0])
	}
	var values []string
	for _, v := range n.values {
		values = append(values, blanks(t)+quoted(t, v)+blanks(t))
	}
	return text + "{" + strings.Join(values, ",") + "}"
}

func blanks(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", " ", "\t", "  "}).Draw(t, "blanks")
}

func quoted(t *rapid.T, value string) string {
	quote := rapid.SampledFrom([]string{"'", `"`}).Draw(t, "quote")
	if strings.Contains(value, quote) {
		quote = map[string]string{"'": `"`, `"`: "'"}[quote]
	}
	return quote + value + quote
}

func TestCalicoSelectorsMeanWhatTheirTreesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawTree(t, 4)
		text := n.print(t, 0)
		for range 4 {
			labels := map[string]string{}
			for _, key := range []string{"app", "tier", "a.b/c_d-e", "in", "all", "not"} {
				if rapid.Bool().Draw(t, "has "+key) {
					labels[key] = rapid.SampledFrom([]string{"", "a", "b", "ab", "it's", "a && b"}).Draw(t, key)
				}
			}
			got, undecided := selected(t, text, labels)
			want := otherpolicy.Never
			if n.matches(labels) {
				want = otherpolicy.Surely
			}
			if got != want || undecided != nil {
				t.Fatalf("%q of %v: got %v %v, want %v", text, labels, got, undecided, want)
			}
		}
	})
}

func TestNoTextMakesTheSelectorParserPanic(t *testing.T) {
	words := []string{
		"app", "in", "not", "starts", "with", "contains", "has(", "all(", "global(", ")", "(", "{", "}", ",", "'a'", `"b"`, "'", `"`,
		"==", "!=", "=", "!", "&&", "||", "&", "|", " ", "\t", "\n", "é", "\x00",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 30).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		got, undecided := selected(t, text, map[string]string{"app": "a"})
		if (got == otherpolicy.Perhaps) != (undecided != nil) {
			t.Fatalf("%q: %v, and the reasons are %v", text, got, undecided)
		}
	})
}
