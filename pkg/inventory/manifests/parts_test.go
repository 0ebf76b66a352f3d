package manifests

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// readText reads a file; one of a directory may be skipped.
func readText(t rapid.TB, text string, large int, again, inDirectory bool) (inv *inventory.Inventory, skipped []string) {
	t.Helper()
	c := newCollector("")
	r := reading{entries: entries{c.defaultNamespace}, c: c, maxBytes: DefaultMaxBytes, large: large}
	err := r.sources([]source{{name: "FILE", again: again, inDirectory: inDirectory, open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.inventory(), r.skipped
}

// said is what tells two inventories apart, to be read.
func said(inv *inventory.Inventory, skipped []string) string {
	text := fmt.Sprintf("gaps %q, warnings %q, skipped %q, namespaces", inv.Gaps, inv.Warnings, skipped)
	for _, ns := range inv.Namespaces {
		text += fmt.Sprintf(" %q", ns.Name)
	}
	return text + fmt.Sprintf(", %d workloads", len(inv.Workloads))
}

// differInParts says how what is read of a text in parts differs from what is read of it as a whole.
func differInParts(t rapid.TB, text string, again, inDirectory bool) string {
	t.Helper()
	whole, skipped := readText(t, text, len(text), again, inDirectory)
	// A dump is known by its first item, a line feed before it or not.
	for _, large := range []int{0, 1, len(dumpHead) + len("\n")} {
		inParts, skippedInParts := readText(t, text, large, again, inDirectory)
		if !same(whole, inParts) || !same(skipped, skippedInParts) {
			return fmt.Sprintf("of %q\nas a whole %s\nin parts   %s", text, said(whole, skipped), said(inParts, skippedInParts))
		}
	}
	return ""
}

// same compares deeply, errors included: both ways make them alike.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// objectTexts draws objects of JSON, good and bad.
func objectTexts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var fields []string
		field := func(name string, values ...string) {
			if value := rapid.SampledFrom(append(values, "")).Draw(t, name); value != "" {
				fields = append(fields, fmt.Sprintf("%q: %s", name, value))
			}
		}
		if rapid.Bool().Draw(t, "without a kind") {
			return rapid.SampledFrom([]string{"{}", `{"metadata": {"name": "c", "namespace": "shop"}}`, `{"metadata": {"name": 1}}`}).Draw(t, "object")
		}
		field("apiVersion", `"v1"`, `"v1"`, `"networking.k8s.io/v1"`, "1")
		field("kind", `"Namespace"`, `"Pod"`, `"List"`, `"PodList"`, `"NetworkPolicy"`)
		field("metadata", `{"name": "a"}`, `{"name": "b", "namespace": "shop"}`, `{"name": "{{ x }}"}`, `{"labels": {"x": 1}}`, "[]")
		field("spec", `{"podSelector": {}}`, `{"unknown": 1}`, "null")
		if len(fields) > 1 && rapid.IntRange(0, 20).Draw(t, "a field twice") == 0 {
			fields = append(fields, fields[0])
		}
		return "{" + strings.Join(rapid.Permutation(fields).Draw(t, "fields"), ", ") + "}"
	})
}

// listTexts draws lists of JSON, and what is none.
func listTexts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		items := rapid.SliceOfN(rapid.OneOf(objectTexts(), objectTexts(), rapid.SampledFrom([]string{
			"null", "1", "[]", `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}, null]}`,
		})), 0, 4).Draw(t, "items")
		value := rapid.SampledFrom([]string{"", "", "", "", "null", "1", `{"labels": {"a": 1}}`}).Draw(t, "in place of items")
		if value == "" {
			value = "[" + strings.Join(items, ",\n") + "]"
		}
		fields := []string{`"items": ` + value}
		if kind := rapid.SampledFrom([]string{"List", "List", "PodList", "NamespaceList", "Pod", ""}).Draw(t, "kind"); kind != "" {
			fields = append(fields, `"kind": `+strconv.Quote(kind))
		}
		if rapid.IntRange(0, 9).Draw(t, "apiVersion") > 0 {
			fields = append(fields, `"apiVersion": "v1"`)
		}
		if rapid.IntRange(0, 9).Draw(t, "items twice") == 0 {
			fields = append(fields, `"items": []`)
		}
		return "{" + strings.Join(rapid.Permutation(fields).Draw(t, "fields"), ",\n") + "}"
	})
}

func TestJSONInPartsIsTheSameAsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(listTexts(), listTexts(), objectTexts(), rapid.SampledFrom([]string{"\n---\n", "[{}, 1]", "null", "\n"})), 1, 4).Draw(t, "values")
		text := strings.Join(values, rapid.SampledFrom([]string{"", "\n", "\n---\n"}).Draw(t, "between"))
		again := rapid.Bool().Draw(t, "it can be read again")
		if again {
			at := rapid.IntRange(0, len(text)).Draw(t, "broken at")
			text = text[:at] + rapid.SampledFrom([]string{"", "", "", "]", "}", ",", "x", "{", `"`}).Draw(t, "broken by") + text[at:]
		}
		if difference := differInParts(t, text, again, rapid.Bool().Draw(t, "in a directory")); difference != "" {
			t.Fatal(difference)
		}
	})
}

