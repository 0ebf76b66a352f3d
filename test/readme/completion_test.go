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
		"kubectl -n shop create deployment web --image=web && kubectl -n shop create service clusterip web --tcp=80",
		"kubectl -n shop run toolbox --image=toolbox",
	} {
		if _, stderr, code := shell(t, root, env, setup); code != 0 {
			t.Fatalf("%s: %s", setup, stderr)
		}
	}
	for _, tt := range []struct {
		line string
		// words are all that is offered, without descriptions; "..." stands for others behind them.
		words, directive string
	}{
		{"cis532 au", "audit", ":4"},
		{"cis532 audit pay", "payments", ":4"},
		{"cis532 audit payments ''", "default kube-node-lease kube-public kube-system shop", ":4"},
		{"cis532 audit -n sh", "shop", ":4"},
		{"cis532 fix --exclude s", "shop", ":4"},
		{"cis532 rollback s", "shop", ":4"},
		{"cis532 audit -o ''", "table wide ...", ":4"},
		{"cis532 audit --report js", "json=", ":2"},
		{"cis532 audit --fail-on high,shad", "high,shadowed-policy", ":4"},
		{"cis532 fix --dry-run=", "none server client", ":4"},
		{"cis532 fix shop --policy allow-c", "allow-cluster", ":4"},
		{"cis532 policies allow-c", "allow-cluster", ":4"},
		{"cis532 explain no-p", "no-policy", ":4"},
		{"cis532 --context ''", "admin auditor fixer nobody", ":4"},
		{"cis532 audit --context au", "auditor", ":4"},
		{"cis532 --color ''", "auto always never", ":4"},
		{"cis532 completion p", "powershell", ":4"},
		// The command line says whom to ask.
		{"cis532 audit --context auditor pay", "payments", ":4"},
		{"cis532 audit --context nobody pay", "", ":4"},
		{"cis532 audit --server http://127.0.0.1:1 pay", "", ":4"},
		{"cis532 audit --kubeconfig /nowhere pay", "", ":4"},
		{"cis532 audit -f testdata/shop leg", "legacy-erp", ":4"},
		// The ends of a connection.
		{"cis532 reach ''", "default/ kube-node-lease/ kube-public/ kube-system/ payments/ shop/", ":6"},
		{"cis532 reach sh", "shop/", ":6"},
		{"cis532 reach shop/", "shop/deployment/web shop/pod/toolbox", ":4"},
		{"cis532 reach shop/deploy/", "shop/deploy/web", ":4"},
		{"cis532 reach shop/to", "shop/toolbox", ":4"},
		{"cis532 reach shop/deploy/web shop/s", "shop/service/web", ":4"},
		{"cis532 reach -n shop dep", "deployment/web", ":4"},
		{"cis532 reach --context auditor shop/deploy/", "shop/deploy/web", ":4"},
		{"cis532 reach --context nobody shop/deploy/", "", ":4"},
		{"cis532 reach shop/deploy/web shop/svc/web ''", "", ":4"},
		{"cis532 reach -f testdata/shop payments/deploy/", "payments/deploy/gateway", ":4"},
	} {
		stdout, stderr, code := shell(t, root, env, "kubectl __complete "+tt.line)
		if code != 0 || strings.Contains(stderr, "rror") {
			t.Errorf("kubectl __complete %s: exit code %d: %s", tt.line, code, stderr)
		}
		var words []string
		for line := range strings.Lines(stdout) {
			word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			words = append(words, word)
		}
		directive := words[len(words)-1]
		got := strings.Join(words[:len(words)-1], " ")
		if want, more := strings.CutSuffix(tt.words, " ..."); more && strings.HasPrefix(got, want+" ") {
			got = tt.words
		}
		if got != tt.words || directive != tt.directive {
			t.Errorf("kubectl __complete %s\ngot  %s %s\nwant %s %s", tt.line, got, directive, tt.words, tt.directive)
		}
	}
}
