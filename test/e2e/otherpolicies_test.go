package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// otherResources are the policies of other kinds that are listed where all are served.
var otherResources = []string{
	"ciliumnetworkpolicies.cilium.io", "ciliumclusterwidenetworkpolicies.cilium.io",
	"networkpolicies.projectcalico.org", "globalnetworkpolicies.projectcalico.org",
	"clusternetworkpolicies.policy.networking.k8s.io", "adminnetworkpolicies.policy.networking.k8s.io", "baselineadminnetworkpolicies.policy.networking.k8s.io",
}

// startWithOtherKinds starts a cluster of its own that serves the policies of other kinds.
func startWithOtherKinds(t *testing.T) *testcluster.Cluster {
	t.Helper()
	c := startWhole(t)
	wantExit(t, c.Kubectl(testcluster.Admin, "apply", "-f", "testdata/crds"), 0)
	wantExit(t, c.Kubectl(testcluster.Admin, "wait", "--for=condition=Established", "--timeout="+deadline.String(), "crd", "--all"), 0)
	for _, kind := range append([]string{"networkpolicies.crd.projectcalico.org", "globalnetworkpolicies.crd.projectcalico.org"}, otherResources...) {
		until(t, kind+" is served", func() bool { return c.Kubectl(testcluster.Admin, "get", kind).ExitCode == 0 })
	}
	return c
}

// apply applies a manifest, and gives how to take it away again. NS and TEAM stand for the prefix of the team's namespaces.
func (tm *team) apply(manifest string) {
	tm.t.Helper()
	manifest = strings.NewReplacer("TEAM", tm.prefix).Replace(manifest)
	got := tm.cluster.KubectlInput(strings.NewReader(manifest), testcluster.Admin, "apply", "-f", "-")
	if got.ExitCode != 0 {
		tm.t.Fatalf("%s\n%s", got.Stderr, manifest)
	}
	tm.t.Cleanup(func() {
		tm.cluster.KubectlInput(strings.NewReader(manifest), testcluster.Admin, "delete", "--wait=false", "-f", "-")
	})
}

// on runs the plugin on the team's cluster, about its namespaces.
func (tm *team) cis532(user string, args ...string) testcluster.Result {
	tm.t.Helper()
	return on(tm.t, tm.cluster, user, append(args, "-l", tm.selector())...)
}

// audit is the report of an audit of the team's namespaces.
func (tm *team) audit(user string, exit int, args ...string) *v1alpha1.AuditReport {
	tm.t.Helper()
	got := tm.cis532(user, append([]string{"audit", "-o", "json"}, args...)...)
	wantExit(tm.t, got, exit)
	return decode[v1alpha1.AuditReport](tm.t, got.Stdout)
}

// fix is the report of a fix of the team's namespaces.
func (tm *team) fix(user string, exit int, args ...string) *v1alpha1.FixReport {
	tm.t.Helper()
	got := tm.cis532(user, append([]string{"fix", "--report", "json=-"}, args...)...)
	wantExit(tm.t, got, exit)
	return decode[v1alpha1.FixReport](tm.t, got.Stdout)
}

// Policies of other kinds, for the namespaces of a team.
const (
	ciliumDenies = `{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: deny, namespace: TEAM-cilium}, spec: {endpointSelector: {}, ingress: [{}], egress: [{}]}}`
	calicoDenies = `{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: deny, namespace: TEAM-calico}, spec: {selector: all(), types: [Ingress, Egress]}}`
	adminDenies  = `{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: TEAM}, spec: {priority: 7,
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: TEAM-admin}}}, ingress: [{name: all, action: Deny, from: [{namespaces: {}}]}]}}`
	// yields is of the Baseline tier: it counts where no NetworkPolicy does.
	yields = `{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: TEAM-base}, spec: {tier: Baseline, priority: 7,
  subject: {namespaces: {matchLabels: {team: TEAM}}}, ingress: [{name: all, action: Deny, from: [{namespaces: {}}]}]}}`
)

// documents joins YAML documents.
func documents(all ...string) string { return strings.Join(all, "\n---\n") }

