package e2e

import (
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// denyPolicies lets nobody create NetworkPolicies in a namespace of the team.
// It returns when the server acts on it.
func (tm *team) denyPolicies(name, message string) {
	tm.t.Helper()
	tm.allowPolicies(name, "false", message)
}

// allowPolicies lets only policies be created there of which an expression is true. The one called probe must not be.
func (tm *team) allowPolicies(name, expression, message string) {
	tm.t.Helper()
	tm.label(name, "deny", tm.prefix)
	fail := admissionregistrationv1.Fail
	ctx, client := tm.t.Context(), tm.client.AdmissionregistrationV1()
	_, err := client.ValidatingAdmissionPolicies().Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: tm.prefix},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			FailurePolicy: &fail,
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"deny": tm.prefix}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
					Rule: admissionregistrationv1.Rule{
						APIGroups: []string{"networking.k8s.io"}, APIVersions: []string{"v1"}, Resources: []string{"networkpolicies"},
					},
				}}},
			},
			Validations: []admissionregistrationv1.Validation{{Expression: expression, Message: message}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	_, err = client.ValidatingAdmissionPolicyBindings().Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: tm.prefix},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName:        tm.prefix,
			ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	until(tm.t, "the admission policy is in force", func() bool {
		_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(name)).Create(ctx, denyAll("probe"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil
	})
}

// What admission would refuse, a server dry run shows and a client dry run
// cannot. The other namespaces are done all the same.
func TestServerDryRunShowsWhatAdmissionRefuses(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "guarded", "z")
	tm.denyPolicies("guarded", "only the platform team makes policies")
	client := fix(t, testcluster.Fixer, found, "-l", tm.selector(), "--dry-run=client")
	if client.Summary.Fixed != 3 || client.Summary.Error != 0 {
		t.Errorf("client dry run: %+v", client.Summary)
	}

	for _, dryRun := range []string{"server", "none"} {
		report := fix(t, testcluster.Fixer, troubled, "-l", tm.selector(), "--dry-run="+dryRun)
		if report.Summary.Fixed != 2 || report.Summary.Error != 1 {
			t.Errorf("dry run %s: %+v", dryRun, report.Summary)
		}
		row := fixed(t, report, tm.ns("guarded"))
		if row.Result != v1alpha1.ResultError || row.Verified != nil {
			t.Errorf("dry run %s: %+v", dryRun, row)
		}
		want := `cannot create networkpolicies.networking.k8s.io "cis-default-allow" in namespace "` + tm.ns("guarded") +
			`": refused by the API server: ValidatingAdmissionPolicy '` + tm.prefix + `' with binding '` + tm.prefix + `' denied request: only the platform team makes policies`
		if row.Reason != want {
			t.Errorf("dry run %s: reason\n%s\nwant\n%s", dryRun, row.Reason, want)
		}
		for _, name := range []string{"a", "z"} {
			row := fixed(t, report, tm.ns(name))
			if row.Result != v1alpha1.ResultFixed || (row.Verified != nil) != (dryRun == "none") {
				t.Errorf("dry run %s: %+v", dryRun, row)
			}
		}
		if dryRun == "server" {
			tm.wantPolicies("a")
		}
	}
	tm.wantPolicies("a", baselineName)
	tm.wantPolicies("guarded")
	tm.wantPolicies("z", baselineName)

	// Where manifests are printed, the namespace that could not be done is named on stderr.
	got := cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "-o", "yaml")
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, `error: namespace "`+tm.ns("guarded")+`": cannot create`)
	if got.Stdout != "" {
		t.Errorf("nothing was created, but printed: %s", got.Stdout)
	}
}
