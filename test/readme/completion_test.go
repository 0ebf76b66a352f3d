package readme

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// kubectl itself completes the plugin by the executable that `completion kubectl` prints.
func TestKubectlCompletesThePlugin(t *testing.T) {
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	bin := t.TempDir()
	env := append(cluster.Env(), "GOBIN="+bin, "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	for _, setup := range []string{
		"go install ./cmd/kubectl-cis532",
		"kubectl cis532 completion kubectl > " + filepath.Join(bin, "kubectl_complete-cis532"),
		"chmod +x " + filepath.Join(bin, "kubectl_complete-cis532"),
		"kubectl create namespace payments && kubectl create namespace shop",
	} {
		if _, stderr, code := shell(t, root, env, setup); code != 0 {
			t.Fatalf("%s: %s", setup, stderr)
		}
	}
	for line, want := range map[string][]string{
		"cis532 au":                {"audit"},
		"cis532 audit pay":         {"payments"},
		"cis532 audit payments ''": {"shop"},
		"cis532 audit -n sh":       {"shop"},
		"cis532 audit -o ''":       {"wide", "json", "yaml"},
		"cis532 fix --dry-run=":    {"none", "server", "client"},
		"cis532 explain no-p":      {"no-policy"},
		"cis532 --context ''":      {testcluster.Admin, testcluster.Auditor},
		"cis532 --color ''":        {"auto", "always", "never"},
	} {
		stdout, stderr, code := shell(t, root, env, "kubectl __complete "+line)
		if code != 0 {
			t.Errorf("kubectl __complete %s: exit code %d: %s", line, code, stderr)
		}
		for _, word := range want {
			if !strings.Contains("\n"+stdout, "\n"+word) {
				t.Errorf("kubectl __complete %s: %q is missing in:\n%s", line, word, stdout)
			}
		}
	}
	if stdout, _, _ := shell(t, root, env, "kubectl __complete cis532 audit payments ''"); strings.Contains(stdout, "payments") {
		t.Errorf("a namespace that was given is offered again:\n%s", stdout)
	}
}
