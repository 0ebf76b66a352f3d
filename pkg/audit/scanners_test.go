package audit_test

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
)

// What the best-known scanners get wrong on this control: each case has the
// answer that at least one of them does not give.
func TestWhereScannersErr(t *testing.T) {
	for _, tt := range []struct {
		name    string // and who errs
		input   string
		verdict v1alpha1.Verdict
		ingress v1alpha1.Posture
		egress  v1alpha1.Posture
	}{
		// trivy's compliance check maps 5.3.2 to a rule about policies that exist: passes
		{"a namespace without any policy fails", doc(shop, pod("web")), "FAIL", "open", "open"},
		// polaris fails it
		{"a policy that selects all pods and denies all passes, denied", doc(shop, pod("web"), denyAll), "PASS", "denied", "denied"},
		// kubescape's C-0030 and C-0260 and polaris miss it
		{"a policy that selects by matchExpressions covers", doc(shop, pod("web"),
			policy("deny", `podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}, policyTypes: [Ingress, Egress]`)), "PASS", "denied", "denied"},
		// kubescape, kube-score, trivy: a plain pass
		{"allow-all only passes by the letter, and nothing is isolated", doc(shop, pod("web"), allowAll), "PASS", "allow-all", "allow-all"},
		// kubescape, kube-score: a pass
		{"a default deny beside an allow-all isolates nothing", doc(shop, pod("web"), denyAll, allowAll), "PASS", "allow-all", "allow-all"},
		// kube-bench, trivy: a plain pass
		{"a selector that matches no pod passes by the letter, and the pods are open", doc(shop, pod("web"),
			policy("deny", `podSelector: {matchLabels: {app: wbe}}, policyTypes: [Ingress, Egress]`)), "PASS", "open", "open"},
		// kube-score fails it
		{"a namespace without pods and with a default deny passes", doc(shop, denyAll), "PASS", "denied", "denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := run(t, tt.input, audit.Options{})
			row := only(t, report)
			if row.Verdict != tt.verdict || report.Verdict != tt.verdict {
				t.Errorf("verdict %s, of the report %s, want %s (%s)", row.Verdict, report.Verdict, tt.verdict, row.Reason)
			}
			if row.Posture.Ingress != tt.ingress || row.Posture.Egress != tt.egress {
				t.Errorf("posture %s, %s; want %s, %s", row.Posture.Ingress, row.Posture.Egress, tt.ingress, tt.egress)
			}
		})
	}
}

// kube-bench's EKS and AKS audits print PASS where kubectl answers Forbidden;
// several scanners pass a partial list or an unknown scope without a word. That
// a forbidden list is ERROR is shown on a real API server in test/e2e; here is
// the rule behind it: missing evidence is never a PASS.
func TestMissingEvidenceIsNoPass(t *testing.T) {
	broken := "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: ["
	for _, tt := range []struct {
		name, input string
		opts        audit.Options
	}{
		{"a document that cannot be read", doc(shop, broken), audit.Options{}},
		{"a namespace that is not there", shop, audit.Options{Scope: scopeOf("payments")}},
		{"nothing at all", "", audit.Options{}},
		{"only system namespaces", `{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}`, audit.Options{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := run(t, tt.input, tt.opts)
			if report.Verdict != v1alpha1.VerdictError {
				t.Errorf("verdict %s, want ERROR", report.Verdict)
			}
			if report.Summary.Pass > 0 || report.Summary.Fail > 0 {
				t.Errorf("judged without evidence: %+v", report.Summary)
			}
		})
	}
}
