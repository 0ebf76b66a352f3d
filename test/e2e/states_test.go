package e2e

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// limitPolicies gives a namespace a quota of NetworkPolicies, and its status, which
// is what admission looks at. It returns when the server acts on it.
func (tm *team) limitPolicies(name, most string) {
	tm.t.Helper()
	const count = corev1.ResourceName("count/networkpolicies.networking.k8s.io")
	limit := corev1.ResourceList{count: resource.MustParse(most)}
	quotas := tm.client.CoreV1().ResourceQuotas(tm.ns(name))
	quota, err := quotas.Create(tm.t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "objects"}, Spec: corev1.ResourceQuotaSpec{Hard: limit},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	quota.Status = corev1.ResourceQuotaStatus{Hard: limit, Used: corev1.ResourceList{count: resource.MustParse("0")}}
	if _, err := quotas.UpdateStatus(tm.t.Context(), quota, metav1.UpdateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
	until(tm.t, "the quota is in force", func() bool {
		_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(name)).Create(tm.t.Context(), denyAll("probe"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil && strings.Contains(err.Error(), "exceeded quota")
	})
}

// A permission, a quota, admission and a namespace that is being deleted all
// answer 403: the reasons are told apart, and the namespaces beside are done.
func TestRefusalsAreToldApart(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "fine", "quota")
	tm.limitPolicies("quota", "0")
	for _, dryRun := range []string{"server", "none"} {
		report := fix(t, testcluster.Fixer, troubled, "-l", tm.selector(), "--dry-run="+dryRun)
		if row := fixed(t, report, tm.ns("fine")); row.Result != v1alpha1.ResultFixed {
			t.Errorf("dry run %s: %+v", dryRun, row)
		}
		row := fixed(t, report, tm.ns("quota"))
		if row.Result != v1alpha1.ResultError {
			t.Errorf("dry run %s: %+v", dryRun, row)
		}
		wantText(t, row.Reason, `in namespace "`+tm.ns("quota")+`": exceeded quota: objects, requested: count/networkpolicies.networking.k8s.io=1`, "raise the ResourceQuota")
		wantNoText(t, row.Reason, "forbidden")
	}
	tm.wantPolicies("quota")
}

func TestTerminatingNamespacesAreSkipped(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "alive")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	// A finalizer holds it, as an operator's would.
	if err := tm.terminate(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-l", tm.selector()}, {tm.ns("a"), tm.ns("alive")}} {
		for _, row := range audit(t, testcluster.Auditor, ok, args...).Namespaces {
			if row.Name == tm.ns("a") && (row.Verdict != v1alpha1.VerdictSkipped || row.Reason != "terminating") {
				t.Errorf("audit: %+v", row)
			}
		}
		if row := fixed(t, fix(t, testcluster.Fixer, ok, args...), tm.ns("a")); row.Result != v1alpha1.ResultSkipped || row.Reason != "terminating" {
			t.Errorf("fix: %+v", row)
		}
	}
	report := rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	if row := rolledBack(t, report, tm.ns("a")); row.Result != v1alpha1.ResultSkipped || row.Reason != "terminating" {
		t.Errorf("rollback: %+v", row)
	}
	tm.wantPolicies("a", baselineName)
	tm.wantPolicies("alive")

	// A run that finds nothing but terminating namespaces has judged nothing.
	got := cis532(t, testcluster.Auditor, "audit", tm.ns("a"))
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, "no namespace was judged")
}

// A policy that waits for a finalizer is in force until that is gone, and the letter counts it: the row says that it will not last.
func TestPoliciesThatAreBeingDeletedAreToldSo(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "last", "more")
	held := denyAll("held")
	held.Finalizers = []string{"example.com/hold"}
	for _, name := range []string{"last", "more"} {
		tm.create(name, held.DeepCopy())
	}
	tm.create("more", denyAll("stays"))
	policies := tm.client.NetworkingV1()
	for _, name := range []string{"last", "more"} {
		if err := policies.NetworkPolicies(tm.ns(name)).Delete(t.Context(), "held", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	reasons := map[string]string{tm.ns("last"): "its policies are being deleted", tm.ns("more"): ""}
	for _, row := range audit(t, testcluster.Auditor, ok, "-l", tm.selector()).Namespaces {
		if row.Verdict != v1alpha1.VerdictPass || row.Reason != reasons[row.Name] {
			t.Errorf("audit: %+v", row)
		}
	}
	for _, row := range fix(t, testcluster.Fixer, ok, "-l", tm.selector()).Namespaces {
		if row.Result != v1alpha1.ResultPass || row.Reason != reasons[row.Name] {
			t.Errorf("fix: %+v", row)
		}
	}
	release := []byte(`{"metadata":{"finalizers":null}}`)
	for _, name := range []string{"last", "more"} {
		if _, err := policies.NetworkPolicies(tm.ns(name)).Patch(t.Context(), "held", types.MergePatchType, release, metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := verdicts(audit(t, testcluster.Auditor, found, "-l", tm.selector()))[tm.ns("last")]; got != v1alpha1.VerdictFail {
		t.Errorf("once it is gone: %s", got)
	}
}

func TestExemptionsOfLiveNamespaces(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "bare")
	tm.add("exempt", map[string]string{"cis532.io/exempt": "sandbox of the trainees"})
	tm.add("until", map[string]string{"cis532.io/exempt": "until the move", "cis532.io/exempt-until": "9999-12-31"})
	tm.add("expired", map[string]string{"cis532.io/exempt": "until the move", "cis532.io/exempt-until": "2020-01-01"})
	tm.add("unreadable", map[string]string{"cis532.io/exempt": "until the move", "cis532.io/exempt-until": "soon"})
	tm.add("reasonless", map[string]string{"cis532.io/exempt": " "})

	const exempt, fail = v1alpha1.VerdictExempt, v1alpha1.VerdictFail
	got := verdicts(audit(t, testcluster.Auditor, found, "-l", tm.selector()))
	for name, want := range map[string]v1alpha1.Verdict{
		"bare": fail, "exempt": exempt, "until": exempt, "expired": fail, "unreadable": fail, "reasonless": fail,
	} {
		if got[tm.ns(name)] != want {
			t.Errorf("%s: %s, want %s", name, got[tm.ns(name)], want)
		}
	}
	audit(t, testcluster.Auditor, ok, tm.ns("exempt"))
	for name, verdict := range verdicts(audit(t, testcluster.Auditor, found, "-l", tm.selector(), "--no-exemptions")) {
		if verdict != fail {
			t.Errorf("--no-exemptions: %s: %s", name, verdict)
		}
	}

	report := fix(t, testcluster.Fixer, found, "-l", tm.selector())
	if report.Summary.Fixed != 4 || report.Summary.Exempt != 2 {
		t.Errorf("fix: %+v", report.Summary)
	}
	row := fixed(t, report, tm.ns("exempt"))
	if row.Result != v1alpha1.ResultExempt {
		t.Errorf("fix: %+v", row)
	}
	wantText(t, row.Reason, "sandbox of the trainees")
	tm.wantPolicies("exempt")
	tm.wantPolicies("until")
	tm.wantPolicies("expired", baselineName)
}
