package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// fix adds no allow-all where a policy of another kind may isolate.
func fixLeavesThemAlone(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "calico", "plain")
	for _, name := range []string{"cilium", "calico", "plain"} {
		tm.pod(name, "web")
	}
	tm.apply(documents(ciliumDenies, calicoDenies))
	for _, dryRun := range []string{"client", "server", "none"} {
		since, err := c.Mark()
		if err != nil {
			t.Fatal(err)
		}
		report := tm.fix(testcluster.Fixer, troubled, "--dry-run="+dryRun)
		for name, policy := range map[string]string{"cilium": "CiliumNetworkPolicy", "calico": "NetworkPolicy"} {
			r := fixed(t, report, tm.ns(name))
			if r.Result != v1alpha1.ResultError {
				t.Errorf("dry run %s: %+v", dryRun, r)
			}
			wantText(t, r.Reason, policy+" "+tm.ns(name)+"/deny: an allow-all NetworkPolicy would end what it isolates", "--ignore-other-policies")
		}
		if r := fixed(t, report, tm.ns("plain")); r.Result != v1alpha1.ResultFixed {
			t.Errorf("dry run %s: %+v", dryRun, r)
		}
		events, err := c.AuditLog(since)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Verb == "create" && e.Namespace != tm.ns("plain") && !isReview(e) {
				t.Errorf("dry run %s: %s %s", dryRun, e.Verb, e.RequestURI)
			}
		}
	}
	tm.wantPolicies("cilium")
	tm.wantPolicies("calico")
	tm.wantPolicies("plain", baselineName)

	report := tm.fix(testcluster.Fixer, found, "--ignore-other-policies")
	if report.Summary.Fixed != 2 || report.Summary.Pass != 1 || report.Summary.Error != 0 {
		t.Errorf("%+v", report.Summary)
	}
	tm.wantPolicies("cilium", baselineName)
	tm.wantPolicies("calico", baselineName)

	// What that did is told.
	for name, r := range map[string]v1alpha1.NamespaceAudit{
		"cilium": row(t, tm.audit(testcluster.Auditor, ok), tm.ns("cilium")),
		"calico": row(t, tm.audit(testcluster.Auditor, ok), tm.ns("calico")),
	} {
		if f := finding(r, "other-policies"); f == nil || f.Severity != v1alpha1.SeverityMedium {
			t.Errorf("%s: %+v", name, r.Findings)
		} else {
			wantText(t, f.Message, `NetworkPolicy "cis-default-allow" allows everything, which switches off what `)
		}
	}
}

// An allow-all that goes brings into force what it had switched off.
func rollbackAsksBeforeTheyAreInForceAgain(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "plain")
	tm.pod("cilium", "web")
	tm.pod("plain", "web")
	tm.fix(testcluster.Fixer, found)
	tm.apply(ciliumDenies) // made later
	rollback := func(exit int, args ...string) *v1alpha1.RollbackReport {
		t.Helper()
		got := tm.cis532(testcluster.Fixer, append([]string{"rollback", "--report", "json=-"}, args...)...)
		wantExit(t, got, exit)
		return decode[v1alpha1.RollbackReport](t, got.Stdout)
	}
	r := rolledBack(t, rollback(troubled), tm.ns("cilium"))
	if r.Result != v1alpha1.ResultError {
		t.Errorf("%+v", r)
	}
	wantText(t, r.Reason, "not removed: CiliumNetworkPolicy "+tm.ns("cilium")+"/deny would newly restrict pods, and nobody consented (--yes)")
	tm.wantPolicies("cilium", baselineName)
	tm.wantPolicies("plain")
	rollback(found, "--yes")
	tm.wantPolicies("cilium")
}

func fixLeavesTheUnreadAlone(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "a", "b")
	user := tm.grant("", mayFixPolicies, mayListNamespaces)
	report := tm.fix(testcluster.Admin, troubled, "--as", user)
	for _, name := range []string{"a", "b"} {
		r := fixed(t, report, tm.ns(name))
		if r.Result != v1alpha1.ResultError {
			t.Errorf("%+v", r)
		}
		wantText(t, r.Reason, "whether policies of another kind isolate its pods is unknown: cannot list ", ` in all namespaces: forbidden for user "`+user+`"`, "--ignore-other-policies")
		tm.wantPolicies(name)
	}
	got := tm.cis532(testcluster.Admin, "fix", "--as", user)
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, otherResources...)
	if report := tm.fix(testcluster.Admin, found, "--as", user, "--ignore-other-policies"); report.Summary.Fixed != 2 {
		t.Errorf("%+v", report.Summary)
	}
}