// One cluster serves all the kinds, for one test after the other: each makes namespaces and policies of its own.
func TestPoliciesOfOtherKinds(t *testing.T) {
	t.Parallel()
	c := startWithOtherKinds(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *testcluster.Cluster)
	}{
		{"each kind is seen in its namespaces", eachKindIsSeen},
		{"what selects nothing, or does nothing, does not count", whatDoesNothingDoesNotCount},
		{"audit accepts what isolates", auditAcceptsWhatIsolates},
		{"what allows everything is not accepted", allowAllIsNotAccepted},
		{"what may not be read is not accepted", unreadIsNotAccepted},
		{"fix leaves such namespaces alone", fixLeavesThemAlone},
		{"rollback asks before they are in force again", rollbackAsksBeforeTheyAreInForceAgain},
		{"fix leaves alone what it may not look at", fixLeavesTheUnreadAlone},
		{"so it does where it may not look at the pods", fixLeavesUnknownPodsAlone},
		{"an object that cannot be read", anUnreadableObject},
		{"a user of one namespace", aUserOfOneNamespace},
		{"generate leaves such namespaces out", generateLeavesThemOut},
		{"reach does not know, unless told to ignore them", reachDoesNotKnow},
		{"the roles suffice", theRolesSuffice},
		{"a kind that goes away meanwhile", aKindGoesAway},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c) })
	}
}

func eachKindIsSeen(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c)
	tm.apply(documents(
		`{apiVersion: v1, kind: Namespace, metadata: {name: cilium, labels: {samples: TEAM, team: cilium}}}`,
		`{apiVersion: v1, kind: Namespace, metadata: {name: calico, labels: {samples: TEAM, team: calico}}}`,
		`{apiVersion: v1, kind: Namespace, metadata: {name: retail, labels: {samples: TEAM, team: retail}}}`,
		`{apiVersion: v1, kind: Namespace, metadata: {name: plain, labels: {samples: TEAM}}}`,
		`{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: retail, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}`,
	))
	samples := filepath.Join("testdata", "otherpolicies")
	wantExit(t, c.Kubectl(testcluster.Admin, "apply", "-f", samples), 0)
	defer c.Kubectl(testcluster.Admin, "delete", "-f", samples)

	got := on(t, c, testcluster.Auditor, "audit", "-o", "json", "-l", "samples="+tm.prefix)
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	everywhere := []v1alpha1.ObjectReference{
		{APIVersion: "policy.networking.k8s.io/v1alpha1", Kind: "AdminNetworkPolicy", Name: "monitoring"},
		{APIVersion: "policy.networking.k8s.io/v1alpha1", Kind: "BaselineAdminNetworkPolicy", Name: "default"},
		{APIVersion: "policy.networking.k8s.io/v1alpha2", Kind: "ClusterNetworkPolicy", Name: "default-deny"},
	}
	for namespace, own := range map[string][]v1alpha1.ObjectReference{
		"cilium": {{APIVersion: "cilium.io/v2", Kind: "CiliumNetworkPolicy", Name: "default-deny"}},
		"retail": {{APIVersion: "cilium.io/v2", Kind: "CiliumClusterwideNetworkPolicy", Name: "no-world"}},
		"calico": {
			{APIVersion: "projectcalico.org/v3", Kind: "GlobalNetworkPolicy", Name: "default-deny"},
			{APIVersion: "projectcalico.org/v3", Kind: "NetworkPolicy", Name: "default-deny"},
		},
		"plain": nil,
	} {
		r := row(t, report, namespace)
		want := slices.Concat(own, everywhere)
		order := func(a, b v1alpha1.ObjectReference) int {
			return strings.Compare(a.APIVersion+a.Kind+a.Name, b.APIVersion+b.Kind+b.Name)
		}
		slices.SortFunc(want, order)
		slices.SortFunc(r.OtherPolicies, order)
		if diff := cmp.Diff(want, r.OtherPolicies); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", namespace, diff)
		}
		f := finding(r, "other-policies")
		if f == nil || f.Severity != v1alpha1.SeverityInfo {
			t.Errorf("%s: %+v", namespace, r.Findings)
			continue
		}
		for _, p := range want {
			wantText(t, f.Message, p.Kind+" ", p.Name)
		}
		if r.Verdict != v1alpha1.VerdictFail {
			t.Errorf("%s: %s: the letter counts NetworkPolicies only", namespace, r.Verdict)
		}
	}
}

