package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// startWhole starts a cluster for a test that is about a whole one.
func startWhole(t *testing.T) *testcluster.Cluster {
	t.Helper()
	c, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestSystemNamespacesOfAWholeCluster(t *testing.T) {
	c := startWhole(t)
	tm := newTeamIn(t, c, "shop")
	run := func(exit int, args ...string) testcluster.Result {
		t.Helper()
		got := on(t, c, testcluster.Fixer, args...)
		wantExit(t, got, exit)
		return got
	}

	got := run(found, "audit")
	wantText(t, unaligned(got.Stdout), "kube-system SKIPPED system namespace (kube-system)", "kube-public SKIPPED", "kube-node-lease SKIPPED", "default FAIL")

	got = run(found, "audit", "kube-system")
	wantText(t, unaligned(got.Stdout), "kube-system FAIL")

	got = run(troubled, "fix", "kube-system")
	wantText(t, unaligned(got.Stdout), "kube-system SKIPPED system namespace (kube-system)")
	wantText(t, got.Stderr, "no namespace was judged", "--include-system")

	got = run(troubled, "fix", "-n", "kube-system", "-o", "yaml")
	if got.Stdout != "" {
		t.Errorf("stdout: %s", got.Stdout)
	}

	run(found, "fix", "kube-system", "--include-system")
	run(ok, "audit", "kube-system")
	got = run(found, "fix", "--include-system", "--exclude", "kube-public", "--exclude", "*-shop")
	wantText(t, unaligned(got.Stdout), "default FIXED", "kube-node-lease FIXED", "kube-system PASS",
		"kube-public SKIPPED excluded (kube-public)", tm.ns("shop")+" SKIPPED excluded (*-shop)")
	tm.wantPolicies("shop")

	got = run(found, "audit", "--include-system", "-o", "name", "--failing")
	if want := "namespace/" + tm.ns("shop") + "\nnamespace/kube-public\n"; got.Stdout != want {
		t.Errorf("failing:\n%swant:\n%s", got.Stdout, want)
	}

	// What was fixed on purpose stays unless it is named so again.
	got = run(found, "rollback")
	wantText(t, unaligned(got.Stdout), "default REMOVED", "kube-system SKIPPED system namespace (kube-system): --include-system")
	got = run(found, "rollback", "--include-system", "--exclude", "kube-node-lease")
	wantText(t, unaligned(got.Stdout), "kube-system REMOVED", "kube-node-lease SKIPPED excluded (kube-node-lease)")
	run(found, "rollback", "--include-system")
	got = run(ok, "rollback", "--include-system")
	wantText(t, got.Stderr, "nothing to roll back")
}

func TestScopeNarrowsALiveRun(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b", "c", "dev-1", "dev-2")
	for _, name := range []string{"a", "dev-1"} {
		tm.label(name, "tier", "front")
	}
	const fail, skipped = v1alpha1.VerdictFail, v1alpha1.VerdictSkipped
	for _, c := range []struct {
		name string
		args []string
		want map[string]v1alpha1.Verdict
	}{
		{"names", []string{tm.ns("c"), tm.ns("a")}, map[string]v1alpha1.Verdict{"a": fail, "c": fail}},
		{"a name twice", []string{tm.ns("c"), tm.ns("c")}, map[string]v1alpha1.Verdict{"c": fail}},
		{"-n", []string{"-n", tm.ns("b")}, map[string]v1alpha1.Verdict{"b": fail}},
		{"a selector of two labels", []string{"-l", tm.selector() + ",tier=front"}, map[string]v1alpha1.Verdict{"a": fail, "dev-1": fail}},
		{"a selector that negates", []string{"-l", tm.selector() + ",tier!=front"}, map[string]v1alpha1.Verdict{"b": fail, "c": fail, "dev-2": fail}},
		{"a selector by the name's label", []string{"-l", "kubernetes.io/metadata.name in (" + tm.ns("a") + "," + tm.ns("b") + ")"}, map[string]v1alpha1.Verdict{"a": fail, "b": fail}},
		{"a selector and a glob", []string{"-l", tm.selector(), "--exclude", "*-dev-*"}, map[string]v1alpha1.Verdict{"a": fail, "b": fail, "c": fail, "dev-1": skipped, "dev-2": skipped}},
		{"-A with a selector", []string{"-A", "-l", tm.selector() + ",tier=front"}, map[string]v1alpha1.Verdict{"a": fail, "dev-1": fail}},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := audit(t, testcluster.Auditor, found, c.args...)
			got := map[string]v1alpha1.Verdict{}
			for name, verdict := range verdicts(report) {
				got[strings.TrimPrefix(name, tm.prefix+"-")] = verdict
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
			if report.Scope != v1alpha1.ScopePartial {
				t.Errorf("scope %s", report.Scope)
			}
		})
	}
	got := cis532(t, testcluster.Auditor, "audit", "-l", "team=of-nobody")
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, "no namespace was judged: none is in scope")

	for _, verb := range []string{"audit", "fix", "generate", "rollback"} {
		for _, args := range [][]string{{"-A", "-n", "a"}, {"-A", "a"}, {"a", "-n", "b"}, {"-l", "x=y", "a"}, {"-l", "x=y", "-n", "a"}, {"-l", "x==="}, {"--exclude", "["}} {
			got := cis532(t, testcluster.Fixer, append([]string{verb}, args...)...)
			wantExit(t, got, troubled)
			wantText(t, got.Stderr, "See 'kubectl cis532 "+verb+" --help' for usage.")
			if got.Stdout != "" {
				t.Errorf("stdout: %s", got.Stdout)
			}
		}
	}
}

// The context's namespace does not narrow a run: the control is about the whole cluster.
func TestNamespaceOfTheContextDoesNotNarrow(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "mine", "other")
	kubeconfig := t.TempDir() + "/kubeconfig"
	for _, args := range [][]string{{"config", "view", "--raw", "--flatten"}, {"config", "set-context", testcluster.Auditor, "--namespace=" + tm.ns("mine"), "--kubeconfig=" + kubeconfig}} {
		got := cluster.Kubectl(testcluster.Auditor, args...)
		wantExit(t, got, 0)
		if args[1] == "view" {
			writeFile(t, kubeconfig, got.Stdout)
		}
	}
	got := through(t, kubeconfig, "audit", "-l", tm.selector(), "-o", "json", "--context="+testcluster.Auditor)
	wantExit(t, got, found)
	if report := decode[v1alpha1.AuditReport](t, got.Stdout); report.Summary.Fail != 2 {
		t.Errorf("summary %+v", report.Summary)
	}
}
