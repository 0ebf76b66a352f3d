package e2e

import (
	"fmt"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// guides is the automation guide's policy, as its program applies it: with a label more than its page shows.
const guides = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cis-default-allow
  namespace: %s
  labels:
    cis-benchmark: "5.3.2"
    app: network-policy-manager
spec:
  podSelector: {}
  policyTypes:
  - Ingress
  - Egress
  ingress:
  - from:
    - namespaceSelector: {}
    - podSelector: {}
  egress:
  - to:
    - namespaceSelector: {}
    - podSelector: {}
`

func (tm *team) applyGuides(names ...string) {
	tm.t.Helper()
	for _, name := range names {
		kubectlWith(tm.t, fmt.Appendf(nil, guides, tm.ns(name)), "apply", "-f", "-")
	}
}

var mayReplace = rbacv1.PolicyRule{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"networkpolicies"}, Verbs: []string{"update"}}

// The guide's policies, and only they, become what they were meant to be, in place.
func TestReplaceGuidePolicy(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "guide", "page", "bare", "edited", "tracked", "labelled", "beside", "covered", "applied")
	kubectlWith(t, fmt.Appendf(nil, guides, tm.ns("applied")), "apply", "--server-side", "--field-manager=pipeline", "-f", "-")
	tm.applyGuides("guide", "page", "edited", "tracked", "labelled", "beside")
	tm.pod("guide", "web")
	patch := func(name, text string) {
		t.Helper()
		if got := cluster.Kubectl(testcluster.Admin, "patch", "networkpolicy", baselineName, "-n", tm.ns(name), "--type=merge", "-p", text); got.ExitCode != 0 {
			t.Fatal(got)
		}
	}
	patch("page", `{"metadata": {"labels": {"app": null}}}`)
	patch("edited", `{"spec": {"egress": [{}]}}`)
	patch("tracked", `{"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "shop:networking.k8s.io/NetworkPolicy:a/b"}}}`)
	patch("labelled", `{"metadata": {"labels": {"team": "web"}}}`)
	tm.create("beside", denyAll("default-deny"))
	tm.create("covered", denyAll("default-deny"))
	before := tm.policies("guide")[baselineName]

	found1 := row(t, audit(t, testcluster.Auditor, found, "-l", tm.selector()), tm.ns("guide"))
	if f := finding(found1, "false-allow-all"); f == nil || !strings.Contains(f.Remedy, "kubectl cis532 fix --replace-guide-policy") {
		t.Errorf("%+v", found1.Findings)
	}
	want := map[string]struct {
		result v1alpha1.Result
		reason string
	}{
		"guide":    {v1alpha1.ResultFixed, "replaced the rules of cis-default-allow"},
		"page":     {v1alpha1.ResultFixed, "replaced the rules of cis-default-allow"},
		"bare":     {v1alpha1.ResultSkipped, "no NetworkPolicy: fix without --replace-guide-policy gives it one"},
		"edited":   {v1alpha1.ResultPass, ""},
		"tracked":  {v1alpha1.ResultSkipped, "the guide's rules are left: cis-default-allow is managed by Argo CD"},
		"applied":  {v1alpha1.ResultSkipped, "the guide's rules are left: cis-default-allow was applied server-side by pipeline: mend it there"},
		"labelled": {v1alpha1.ResultSkipped, "the guide's rules are left: cis-default-allow has labels that the guide's script does not give"},
		"beside":   {v1alpha1.ResultError, `not replaced: beside it is NetworkPolicy "default-deny", and an allow-all would undo what that restricts`},
		"covered":  {v1alpha1.ResultPass, ""},
	}
	check := func(r *v1alpha1.FixReport, made string) {
		t.Helper()
		for name, w := range want {
			got := fixed(t, r, tm.ns(name))
			reason := strings.Replace(w.reason, "replaced the", made+" the", 1)
			if got.Result != w.result || !strings.Contains(got.Reason, reason) {
				t.Errorf("%s: %+v, want %s %q", name, got, w.result, reason)
			}
		}
	}
	check(fix(t, testcluster.Admin, troubled, "--replace-guide-policy", "--dry-run=client", "-l", tm.selector()), "would replace")
	check(fix(t, testcluster.Admin, troubled, "--replace-guide-policy", "--dry-run=server", "-l", tm.selector()), "would replace")
	if now := tm.policies("guide")[baselineName]; now.ResourceVersion != before.ResourceVersion {
		t.Error("a dry run changed it")
	}
	// The shipped role cannot change a policy; the error names the permission.
	refused := fix(t, testcluster.Fixer, troubled, "--replace-guide-policy", "-l", tm.selector())
	if got := fixed(t, refused, tm.ns("guide")); got.Result != v1alpha1.ResultError || !strings.Contains(got.Reason, "update networkpolicies.networking.k8s.io") {
		t.Errorf("%+v", got)
	}
	report := fix(t, testcluster.Admin, troubled, "--replace-guide-policy", "-l", tm.selector())
	check(report, "replaced")
	if got := fixed(t, report, tm.ns("guide")); !isTrue(got.Verified) || fmt.Sprint(got.Policies) != "[cis-default-allow]" {
		t.Errorf("%+v", got)
	}
	after := tm.policies("guide")[baselineName]
	if after.UID != before.UID || after.Annotations["cis532.io/policy"] != "allow-all" {
		t.Errorf("not in place: %+v", after.ObjectMeta)
	}
	now := row(t, audit(t, testcluster.Auditor, found, "-l", tm.selector()), tm.ns("guide"))
	if now.Posture.Ingress != "allow-all" || finding(now, "false-allow-all") != nil {
		t.Errorf("%+v", now)
	}
	// It is fix's own now: rollback takes it away, and the guide's again can be mended again.
	rollback(t, testcluster.Fixer, found, tm.ns("guide"))
	tm.wantPolicies("guide")
	tm.applyGuides("guide")
	fix(t, testcluster.Admin, found, "--replace-guide-policy", tm.ns("guide"))
	fix(t, testcluster.Admin, ok, "--replace-guide-policy", tm.ns("guide"))
}

// With update beside the shipped role's verbs it is done.
func TestReplaceGuidePolicyNeedsOnlyUpdate(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	tm.applyGuides("a")
	user := tm.grant(tm.ns("a"), mayFixPolicies, mayReplace, mayGetNamespaces)
	report := fix(t, testcluster.Admin, found, "--replace-guide-policy", "--ignore-other-policies", tm.ns("a"), "--as", user)
	if got := fixed(t, report, tm.ns("a")); got.Result != v1alpha1.ResultFixed {
		t.Errorf("%+v", got)
	}
}

// A namespace that passes by the guide's policy is not passed over in silence.
func TestFixNamesTheGuidesPolicies(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "harmed", "bare")
	tm.applyGuides("harmed")
	const words = "has the automation guide's own cis-default-allow, which cuts traffic with everything that is no pod; to mend it: "
	got := cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--dry-run=server")
	wantExit(t, got, found)
	wantText(t, got.Stderr, "warning: 1 namespace ("+tm.ns("harmed")+") "+words+"kubectl cis532 fix --replace-guide-policy --dry-run=server -l "+tm.selector())
	wantNoText(t, cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--dry-run=server", "--replace-guide-policy").Stderr, words)
}
