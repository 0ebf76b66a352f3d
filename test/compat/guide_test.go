package compat

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// What docs/guide.md says of the guide's recipes is so with the kubectl of today.
func TestTheGuidesRecipesDoNotWork(t *testing.T) {
	sh := func(script string) []string {
		t.Helper()
		return strings.Fields(cluster.Run(nil, "sh", "-c", script).Stdout)
	}
	all := sh(`kubectl get ns -o name`)
	bare := cluster.Run(nil, filepath.Join(bin, "kubectl-cis532"), "audit", "--include-system", "--failing", "-o", "name")
	if len(all) < 5 || bare.Stdout == "" {
		t.Fatalf("%q, and without policies: %+v", all, bare)
	}
	const (
		withPrefix = `kubectl get ns -o name | xargs -I {} sh -c `
		noPrefix   = `kubectl get ns -o name | cut -d / -f 2 | xargs -I {} sh -c `
		without    = `'kubectl get networkpolicy -n {} >/dev/null 2>&1 || echo {}'`
		with       = `'kubectl get networkpolicy -n {} >/dev/null 2>&1 && echo {}'`
	)
	for name, c := range map[string]struct {
		script string
		want   int
	}{
		"namespaces without policies are all of them":              {withPrefix + without, len(all)},
		"namespaces with policies are none":                        {withPrefix + with, 0},
		"without the prefix, namespaces without policies are none": {noPrefix + without, 0},
		"without the prefix, namespaces with policies are all":     {noPrefix + with, len(all)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sh(c.script); len(got) != c.want {
				t.Errorf("%d namespaces, want %d: %q", len(got), c.want, got)
			}
		})
	}
	t.Run("a name cannot be deleted across all namespaces", func(t *testing.T) {
		got := cluster.Kubectl(testcluster.Admin, "delete", "networkpolicy", "cis-default-allow", "--all-namespaces")
		if got.ExitCode == 0 || !strings.Contains(got.Stderr, "a resource cannot be retrieved by name across all namespaces") {
			t.Errorf("%+v", got)
		}
	})
	// Its program puts names into YAML as they are.
	for namespace, want := range map[string]string{"null": "default", "true": "", "on": "", "123": ""} {
		t.Run("its template's policy for namespace "+namespace+" goes elsewhere, or nowhere", func(t *testing.T) {
			text := "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: of-a-template\n  namespace: " + namespace + "\nspec:\n  podSelector: {}\n"
			got := cluster.Run(strings.NewReader(text), "kubectl", "apply", "--dry-run=client", "-f", "-", "-o", "jsonpath={.metadata.namespace}")
			if got.Stdout != want || (got.ExitCode == 0) != (want != "") {
				t.Errorf("%+v, want %q", got, want)
			}
		})
	}
	t.Run("its strict example cuts DNS", func(t *testing.T) {
		got := cluster.Run(nil, filepath.Join(bin, "kubectl-cis532"), "audit", "-f", "testdata/strict.yaml", "--fail-on", "egress-without-dns")
		if got.ExitCode != 1 || !strings.Contains(got.Stderr, "egress-without-dns 1") {
			t.Errorf("%+v", got)
		}
	})
}