func whatDoesNothingDoesNotCount(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "a")
	tm.pod("a", "web")
	tm.apply(documents(
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: of-nobody, namespace: TEAM-a}, spec: {endpointSelector: {matchLabels: {app: nobody}}, ingress: [{}]}}`,
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: without-effect, namespace: TEAM-a}, spec: {endpointSelector: {}, enableDefaultDeny: {ingress: false, egress: false}, ingress: [{}]}}`,
		`{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: of-nobody, namespace: TEAM-a}, spec: {selector: app == "nobody", types: [Ingress]}}`,
		`{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: TEAM-a}, spec: {priority: 8, subject: {namespaces: {matchLabels: {team: TEAM}}}}}`,
	))
	if r := row(t, tm.audit(testcluster.Auditor, found), tm.ns("a")); len(r.OtherPolicies) > 0 || finding(r, "other-policies") != nil {
		t.Errorf("%+v %+v", r.OtherPolicies, r.Findings)
	}
	if r := fixed(t, tm.fix(testcluster.Fixer, found), tm.ns("a")); r.Result != v1alpha1.ResultFixed {
		t.Errorf("%+v", r)
	}
}

func auditAcceptsWhatIsolates(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "calico", "admin")
	for _, name := range []string{"cilium", "calico", "admin"} {
		tm.pod(name, "web")
	}
	tm.apply(documents(ciliumDenies, calicoDenies, adminDenies))
	cited := map[string]string{
		"cilium": "isolated by CiliumNetworkPolicy " + tm.ns("cilium") + "/deny (ingress and egress)",
		"calico": "isolated by Calico NetworkPolicy " + tm.ns("calico") + "/deny (ingress and egress)",
		"admin":  "isolated by AdminNetworkPolicy " + tm.prefix + " (ingress of pods)",
	}
	for family, reason := range cited {
		report := tm.audit(testcluster.Auditor, found, "--accept", family)
		if report.Verdict != v1alpha1.VerdictFail || report.Summary.Accepted != 1 || report.Summary.Fail != 2 || report.Summary.Pass != 0 {
			t.Errorf("--accept %s: %s %+v", family, report.Verdict, report.Summary)
		}
		for name := range cited {
			r := row(t, report, tm.ns(name))
			switch {
			case name == family && (r.Verdict != v1alpha1.VerdictAccepted || r.Reason != reason):
				t.Errorf("--accept %s: %s: %s %q, want %q", family, name, r.Verdict, r.Reason, reason)
			case name != family && r.Verdict != v1alpha1.VerdictFail:
				t.Errorf("--accept %s: %s: %s", family, name, r.Verdict)
			}
		}
		got := on(t, c, testcluster.Auditor, "audit", tm.ns(family), "--accept", family)
		wantExit(t, got, ok)
		wantText(t, unaligned(got.Stdout), tm.ns(family)+" ACCEPTED ")
		wantText(t, got.Stderr, "PASS: 1 namespace: 0 passed, 0 failed, 1 accepted")
	}
	report := tm.audit(testcluster.Auditor, ok, "--accept", "cilium,calico,admin")
	if report.Verdict != v1alpha1.VerdictPass || report.Summary.Accepted != 3 {
		t.Errorf("%s %+v", report.Verdict, report.Summary)
	}
	// Accepted, a namespace is none that must get a policy; nor does fix touch it.
	fix := tm.fix(testcluster.Fixer, ok, "--accept", "cilium,calico,admin")
	if fix.Summary.Fixed+fix.Summary.Error > 0 {
		t.Errorf("fix: %+v", fix.Summary)
	}

	got := tm.cis532(testcluster.Auditor, "audit", "--accept", "celium")
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, `invalid --accept "celium" (did you mean "cilium"?)`)
}

