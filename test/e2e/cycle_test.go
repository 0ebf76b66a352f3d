package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The main road, on a whole cluster of its own, through the real kubectl, with
// the smallest roles: audit, dry runs, fix, audit, fix again, rollback, audit.
func TestCycleOnAWholeCluster(t *testing.T) {
	c := startWhole(t)
	tm := newTeamIn(t, c, "shop", "payments", "covered")
	tm.create("covered", denyAll("default-deny"))
	kubectl := func(user string, args ...string) testcluster.Result {
		t.Helper()
		result := c.Run(nil, "kubectl", append(append([]string{"cis532"}, args...), "--context="+user)...)
		t.Logf("%s: kubectl cis532 %s\nexit code %d\n%s%s", user, strings.Join(args, " "), result.ExitCode, result.Stdout, result.Stderr)
		return result
	}
	failing := "namespace/default\nnamespace/" + tm.ns("payments") + "\nnamespace/" + tm.ns("shop") + "\n"

	steps := []struct {
		name   string
		user   string
		args   []string
		exit   int
		stdout []string
		stderr []string
	}{
		{"audit finds what has no policy", testcluster.Auditor, []string{"audit"}, found,
			[]string{"NAMESPACE", tm.ns("shop") + " FAIL", tm.ns("covered") + " PASS", "kube-system SKIPPED", "no NetworkPolicy"},
			[]string{"3 failed", "next: kubectl cis532 fix --context " + testcluster.Auditor + " --dry-run=server"}},
		{"audit --failing -o name lists exactly those", testcluster.Auditor, []string{"audit", "--failing", "-o", "name"}, found, []string{failing}, nil},
		{"audit --exit-zero says FAIL and exits with 0", testcluster.Auditor, []string{"audit", "--exit-zero"}, ok, []string{"FAIL"}, nil},
		{"a client dry run would fix them", testcluster.Fixer, []string{"fix", "--dry-run=client"}, found,
			[]string{tm.ns("shop") + " FIXED would create cis-default-allow (dry run)"}, []string{"exit status 1: 3 namespaces would change (0 with --exit-zero)"}},
		{"a server dry run would fix them", testcluster.Fixer, []string{"fix", "--dry-run=server"}, found,
			[]string{"would create cis-default-allow (server dry run)"}, []string{"next: kubectl cis532 fix --context " + testcluster.Fixer}},
		{"the dry runs stored nothing", testcluster.Auditor, []string{"audit", "--failing", "-o", "name"}, found, []string{failing}, nil},
		{"fix creates the policies, and says where before", testcluster.Fixer, []string{"fix"}, found,
			[]string{tm.ns("shop") + " FIXED created cis-default-allow", tm.ns("covered") + " PASS"},
			[]string{`context "fixer" (` + c.Server + "): creating cis-default-allow in 3 namespaces", "exit status 1: 3 namespaces changed (0 with --exit-zero)"}},
		{"audit passes", testcluster.Auditor, []string{"audit"}, ok, []string{"PASS", "baseline only"}, nil},
		{"fix again finds nothing to do", testcluster.Fixer, []string{"fix"}, ok, []string{"PASS"}, []string{"0 fixed"}},
		{"generate has nothing to print", testcluster.Auditor, []string{"generate"}, ok, nil, []string{"nothing to generate"}},
		{"a dry run of rollback removes nothing", testcluster.Fixer, []string{"rollback", "--dry-run=server"}, found,
			[]string{"would remove cis-default-allow (server dry run)"}, []string{"exit status 1: 3 namespaces would change (0 with --exit-zero)"}},
		{"audit still passes", testcluster.Auditor, []string{"audit"}, ok, []string{"PASS"}, nil},
		{"rollback removes them", testcluster.Fixer, []string{"rollback"}, found, []string{"removed cis-default-allow"},
			[]string{"3 rolled back", "exit status 1: 3 namespaces changed (0 with --exit-zero)"}},
		{"audit finds the same as in the beginning", testcluster.Auditor, []string{"audit", "--failing", "-o", "name"}, found, []string{failing}, nil},
		{"rollback again finds nothing", testcluster.Fixer, []string{"rollback"}, ok, nil, []string{"nothing to roll back"}},
		{"rollback -o json is a report all the same", testcluster.Fixer, []string{"rollback", "-o", "json"}, ok, []string{`"kind": "RollbackReport"`}, nil},
		{"fix --exit-zero changes and exits with 0", testcluster.Fixer, []string{"fix", "--exit-zero"}, ok, []string{"FIXED"}, []string{"3 fixed"}},
		{"rollback --exit-zero too", testcluster.Fixer, []string{"rollback", "--exit-zero"}, ok, []string{"REMOVED"}, nil},
	}
	for _, step := range steps {
		succeeded := t.Run(step.name, func(t *testing.T) {
			got := kubectl(step.user, step.args...)
			wantExit(t, got, step.exit)
			wantText(t, unaligned(got.Stdout), step.stdout...)
			wantText(t, got.Stderr, step.stderr...)
			wantNoText(t, got.Stdout, "next:", "exit status", "warning:", "error:")
			if step.stdout == nil && got.Stdout != "" {
				t.Errorf("stdout should be empty: %s", got.Stdout)
			}
		})
		if !succeeded {
			t.FailNow()
		}
	}
	tm.wantPolicies("covered", "default-deny")
	tm.wantPolicies("shop")
}

