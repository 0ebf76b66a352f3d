package e2e

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// mutatePolicies patches each NetworkPolicy that is created or changed in a
// namespace of the team. It returns when the server acts on it.
func (tm *team) mutatePolicies(name, patch string) {
	tm.t.Helper()
	webhook := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		kind := admissionv1.PatchTypeJSONPatch
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true, Patch: []byte(patch), PatchType: &kind}
		review.Request = nil
		_ = json.NewEncoder(w).Encode(review) // the server says so where it does not arrive
	}))
	tm.t.Cleanup(webhook.Close)
	tm.label(name, "mutate", tm.prefix)
	none, fail := admissionregistrationv1.SideEffectClassNone, admissionregistrationv1.Fail
	webhooks := tm.client.AdmissionregistrationV1().MutatingWebhookConfigurations()
	_, err := webhooks.Create(tm.t.Context(), &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: tm.prefix},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name: "policies.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: &none, FailurePolicy: &fail,
			ClientConfig: admissionregistrationv1.WebhookClientConfig{
				URL:      &webhook.URL,
				CABundle: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: webhook.Certificate().Raw}),
			},
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"mutate": tm.prefix}},
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create, admissionregistrationv1.Update},
				Rule: admissionregistrationv1.Rule{
					APIGroups: []string{"networking.k8s.io"}, APIVersions: []string{"v1"}, Resources: []string{"networkpolicies"},
				},
			}},
		}},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	tm.t.Cleanup(func() { _ = webhooks.Delete(context.Background(), tm.prefix, metav1.DeleteOptions{}) })
	until(tm.t, "the webhook is in force", func() bool {
		probe, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(name)).Create(tm.t.Context(), allowAll("probe"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && (!cmp.Equal(probe.Spec, allowAll("probe").Spec) || len(probe.Labels) > 0)
	})
}

// An allow-all of which a webhook makes something that cuts traffic is not what
// anybody asked for: a server dry run says so, and fix leaves none of it.
func TestWhatAWebhookMakesOfAPolicyIsTakenBack(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "mutated")
	tm.mutatePolicies("mutated", `[{"op": "add", "path": "/spec/egress", "value": [{"ports": [{"port": 443}]}]}]`)
	file := filepath.Join(t.TempDir(), "set.yaml")
	writeFile(t, file, twoPolicies)
	for _, c := range []struct{ policy, dryRun, reason string }{
		{"--policy=allow-all", "server", "an admission webhook or policy changes the spec of cis-default-allow"},
		{"--policy-file=" + file, "none", "an admission webhook or policy changes the spec of deny; deny was taken back"},
		{"--policy=allow-all", "none", "an admission webhook or policy changes the spec of cis-default-allow; cis-default-allow was taken back"},
	} {
		report := fix(t, testcluster.Fixer, troubled, "-l", tm.selector(), "--yes", "--dry-run="+c.dryRun, c.policy)
		row := fixed(t, report, tm.ns("mutated"))
		if row.Result != v1alpha1.ResultError || row.Reason != c.reason || row.Verified != nil {
			t.Errorf("%s --dry-run=%s: %+v", c.policy, c.dryRun, row)
		}
		tm.wantPolicies("mutated")
	}
}

// Where admission takes the labels by which rollback knows a policy, nothing is cut: the policy stays, and fix says what that means.
func TestAWebhookThatTakesTheLabelsIsNoticed(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "mutated")
	tm.mutatePolicies("mutated", `[{"op": "add", "path": "/metadata/labels", "value": {"team": "platform"}}]`)
	row := fixed(t, fix(t, testcluster.Fixer, found, "-l", tm.selector()), tm.ns("mutated"))
	const reason = "it does not carry the label app.kubernetes.io/managed-by=kubectl-cis532"
	if row.Result != v1alpha1.ResultFixed || !isTrue(row.Verified) || row.Reason != "created cis-default-allow; rollback will not remove cis-default-allow: "+reason {
		t.Errorf("fix: %+v", row)
	}
	kept := rolledBack(t, rollback(t, testcluster.Fixer, ok, "-l", tm.selector()), tm.ns("mutated"))
	if kept.Result != v1alpha1.ResultKept || kept.Reason != "kept cis-default-allow: "+reason {
		t.Errorf("rollback: %+v", kept)
	}
	tm.wantPolicies("mutated", baselineName)
}
