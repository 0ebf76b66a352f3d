package readme

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// expected is what becomes of each command of the README: the exit codes that
// are right for it on a cluster with testdata/shop. A command that is not here
// fails the test; one that is here and not in the README does as well.
var expected = map[string][]int{
	"go run ./cmd/kubectl-cis532 audit -f testdata/shop":                                {1},
	"go install ./cmd/kubectl-cis532":                                                   {0},
	"kubectl cis532 audit":                                                              {1},
	"kubectl cis532 audit -o wide":                                                      {1},
	"kubectl cis532 audit -R -f testdata/shop":                                          {1},
	"kubectl cis532 audit --failing -o name":                                            {1},
	"kubectl cis532 fix --dry-run=server":                                               {1},
	"kubectl cis532 fix":                                                                {1},
	"kubectl cis532 generate | kubectl apply -f -":                                      {0},
	"kubectl cis532 generate -f testdata/shop --output-dir network-policies":            {0},
	"kubectl cis532 rollback --dry-run=server":                                          {1},
	"kubectl cis532 rollback":                                                           {1},
	"kubectl cis532 policies":                                                           {0},
	"kubectl cis532 policies allow-same-namespace -o yaml":                              {0},
	"kubectl cis532 fix --policy default-deny-ingress --dry-run=server":                 {1},
	"kubectl cis532 fix --replace-guide-policy --dry-run=server":                        {0},
	"kubectl cis532 audit -f testdata/shop -o wide":                                     {1},
	"kubectl cis532 audit -f testdata/shop --report junit.xml --report results.sarif":   {1},
	"kubectl cis532 explain shadowed-policy":                                            {0},
	"kubectl cis532 audit -f testdata/shop --fail-on high --fail-on shadowed-policy":    {1},
	"kubectl cis532 reach shop/deploy/web payments/svc/gateway 443 -f testdata/shop":    {0},
	"kubectl cis532 reach --matrix 5432/TCP -f testdata/shop":                           {0},
	"kubectl cis532 reach --matrix 5432/TCP -f testdata/shop -o name > connections.txt": {0},
	"kubectl cis532 reach --expect connections.txt -f testdata/shop":                    {0},
	"kubectl cis532 audit -o json":                                                      {0}, // what was generated is applied by then
	"kubectl cis532 fix --exit-zero --report json=-":                                    {0},
	"kubectl cis532 explain rbac-audit | kubectl apply -f -":                            {0},
	"kubectl cis532 explain rbac-fix | kubectl apply -f -":                              {0},
	`kubectl annotate namespace legacy-erp cis532.io/exempt="replaced in Q3, SEC-1432" cis532.io/exempt-until=2099-12-31 --overwrite`: {0},
}

// elsewhere are the commands that are not run here, with the reason.
var elsewhere = map[string]string{
	"make demo": "CI runs it",
	"make test": "this test is a part of it",
}

var (
	shellBlock   = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	comment      = regexp.MustCompile(`\s+#.*$`)
)

// root is the repository, with which the commands' paths begin.
const root = "../.."

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commands are those of the shell blocks, in order.
func commands(text string) []string {
	var all []string
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		// A command may go on in the next line.
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", "")) {
			if line = comment.ReplaceAllString(strings.TrimSpace(line), ""); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

func TestEveryCommandIsKnown(t *testing.T) {
	all := commands(readme(t))
	if len(all) < 10 {
		t.Fatalf("only %d commands were found", len(all))
	}
	for _, command := range all {
		if _, known := expected[command]; !known && elsewhere[command] == "" {
			t.Errorf("README.md has a command that this test does not know: %s", command)
		}
	}
	for command := range expected {
		if !slices.Contains(all, command) {
			t.Errorf("README.md no longer has: %s", command)
		}
	}
}

func TestEveryCommandRuns(t *testing.T) {
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	// `go install` puts the plugin where kubectl then finds it; the commands before that need none.
	bin, work := t.TempDir(), t.TempDir()
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS(filepath.Join(root, "testdata"))); err != nil {
		t.Fatal(err)
	}
	env := append(cluster.Env(),
		"GOBIN="+bin, "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	if result := cluster.Kubectl(testcluster.Admin, "apply", "-f", filepath.Join(root, "testdata/shop")); result.ExitCode != 0 {
		t.Fatal(result.Stderr)
	}
	for _, command := range commands(readme(t)) {
		if reason := elsewhere[command]; reason != "" {
			t.Logf("not run: %s: %s", command, reason)
			continue
		}
		dir := work
		if strings.HasPrefix(command, "go ") {
			dir = root
		}
		stdout, stderr, code := shell(t, dir, env, command)
		t.Logf("$ %s\n[exit %d]", command, code)
		if wanted, known := expected[command]; known && !slices.Contains(wanted, code) {
			t.Errorf("%s: exit code %d, want %v\n%s%s", command, code, wanted, stdout, stderr)
		}
		for _, line := range strings.Split(stderr, "\n") {
			if strings.HasPrefix(line, "error:") {
				t.Errorf("%s: %s", command, line)
			}
		}
	}
}

func shell(t *testing.T, dir string, env []string, command string) (stdout, stderr string, code int) {
	t.Helper()
	var out, talk bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &talk
	if err := cmd.Run(); err != nil {
		exit := new(exec.ExitError)
		if !errors.As(err, &exit) {
			t.Fatalf("%s: %v", command, err)
		}
		code = exit.ExitCode()
	}
	return out.String(), talk.String(), code
}
