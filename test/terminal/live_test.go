//go:build unix

package terminal

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The verbs that change a cluster, on a terminal: progress is shown there and
// taken away again, and annotations from the cluster are text.
func TestFixAndRollbackOnATerminal(t *testing.T) {
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	var manifests strings.Builder
	for i := range 30 {
		fmt.Fprintf(&manifests, "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-%02d, labels: {cycle: \"yes\"}}\n---\n", i)
	}
	manifests.WriteString("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: nasty\n  labels: {cycle: \"yes\"}\n" +
		"  annotations: {cis532.io/exempt: \"\\e[2J\\x9B31m\\e]8;;x\\e\\\\ \\r\\b\\u202E 命名\"}\n")
	if result := cluster.KubectlInput(strings.NewReader(manifests.String()), testcluster.Admin, "create", "-f", "-"); result.ExitCode != 0 {
		t.Fatal(result.Stderr)
	}
	on := func(terminal stream, exit int, args ...string) outcome {
		t.Helper()
		got := session{args: append(args, "-l", "cycle=yes"), env: []string{"KUBECONFIG=" + cluster.Kubeconfig}, terminal: terminal, columns: 100}.run(t)
		if got.exit != exit {
			t.Errorf("%v: exit code %d, want %d\n%s%s%s", args, got.exit, exit, got.screen, got.stdout, got.stderr)
		}
		return got
	}
	progress := regexp.MustCompile(`\r(created|done) +[0-9]+% .*\([0-9]+/30\)`)
	shows := func(what, text string, want bool) {
		t.Helper()
		if progress.MatchString(text) != want {
			t.Errorf("%s: progress %t, want %t: %q", what, !want, want, text)
		}
		if want && !strings.Contains(text, "\x1b[2K\r") {
			t.Errorf("%s: the progress line stays: %q", what, text)
		}
	}
	shows("a dry run on a terminal", on(both, 1, "fix", "--dry-run=server").screen, true)
	shows("a dry run with stderr on a terminal", on(onlyStderr, 1, "fix", "--dry-run=server").screen, true)
	quiet := on(onlyStdout, 1, "fix", "--dry-run=server")
	shows("stderr in a pipe", quiet.stderr, false)
	shows("stdout on a terminal", quiet.screen, false)
	shows("--quiet", on(both, 1, "fix", "--dry-run=server", "--quiet").screen, false)
	on(both, 1, "fix", "--dry-run=client", "-o", "yaml")
	shows("fix", on(both, 1, "fix").screen, true)
	for _, format := range formats[:6] {
		on(both, 0, "audit", "-o", format)
		on(both, 0, "fix", "-o", format)
	}
	for _, format := range formats[:6] {
		on(both, 1, "rollback", "--dry-run=server", "-o", format)
	}
	shows("rollback", on(both, 1, "rollback").screen, true)
}