func TestSeveralJSONValuesBehindAMarkerSayTheSameInParts(t *testing.T) {
	for name, values := range map[string]string{
		"one has a key twice":                `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}, "apiVersion": "v1"}{"apiVersion": "v1", "kind": "List", "items": []}`,
		"one may be of YAML alone":           `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}null{"items": [], "kind": "List", "items": []}`,
		"only together they seem a manifest": `{"items": [], "apiVersion": "v1"}{"kind": "Namespace", "spec": {}}`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, again := range []bool{true, false} {
				if difference := differInParts(t, "\n---\n"+values, again, true); difference != "" {
					t.Error(difference)
				}
			}
		})
	}
}

func TestADumpInPartsIsTheSameAsTheWhole(t *testing.T) {
	item := rapid.OneOf(
		rapid.SampledFrom([]string{
			"- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: a\n",
			"- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: b\n    annotations:\n      text: |\n        x\n\n        - y\n",
			"- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n    namespace: shop\n    labels:\n      a: \"x\n        y\"\n  spec: {}\n",
			"- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: q\n    labels: &l\n      a: b\n", "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: r\n    labels: *l\n",
			"- apiVersion: v1\n  kind: Pod\n  kind: Pod\n", "- \"a\n", "- b\"\n", "- [a,\n", "- b]\n", "- null\n", "- 'it\n", "  - x\n", "  y: z\n", "# x\n", "- |\n", "  text\n",
			"- ? a\n", "- {{ x }}\n", "- !!str a\n", "- a: |\n", "- >-\n\n", "- x\r- y\n", "- a\n  ---\n",
		}),
		rapid.Map(objectTexts(), func(object string) string { return "- " + object + "\n" }),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := string(dumpHead) + "- " + strings.TrimPrefix(strings.Join(rapid.SliceOfN(item, 1, 6).Draw(t, "items"), ""), "- ") +
			rapid.SampledFrom([]string{"kind: List\n", "kind: List\nmetadata:\n  resourceVersion: \"\"\n", "kind: List\nitems: []\n", "kind: List", "", "\"\n", "kind: PodList\n"}).Draw(t, "tail")
		text = rapid.SampledFrom([]string{"", "---\n", "a: b\n---\n"}).Draw(t, "before") + text + rapid.SampledFrom([]string{"", "---\nc: d\n"}).Draw(t, "behind")
		if difference := differInParts(t, text, rapid.Bool().Draw(t, "it can be read again"), rapid.Bool().Draw(t, "in a directory")); difference != "" {
			t.Fatal(difference)
		}
	})
}

func TestTheCorpusInPartsIsTheSameAsTheWhole(t *testing.T) {
	files, err := filepath.Glob("testdata/fuzz/FuzzRead/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, quoted, _ := strings.Cut(strings.TrimSpace(string(data)), "[]byte(")
		text, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if difference := differInParts(t, text, true, true); difference != "" {
			t.Errorf("%s: %s", file, difference)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add(string(dumpHead) + "- a\n- b\nkind: List\n")
	f.Add(`{"items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}],"kind":"List","apiVersion":"v1"} 1`)
	f.Fuzz(func(t *testing.T, text string) {
		if difference := differInParts(t, text, true, true); difference != "" {
			t.Error(difference)
		}
	})
}

func TestItemsInPartsMayLeaveTheirKindToTheirList(t *testing.T) {
	for name, text := range map[string]string{
		"which says it before": `{"kind": "NamespaceList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}`,
		"which says it behind": `{"apiVersion": "v1", "items": [{"metadata": {"name": "a"}}], "kind": "NamespaceList"}`,
	} {
		t.Run(name, func(t *testing.T) {
			inv, _ := readText(t, text, 0, false, false)
			if ns := inv.Namespace("a"); ns == nil || !ns.Declared || len(inv.Gaps) > 0 {
				t.Error(said(inv, nil))
			}
		})
	}
}

func TestWhatCannotBeReadToItsEndIsAnErrorAlsoInParts(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, text := range map[string]string{"JSON": `{"items": [{},`, "a dump": string(dumpHead) + "- a\n"} {
		t.Run(name, func(t *testing.T) {
			r := reading{c: newCollector(""), maxBytes: DefaultMaxBytes, large: len(dumpHead)}
			if name == "JSON" {
				r.large = 0
			}
			err := r.sources([]source{{name: "FILE", open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))), nil
			}}})
			if !errors.Is(err, broken) || err.Error() != "read FILE: the disk is gone" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestJSONThatBreaksOffAndCannotBeReadAgainHidesNothing(t *testing.T) {
	text := `{"apiVersion": "v1", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}},`
	inv, _ := readText(t, text, 0, false, false)
	want := `gaps [{"" "FILE: document 1: JSON to begin with, but not to its end: unexpected EOF"}], warnings [], skipped [], namespaces, 0 workloads`
	if got := said(inv, nil); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