// mayListOthers is the right to list the policies of other kinds.
var mayListOthers = []rbacv1.PolicyRule{
	mayList("cilium.io", "ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies"),
	mayList("projectcalico.org", "networkpolicies", "globalnetworkpolicies"),
	mayList("policy.networking.k8s.io", "clusternetworkpolicies", "adminnetworkpolicies", "baselineadminnetworkpolicies"),
}

// Without the pods nobody knows whom a policy of another kind selects.
func fixLeavesUnknownPodsAlone(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "plain")
	tm.pod("cilium", "web")
	tm.apply(strings.Replace(ciliumDenies, "endpointSelector: {}", "endpointSelector: {matchLabels: {app: nobody}}", 1))
	user := tm.grant("", append(mayListOthers, mayFixPolicies, mayListNamespaces)...)
	report := tm.fix(testcluster.Admin, troubled, "--as", user)
	r := fixed(t, report, tm.ns("cilium"))
	if r.Result != v1alpha1.ResultError {
		t.Errorf("%+v", r)
	}
	wantText(t, r.Reason, "CiliumNetworkPolicy "+tm.ns("cilium")+"/deny", `cannot list pods in all namespaces: forbidden for user "`+user+`"`)
	if r := fixed(t, report, tm.ns("plain")); r.Result != v1alpha1.ResultFixed {
		t.Errorf("%+v", r)
	}
	tm.wantPolicies("cilium")
	if r := fixed(t, tm.fix(testcluster.Fixer, found), tm.ns("cilium")); r.Result != v1alpha1.ResultFixed {
		t.Errorf("with the pods: %+v", r)
	}
}

func generateLeavesThemOut(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "plain")
	tm.apply(ciliumDenies)
	got := tm.cis532(testcluster.Auditor, "generate", "-o", "name")
	wantExit(t, got, troubled)
	if strings.Count(got.Stdout, "\n") != 1 {
		t.Errorf("stdout: %s", got.Stdout)
	}
	wantText(t, got.Stderr, `error: namespace "`+tm.ns("cilium")+`": CiliumNetworkPolicy `+tm.ns("cilium")+"/deny: ")
	wantNoText(t, got.Stderr, tm.ns("plain"))
	got = tm.cis532(testcluster.Auditor, "generate", "-o", "name", "--ignore-other-policies")
	wantExit(t, got, ok)
	if strings.Count(got.Stdout, "\n") != 2 {
		t.Errorf("stdout: %s", got.Stdout)
	}
}

// On a cluster without such kinds nobody needs a right to them: it costs one request, which everybody may make.
func TestWithoutOtherKindsTheGuardIsOneRequest(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	user := tm.grant("", mayFixPolicies, mayListNamespaces)
	run := func(args ...string) []testcluster.Event {
		t.Helper()
		since, err := tm.cluster.Mark()
		if err != nil {
			t.Fatal(err)
		}
		got := tm.cis532(testcluster.Admin, append(args, "--as", user)...)
		wantExit(t, got, found)
		wantNoText(t, got.Stdout+got.Stderr, "warning", "error", "cannot", "unknown")
		events, err := tm.cluster.AuditLog(since)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(events, func(e testcluster.Event) bool { return e.Impersonated != user })
	}
	guarded := lines(t, run("fix", "--dry-run=client"))
	plain := lines(t, run("fix", "--dry-run=client", "--ignore-other-policies"))
	extra := slices.DeleteFunc(guarded, func(line string) bool { return slices.Contains(plain, line) })
	if diff := cmp.Diff([]string{"get /apis"}, extra); diff != "" {
		t.Errorf("more requests than without the guard (-want +got):\n%s", diff)
	}
	run("fix")
	tm.wantPolicies("a", baselineName)
}
