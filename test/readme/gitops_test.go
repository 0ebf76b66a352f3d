package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The how-to is followed from top to bottom, on a cluster with testdata/shop: each of its commands succeeds.
func TestEveryCommandOfTheGitOpsPageRuns(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/gitops.md"))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	bin, work := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS(filepath.Join(root, "testdata"))); err != nil {
		t.Fatal(err)
	}
	if result := cluster.Kubectl(testcluster.Admin, "apply", "-f", filepath.Join(root, "testdata/shop")); result.ExitCode != 0 {
		t.Fatal(result.Stderr)
	}
	env := append(cluster.Env(), "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	all := commands(string(text))
	if len(all) < 8 {
		t.Fatalf("only %d commands were found: %q", len(all), all)
	}
	// Its findings are those of the sample company.
	mayFail := []string{"kubectl cis532 audit --fail-on high"}
	for _, command := range all {
		stdout, stderr, code := shell(t, work, env, command)
		t.Logf("$ %s\n[exit %d]", command, code)
		if code != 0 && (code != 1 || !slices.Contains(mayFail, command)) {
			t.Errorf("%s: exit code %d\n%s%s", command, code, stdout, stderr)
		}
	}
}