func allowAllIsNotAccepted(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "open", "opened", "half")
	for _, name := range []string{"open", "opened", "half"} {
		tm.pod(name, "web")
	}
	const everything = `ingress: [{fromEntities: [all]}], egress: [{toEntities: [all]}]`
	tm.apply(documents(
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: allow, namespace: TEAM-open}, spec: {endpointSelector: {}, `+everything+`}}`,
		// Allows add up: the default deny beside it isolates nothing.
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: deny, namespace: TEAM-opened}, spec: {endpointSelector: {}, ingress: [{}], egress: [{}]}}`,
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: allow, namespace: TEAM-opened}, spec: {endpointSelector: {}, `+everything+`}}`,
		// One of two pods is not isolated.
		`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: deny, namespace: TEAM-half}, spec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{}], egress: [{}]}}`,
	))
	tm.pod("half", "cart")
	report := tm.audit(testcluster.Auditor, found, "--accept", "cilium,calico,admin")
	if report.Summary.Accepted != 0 || report.Summary.Fail != 3 {
		t.Errorf("%+v", report.Summary)
	}
}

func unreadIsNotAccepted(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium")
	tm.pod("cilium", "web")
	tm.apply(ciliumDenies)
	user := tm.grant("", mayListPolicies, mayListNamespaces, mayListPods)
	got := tm.cis532(testcluster.Admin, "audit", "-o", "json", "--accept", "cilium", "--as", user)
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	r := row(t, report, tm.ns("cilium"))
	if r.Verdict != v1alpha1.VerdictFail || report.Summary.Accepted != 0 {
		t.Errorf("%+v", r)
	}
	wantText(t, r.Reason, "no NetworkPolicy; what isolates it otherwise is unknown: cannot list ")
	if n := strings.Count(got.Stderr, "warning:"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, got.Stderr)
	}
	wantText(t, got.Stderr, "warning: cannot list ", ` in all namespaces: forbidden for user "`+user+`" (nor `)
	wantText(t, got.Stderr, otherResources...)
}

// What a policy means that cannot be read is unknown in its namespace, and there only.
func anUnreadableObject(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "plain")
	tm.apply(`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: odd, namespace: TEAM-cilium}, spec: {endpointSelector: [], ingress: [{}]}}`)
	const what = "spec.endpointSelector: Invalid type: it must not be a list"
	got := tm.cis532(testcluster.Auditor, "audit", "-o", "json", "--accept", "cilium")
	wantExit(t, got, found)
	wantText(t, got.Stderr, `warning: ciliumnetworkpolicies.cilium.io "`+tm.ns("cilium")+`/odd": `+what+": whether policies of that kind have a say is unknown")
	wantText(t, row(t, decode[v1alpha1.AuditReport](t, got.Stdout), tm.ns("cilium")).Reason, "what isolates it otherwise is unknown")
	report := tm.fix(testcluster.Fixer, troubled)
	if r := fixed(t, report, tm.ns("cilium")); r.Result != v1alpha1.ResultError || !strings.Contains(r.Reason, what) {
		t.Errorf("%+v", r)
	}
	if r := fixed(t, report, tm.ns("plain")); r.Result != v1alpha1.ResultFixed {
		t.Errorf("%+v", r)
	}
}

// Policies that live in no namespace may select any: who may not see them cannot tell, and what is seen is told all the same.
func aUserOfOneNamespace(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium")
	tm.pod("cilium", "web")
	tm.apply(ciliumDenies)
	user := tm.grant(tm.ns("cilium"), append(mayListOthers, mayFixPolicies, mayGetNamespaces, mayListPods)...)
	got := on(t, c, testcluster.Admin, "audit", "-o", "json", "-n", tm.ns("cilium"), "--accept", "cilium", "--as", user)
	wantExit(t, got, found)
	r := row(t, decode[v1alpha1.AuditReport](t, got.Stdout), tm.ns("cilium"))
	if r.Verdict != v1alpha1.VerdictFail || len(r.OtherPolicies) != 1 || finding(r, "other-policies") == nil {
		t.Errorf("%+v", r)
	}
	if n := strings.Count(got.Stderr, "warning:"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, got.Stderr)
	}
	wantText(t, got.Stderr, "ciliumclusterwidenetworkpolicies.cilium.io", `in all namespaces: forbidden for user "`+user+`"`)
	wantExit(t, on(t, c, testcluster.Admin, "fix", "-n", tm.ns("cilium"), "--as", user), troubled)
	tm.wantPolicies("cilium")
	wantExit(t, on(t, c, testcluster.Admin, "fix", "-n", tm.ns("cilium"), "--as", user, "--ignore-other-policies"), found)
	tm.wantPolicies("cilium", baselineName)
}

func reachDoesNotKnow(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "denied", "allowed", "plain")
	for i, name := range []string{"cilium", "denied", "allowed", "plain"} {
		tm.run(name, "web", "web", "10.9.0."+string(rune('1'+i)), nil)
	}
	tm.apply(documents(ciliumDenies, yields))
	tm.create("denied", denyAll("default-deny"))
	tm.create("allowed", allowAll("allow"))
	for _, test := range []struct {
		name     string
		from, to string
		args     []string
		exit     int
		says     string
	}{
		{"a policy of another kind at the destination", "allowed", "cilium", nil, troubled, "CiliumNetworkPolicy " + tm.ns("cilium") + "/deny"},
		{"at the source", "cilium", "allowed", nil, troubled, "CiliumNetworkPolicy " + tm.ns("cilium") + "/deny"},
		{"ignored", "allowed", "cilium", []string{"--ignore-other-policies"}, ok, "allowed"},
		{"the Baseline tier decides where no NetworkPolicy does", "allowed", "plain", nil, troubled, "ClusterNetworkPolicy " + tm.prefix + "-base"},
		{"not where one denies", "allowed", "denied", nil, found, "denied"},
		{"nor where one allows", "plain", "allowed", nil, ok, "allowed"},
	} {
		got := on(t, c, testcluster.Auditor, append([]string{"reach", tm.ns(test.from) + "/web", tm.ns(test.to) + "/web", "8080"}, test.args...)...)
		if got.ExitCode != test.exit {
			t.Errorf("%s: exit code %d, want %d\n%s%s", test.name, got.ExitCode, test.exit, got.Stdout, got.Stderr)
		}
		wantText(t, got.Stdout, test.says)
	}
}

// The shipped roles are all that is needed on a cluster with policies of other kinds, a network plugin and DNS.
func theRolesSuffice(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "cilium", "shop")
	tm.apply(documents(ciliumDenies, yields))
	tm.installPlugin("cilium")
	tm.serveDNS(intstr.FromInt(5353), intstr.FromInt(5353))
	tm.pod("cilium", "web")
	tm.pod("shop", "web")
	tm.idle("shop")
	tm.create("shop", policyOf("web", "web", ingress))
	tm.create("shop", policyOf("report", "report", egress))
	np := policyOf("to-web", "", egress)
	np.Spec.Egress = append(np.Spec.Egress, egressTo("web"))
	tm.create("shop", np)
	for _, args := range [][]string{
		{"audit", "-l", tm.selector()}, {"audit", tm.ns("shop"), tm.ns("cilium")}, {"audit", "-l", tm.selector(), "--accept", "cilium"},
		{"generate", "-l", tm.selector()}, {"reach", "--matrix", "80", "-n", tm.ns("shop")},
	} {
		got := on(t, c, testcluster.Auditor, args...)
		wantNoText(t, got.Stdout+got.Stderr, "warning", "cannot", "forbidden", "enforces NetworkPolicies is unknown")
	}
	for _, args := range [][]string{{"fix", "-l", tm.selector()}, {"fix", tm.ns("cilium")}, {"rollback", "-l", tm.selector()}, {"fix", "-l", tm.selector(), "--ignore-other-policies"}} {
		got := on(t, c, testcluster.Fixer, args...)
		wantNoText(t, got.Stdout+got.Stderr, "warning", "cannot", "forbidden")
	}
	tm.wantPolicies("cilium", baselineName)
}
