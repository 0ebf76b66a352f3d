package manifests_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

const (
	namespaceShop = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
	namespaceJSON = `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}`
	policyInShop  = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}}\n"
)

// What kubectl would leave out without a word, and what is no object but hides some, is said: neither a policy that nobody
// applies nor a namespace that nobody sees may make a PASS.
func TestNothingIsOverlooked(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"behind the end of a document", namespaceShop + "...\n" + policyInShop,
			`document 2: kubectl does not read what is behind "...": separate documents by lines of "---"`},
		{"JSON behind the end of a document", namespaceShop + "...\n" + namespaceJSON,
			`document 2: kubectl does not read what is behind "...": separate documents by lines of "---"`},
		{"several JSON values behind a marker", policyInShop + "---\n" + namespaceJSON + namespaceJSON,
			`document 2: there is more behind the first object: separate documents by lines of "---"`},
		{"a marker that is missing between two objects", namespaceShop + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
			`document 1: yaml: line 4: key "apiVersion" already set in map line 5: key "kind" already set in map line 6: key "metadata" already set in map`},
		{"a namespace named twice", "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop, namespace: payments}\n",
			`document 1: yaml: line 3: key "namespace" already set in map`},
		{"a List whose items are misspelt", "apiVersion: v1\nkind: List\nitem:\n- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n",
			"document 1: List: items: Required value"},
		{"a typed list without items", `{"apiVersion": "v1", "kind": "PodList", "metadata": {}}`,
			"document 1: PodList: items: Required value"},
		{"items that are no list", "apiVersion: v1\nkind: List\nitems: 5\n",
			"document 1: items: Invalid type: a number: must be a list"},
		{"a list that was read in pages", `{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "metadata": {"continue": "x", "remainingItemCount": 4}, "items": []}`,
			"document 1: metadata.continue: the list is cut short, and what follows is not in it"},
		{"an answer that is no list", `{"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure", "message": "namespaces is forbidden", "reason": "Forbidden", "code": 403}`,
			"document 1: the answer of an API server, and no object: namespaces is forbidden"},
		{"a table", `{"apiVersion": "meta.k8s.io/v1", "kind": "Table", "rows": [{"object": ` + namespaceJSON + `}]}`,
			"document 1: Table of meta.k8s.io/v1 holds no whole objects (kubectl get -o json does)"},
		{"metadata alone", `{"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList", "items": []}`,
			"document 1: PartialObjectMetadataList of meta.k8s.io/v1 holds no whole objects (kubectl get -o json does)"},
		{"a namespace whose name is generated", "apiVersion: v1\nkind: Namespace\nmetadata: {generateName: shop-}\n",
			`document 1: Namespace "(no name)": metadata.name: Required value: nothing can be said of a namespace whose name is generated`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var gaps []string
			for _, gap := range read(t, tt.text).Gaps {
				gaps = append(gaps, strings.TrimPrefix(gap.Err.Error(), "standard input: "))
			}
			if got := strings.Join(gaps, "\n"); got != tt.want {
				t.Errorf("gaps:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestWhateverHasItemsStandsForThem(t *testing.T) {
	for name, text := range map[string]string{
		"a kind that is no list's":       "apiVersion: example.com/v1\nkind: Bundle\nitems:\n- " + namespaceJSON + "\n",
		"another object's kind":          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nitems:\n- " + namespaceJSON + "\n",
		"a List in which another one is": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Bundle, items: [" + namespaceJSON + "]}\n",
	} {
		t.Run(name, func(t *testing.T) {
			inv := read(t, text)
			if len(inv.Namespaces) != 1 || inv.Namespace("shop") == nil || !inv.Namespaces[0].Declared || len(inv.Gaps) > 0 {
				t.Errorf("namespaces %v, gaps %v; want shop, declared", inv.Namespaces, inv.Gaps)
			}
		})
	}
}

func TestWhatNoServerTakesShowsNoNamespace(t *testing.T) {
	for name, text := range map[string]string{
		"a kubeconfig":                  "apiVersion: v1\nkind: Config\nclusters: []\n",
		"an empty list that Go wrote":   `{"apiVersion": "v1", "kind": "PodList", "metadata": {}, "items": null}`,
		"an empty List that Go wrote":   `{"apiVersion": "v1", "kind": "List", "metadata": {}, "items": null}`,
		"a comment behind the last end": "# nothing\n...\n# and no more\n",
	} {
		t.Run(name, func(t *testing.T) {
			inv := read(t, namespaceShop+"---\n"+text)
			if len(inv.Namespaces) != 1 || len(inv.Gaps)+len(inv.Warnings) > 0 {
				t.Errorf("namespaces %v, gaps %v, warnings %v; want shop alone", inv.Namespaces, inv.Gaps, inv.Warnings)
			}
		})
	}
}

// An endpoint that is "not found" although a document names it, or a pod that no finding counts, has a reason that is said.
func TestWhatIsWrittenForAFormerAPIIsWarnedOf(t *testing.T) {
	for _, tt := range []struct{ apiVersion, kind, want string }{
		{"extensions/v1beta1", "NetworkPolicy", "it does not count (use networking.k8s.io/v1)"},
		{"extensions/v1beta1", "Deployment", "its pods do not count (use apps/v1)"},
		{"extensions/v1beta1", "DaemonSet", "its pods do not count (use apps/v1)"},
		{"apps/v1beta2", "StatefulSet", "its pods do not count (use apps/v1)"},
		{"apps/v1beta1", "Deployment", "its pods do not count (use apps/v1)"},
		{"batch/v2alpha1", "CronJob", "its pods do not count (use batch/v1)"},
		{"batch/v1beta1", "CronJob", "its pods do not count (use batch/v1)"},
		{"example.com/v1beta1", "Deployment", ""},
		{"apps/v1beta1", "ControllerRevision", ""},
		{"policy/v1beta1", "PodDisruptionBudget", ""},
	} {
		t.Run(tt.apiVersion+" "+tt.kind, func(t *testing.T) {
			inv := read(t, fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: web, namespace: shop}\nspec: {%s}\n", tt.apiVersion, tt.kind, template))
			want := ""
			if tt.want != "" {
				want = fmt.Sprintf(`standard input: document 1: %s "shop/web" has apiVersion %s, which no API server takes any more: %s`, tt.kind, tt.apiVersion, tt.want)
			}
			if got := strings.Join(inv.Warnings, "\n"); got != want {
				t.Errorf("warnings:\n%s\nwant:\n%s", got, want)
			}
			if len(inv.Workloads)+len(inv.Gaps) > 0 {
				t.Errorf("workloads %v, gaps %v; want none", inv.Workloads, inv.Gaps)
			}
		})
	}
}

func TestAPolicyWithAGeneratedNameHasAName(t *testing.T) {
	inv := read(t, strings.Replace(policyInShop, "name: deny", "generateName: deny-", 1))
	if np := inv.Namespace("shop").Policies; len(np) != 1 || np[0].Name != "deny-*" {
		t.Errorf("policies %v, want deny-*", np)
	}
}

// A file that was named and is empty may be what is left of a command that failed.
func TestANamedFileThatSaysNothingIsAGapBesideOthers(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shop := write("shop.yaml", namespaceShop+"---\n"+policyInShop)
	list := write("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n")
	for name, text := range map[string]string{"empty.yaml": "", "comments.yaml": "# nothing\n---\n# more of it\n", "null.yaml": "null\n"} {
		t.Run(name, func(t *testing.T) {
			path := write(name, text)
			inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{shop, list, path}})
			if err != nil {
				t.Fatal(err)
			}
			if len(inv.Gaps) != 1 || !errors.Is(inv.Gaps[0].Err, manifests.ErrNoObjects) || !strings.HasPrefix(inv.Gaps[0].Err.Error(), path+": ") {
				t.Errorf("gaps %v, want one of %s", inv.Gaps, path)
			}
		})
	}
}

// A comment ends at any of YAML's line breaks, and what follows is applied.
func TestWhatFollowsACommentThatEndsUnseenIsRead(t *testing.T) {
	for _, end := range []string{"\r", "\u0085", "\u2028", "\u2029"} {
		if inv := read(t, "# c"+end+namespaceJSON+"\n"); inv.Namespace("shop") == nil {
			t.Errorf("%q: no namespace; gaps: %v", end, inv.Gaps)
		}
	}
}