func TestFixReportSaysWhatWasDoneAndThatItWasVerified(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b", "covered")
	tm.create("covered", denyAll("default-deny"))

	report := fix(t, testcluster.Fixer, found, "-l", tm.selector())
	yes := true
	want := []v1alpha1.NamespaceFix{
		{Name: tm.ns("a"), Result: v1alpha1.ResultFixed, Reason: "created cis-default-allow", Policies: []string{baselineName}, Verified: &yes},
		{Name: tm.ns("b"), Result: v1alpha1.ResultFixed, Reason: "created cis-default-allow", Policies: []string{baselineName}, Verified: &yes},
		{Name: tm.ns("covered"), Result: v1alpha1.ResultPass},
	}
	if diff := cmp.Diff(want, report.Namespaces); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(v1alpha1.FixSummary{Namespaces: 3, Pass: 1, Fixed: 2}, report.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if report.Scope != v1alpha1.ScopePartial || report.DryRun != v1alpha1.DryRunNone || report.Policy != "allow-all" || report.Source.Server != cluster.Server {
		t.Errorf("head of the report: %+v", report)
	}

	created := tm.policies("a")[baselineName]
	if created.Annotations["cis532.io/run"] != report.Run || report.Run == "" {
		t.Errorf("annotations %v, run %q", created.Annotations, report.Run)
	}
	for key, value := range map[string]string{"cis-benchmark": "5.3.2", "app.kubernetes.io/managed-by": "kubectl-cis532"} {
		if created.Labels[key] != value {
			t.Errorf("label %s is %q, want %q", key, created.Labels[key], value)
		}
	}
	if diff := cmp.Diff(allowAll("").Spec, created.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}

	back := rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	row := rolledBack(t, back, tm.ns("a"))
	if row.Result != v1alpha1.ResultRemoved || !isTrue(row.Verified) || back.Summary.Removed != 2 {
		t.Errorf("rollback: %+v, %+v", row, back.Summary)
	}
	tm.wantPolicies("a")
	tm.wantPolicies("covered", "default-deny")
}

// fix -o prints the manifests, as kubectl does: what it applied, or in a dry run would.
func TestFixPrintsManifests(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "only")
	for _, dryRun := range []string{"client", "server"} {
		got := cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--dry-run="+dryRun, "-o", "yaml")
		wantExit(t, got, found)
		np := manifest(t, got.Stdout)
		if np.Namespace != tm.ns("only") || np.Name != baselineName || np.Annotations["cis532.io/run"] != "" {
			t.Errorf("dry run %s: %+v", dryRun, np.ObjectMeta)
		}
	}
	tm.wantPolicies("only")

	got := cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "-o", "yaml")
	wantExit(t, got, found)
	np, stored := manifest(t, got.Stdout), tm.policies("only")[baselineName]
	if np.UID != "" || np.ResourceVersion != "" || len(np.ManagedFields) > 0 || !np.CreationTimestamp.IsZero() {
		t.Errorf("the manifest has what only a live object has:\n%s", got.Stdout)
	}
	if diff := cmp.Diff(stored.Spec, np.Spec); diff != "" {
		t.Errorf("spec (-stored +printed):\n%s", diff)
	}
	if diff := cmp.Diff(stored.Annotations, np.Annotations); diff != "" {
		t.Errorf("annotations (-stored +printed):\n%s", diff)
	}
	rollback(t, testcluster.Fixer, found, "-l", tm.selector())

	got = cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "-o", "name")
	wantExit(t, got, found)
	if want := "networkpolicy.networking.k8s.io/cis-default-allow\n"; got.Stdout != want {
		t.Errorf("-o name: %q, want %q", got.Stdout, want)
	}
	rollback(t, testcluster.Fixer, found, "-l", tm.selector())

	got = cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "-o", "json")
	wantExit(t, got, found)
	if np := decode[networkingv1.NetworkPolicy](t, got.Stdout); np.Name != baselineName || np.Kind != "NetworkPolicy" {
		t.Errorf("-o json: %s", got.Stdout)
	}
}

func manifest(t *testing.T, text string) *networkingv1.NetworkPolicy {
	t.Helper()
	np := &networkingv1.NetworkPolicy{}
	if err := yaml.UnmarshalStrict([]byte(text), np); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return np
}

// generate goes to kubectl apply, and is then somebody else's: rollback keeps it.
func TestGenerateGoesToKubectlApply(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b", "covered")
	tm.create("covered", denyAll("default-deny"))

	got := cis532(t, testcluster.Auditor, "generate", "-l", tm.selector())
	wantExit(t, got, ok)
	again := cis532(t, testcluster.Auditor, "generate", "-l", tm.selector())
	if got.Stdout != again.Stdout {
		t.Errorf("two runs differ:\n%s", cmp.Diff(got.Stdout, again.Stdout))
	}
	for _, args := range [][]string{{"apply", "--dry-run=server", "--validate=strict", "-f", "-"}, {"apply", "-f", "-"}} {
		if applied := cluster.KubectlInput(strings.NewReader(got.Stdout), testcluster.Admin, args...); applied.ExitCode != 0 || applied.Stderr != "" {
			t.Fatalf("kubectl %v: %+v", args, applied)
		}
	}
	audit(t, testcluster.Auditor, ok, "-l", tm.selector())

	got = cis532(t, testcluster.Auditor, "generate", "-l", tm.selector())
	wantExit(t, got, ok)
	if got.Stdout != "" {
		t.Errorf("nothing fails, but generate prints %s", got.Stdout)
	}
	wantText(t, got.Stderr, "nothing to generate")
}
