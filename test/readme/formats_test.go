package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// Each command of the page on formats runs, on manifests: no cluster is needed.
func TestEveryCommandOfTheFormatsPageRuns(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range report.FileFormats(v1alpha1.NewAuditReport()) {
		if !strings.Contains(string(text), "`"+format+"`") {
			t.Errorf("docs/formats.md does not know %s", format)
		}
	}
	bin, work := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS(filepath.Join(root, "testdata"))); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "KUBECONFIG="+filepath.Join(work, "none"))
	all := commands(string(text))
	if len(all) < 9 {
		t.Fatalf("only %d commands were found: %q", len(all), all)
	}
	for _, command := range all {
		// The plugin by its own name, as there is no kubectl here.
		stdout, stderr, code := shell(t, work, env, strings.ReplaceAll(command, "kubectl cis532", "kubectl-cis532"))
		if want := map[bool]int{true: 1}[strings.Contains(command, "--report")]; code != want {
			t.Errorf("%s: exit code %d, want %d\n%s%s", command, code, want, stdout, stderr)
		}
	}
	for _, name := range []string{"results.sarif", "junit.xml", "summary.md", "audit.csv", "reports.yaml", "policyreports.yaml", "kube-bench.json"} {
		if info, err := os.Stat(filepath.Join(work, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", name, err)
		}
	}
}
