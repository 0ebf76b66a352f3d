package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The exit codes, written out: a test must not learn them from the code that it tests.
const (
	ok       = 0
	found    = 1
	troubled = 2
)

// cis532 runs the plugin on the shared cluster as the user of a context.
func cis532(t *testing.T, user string, args ...string) testcluster.Result {
	t.Helper()
	return on(t, cluster, user, args...)
}

// on runs the plugin on a cluster as the user of a context.
func on(t *testing.T, c *testcluster.Cluster, user string, args ...string) testcluster.Result {
	t.Helper()
	result := c.Run(nil, plugin, append(args, "--context="+user)...)
	t.Logf("%s: kubectl cis532 %s\nexit code %d\n%s%s", user, strings.Join(args, " "), result.ExitCode, clip(result.Stdout), clip(result.Stderr))
	return result
}

// through runs the plugin with another kubeconfig, such as a proxy's.
func through(t *testing.T, kubeconfig string, args ...string) testcluster.Result {
	t.Helper()
	result := cluster.Run(nil, plugin, append(args, "--kubeconfig="+kubeconfig)...)
	t.Logf("kubectl cis532 %s\nexit code %d\n%s%s", strings.Join(args, " "), result.ExitCode, clip(result.Stdout), clip(result.Stderr))
	return result
}

// clip keeps the log of a run over hundreds of namespaces readable.
func clip(text string) string {
	const most = 2000
	if len(text) > most {
		return text[:most] + "...\n"
	}
	return text
}

// wantExit checks the exit code.
func wantExit(t *testing.T, got testcluster.Result, want int) {
	t.Helper()
	if got.ExitCode != want {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", got.ExitCode, want, clip(got.Stdout), clip(got.Stderr))
	}
}

// wantText checks that a text has all of the parts.
func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, clip(text))
		}
	}
}

// wantNoText checks that a text has none of the parts.
func wantNoText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q should not be in:\n%s", part, clip(text))
		}
	}
}

// wantOneLine checks that a text is one line that ends: trouble in one message, without logs around it.
func wantOneLine(t *testing.T, text string) {
	t.Helper()
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Errorf("want one line, got:\n%s", text)
	}
}

func decode[T any](t *testing.T, text string) *T {
	t.Helper()
	document := new(T)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(document); err != nil {
		t.Fatalf("stdout is no document: %v\n%s", err, clip(text))
	}
	return document
}

// audit runs audit -o json and gives its report.
func audit(t *testing.T, user string, exit int, args ...string) *v1alpha1.AuditReport {
	t.Helper()
	got := cis532(t, user, append([]string{"audit", "-o", "json"}, args...)...)
	wantExit(t, got, exit)
	return decode[v1alpha1.AuditReport](t, got.Stdout)
}

// fix runs fix --report json=- and gives its report.
func fix(t *testing.T, user string, exit int, args ...string) *v1alpha1.FixReport {
	t.Helper()
	got := cis532(t, user, append([]string{"fix", "--report", "json=-"}, args...)...)
	wantExit(t, got, exit)
	return decode[v1alpha1.FixReport](t, got.Stdout)
}

// rollback runs rollback --report json=- and gives its report.
func rollback(t *testing.T, user string, exit int, args ...string) *v1alpha1.RollbackReport {
	t.Helper()
	got := cis532(t, user, append([]string{"rollback", "--report", "json=-"}, args...)...)
	wantExit(t, got, exit)
	return decode[v1alpha1.RollbackReport](t, got.Stdout)
}

// verdicts are an audit's answers by namespace.
func verdicts(r *v1alpha1.AuditReport) map[string]v1alpha1.Verdict {
	all := map[string]v1alpha1.Verdict{}
	for _, row := range r.Namespaces {
		all[row.Name] = row.Verdict
	}
	return all
}

// fixed is a fix's row of a namespace.
func fixed(t *testing.T, r *v1alpha1.FixReport, namespace string) v1alpha1.NamespaceFix {
	t.Helper()
	for _, row := range r.Namespaces {
		if row.Name == namespace {
			return row
		}
	}
	t.Fatalf("no row of namespace %q in %+v", namespace, r.Namespaces)
	return v1alpha1.NamespaceFix{}
}

// rolledBack is a rollback's row of a namespace.
func rolledBack(t *testing.T, r *v1alpha1.RollbackReport, namespace string) v1alpha1.NamespaceRollback {
	t.Helper()
	for _, row := range r.Namespaces {
		if row.Name == namespace {
			return row
		}
	}
	t.Fatalf("no row of namespace %q in %+v", namespace, r.Namespaces)
	return v1alpha1.NamespaceRollback{}
}

// isTrue says that an optional fact is known and true.
func isTrue(b *bool) bool { return b != nil && *b }

// unaligned is a table with one space between its columns.
func unaligned(table string) string {
	lines := strings.Split(table, "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "\n")
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
