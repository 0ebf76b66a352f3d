package manifests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const deny = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}}\n"

func TestReadTemplates(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want string // names, or the error
	}{
		"one policy":                     {deny, "deny"},
		"two documents":                  {deny + "---\n" + strings.ReplaceAll(deny, "deny", "other"), "deny other"},
		"documents without anything":     {"---\n# nothing\n---\n" + deny + "---\nnull\n", "deny"},
		"a List":                         {`{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": {"podSelector": {}}}]}`, "a"},
		"JSON values in a row":           {strings.Repeat(`{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": {"podSelector": {}}}`, 1), "a"},
		"an empty namespace":             {strings.Replace(deny, "name: deny", `name: deny, namespace: ""`, 1), "deny"},
		"a status of older servers":      {deny + "status: {}\n", "deny"},
		"nothing at all":                 {"", "FILE: no NetworkPolicy in it"},
		"an empty List":                  {"apiVersion: v1\nkind: List\nitems: []\n", "FILE: no NetworkPolicy in it"},
		"no object":                      {"a: b\n", "FILE: document 1: not a Kubernetes object: apiVersion and kind are missing"},
		"another kind":                   {"apiVersion: v1\nkind: Pod\n", "FILE: document 1: v1 Pod: only NetworkPolicies of networking.k8s.io/v1 can be given to namespaces"},
		"a NetworkPolicy of another API": {"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n", "FILE: document 1: projectcalico.org/v3 NetworkPolicy: only NetworkPolicies of networking.k8s.io/v1 can be given to namespaces"},
		"an item of another kind":        {"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}]\n", "FILE: document 1: items[0]: v1 Pod: only NetworkPolicies of networking.k8s.io/v1 can be given to namespaces"},
		"broken YAML":                    {"a: [\n", "FILE: document 1: yaml: line 1: did not find expected node content"},
		"a namespace":                    {deny + "---\n" + strings.Replace(deny, "name: deny", "name: b, namespace: shop", 1), `FILE: document 2: NetworkPolicy "shop/b": metadata.namespace: Forbidden: each namespace that needs it gets the policy: leave the namespace out`},
		"no name":                        {strings.Replace(deny, "name: deny", "", 1), `FILE: document 1: NetworkPolicy "(no name)": metadata.name: Required value: name or generateName is required`},
		"a generated name":               {strings.Replace(deny, "name: deny", "generateName: deny-", 1), `FILE: document 1: NetworkPolicy "(no name)": metadata.generateName: Forbidden: a name is needed, by which the policy is known again`},
		"an owner":                       {strings.Replace(deny, "name: deny", "name: deny, ownerReferences: [{apiVersion: v1, kind: A, name: a, uid: u}]", 1), `FILE: document 1: NetworkPolicy "deny": metadata.ownerReferences: Forbidden: who owns it would delete it`},
		"a finalizer":                    {strings.Replace(deny, "name: deny", "name: deny, finalizers: [a.b/c]", 1), `FILE: document 1: NetworkPolicy "deny": metadata.finalizers: Forbidden: it could not be rolled back`},
		"an unknown field":               {strings.Replace(deny, "podSelector", "podSelectr", 1), `FILE: document 1: NetworkPolicy "deny": unknown field "spec.podSelectr"`},
		"a key twice":                    {deny + "spec: {podSelector: {}}\n", `FILE: document 1: NetworkPolicy "deny": yaml: line 5: key "spec" already set in map`},
		"a bare y as a label":            {strings.Replace(deny, "podSelector: {}", "podSelector: {matchLabels: {a: y}}", 1), `FILE: document 1: NetworkPolicy "deny": spec.podSelector.matchLabels.a: Invalid value: true: must be a string (quote it)`},
		"a bad CIDR":                     {strings.Replace(deny, "podSelector: {}", "ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/8}}]}]", 1), `FILE: document 1: NetworkPolicy "deny": spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.1.2.3/8": must not have bits set beyond the prefix length`},
		"one name twice":                 {deny + "---\n" + deny, `FILE: document 2: NetworkPolicy "deny": already defined in FILE: document 1`},
		"two mistakes":                   {"a: b\n---\nc: d\n", "FILE: document 1: not a Kubernetes object: apiVersion and kind are missing\nFILE: document 2: not a Kubernetes object: apiVersion and kind are missing"},
		"too large":                      {deny + strings.Repeat("# much\n", MaxTemplateBytes/7), "read FILE: larger than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "template.yaml")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			policies, err := ReadTemplates(path, nil)
			var names []string
			for _, np := range policies {
				names = append(names, np.Name)
			}
			got := strings.Join(names, " ")
			if err != nil {
				got = strings.ReplaceAll(err.Error(), path, "FILE")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			fromStdin, stdinErr := ReadTemplates("-", strings.NewReader(test.text))
			if (err == nil) != (stdinErr == nil) || len(fromStdin) != len(policies) {
				t.Errorf("from standard input: %d policies, %v", len(fromStdin), stdinErr)
			}
		})
	}
	if _, err := ReadTemplates("none.yaml", nil); err == nil {
		t.Error("a file that does not exist is no error")
	}
}
