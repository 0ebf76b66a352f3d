package audit_test

import (
	"context"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Whoever tries the tool on the sample company sees all that it can find; test/golden has the output.
func TestTheSampleCompanyShowsEveryRuleAndPosture(t *testing.T) {
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"../../testdata/shop", "../../testdata/partners"}})
	if err != nil {
		t.Fatal(err)
	}
	named := v1alpha1.NetworkPlugin{Name: "cilium", Enforcement: v1alpha1.EnforcementEnforced}
	found, postures, verdicts := map[string]bool{}, map[v1alpha1.Posture]bool{}, map[v1alpha1.Verdict]bool{}
	for _, opts := range []audit.Options{{Now: now}, {Now: now, NetworkPlugin: &named, Accept: []otherpolicy.Family{otherpolicy.FamilyCilium}}} {
		for _, row := range audit.Run(inv, opts).Namespaces {
			verdicts[row.Verdict] = true
			for _, f := range row.Findings {
				found[f.Rule] = true
			}
			if row.Posture != nil {
				postures[row.Posture.Ingress], postures[row.Posture.Egress] = true, true
			}
		}
	}
	for _, r := range rules.All() {
		if !found[r.ID] {
			t.Errorf("%s finds nothing", r.ID)
		}
	}
	// What is unknown cannot be shown in manifests that can be read.
	for _, p := range []v1alpha1.Posture{
		v1alpha1.PostureOpen, v1alpha1.PostureAllowAll, v1alpha1.PostureClusterWide, v1alpha1.PosturePartial,
		v1alpha1.PostureRestricted, v1alpha1.PostureDenied, v1alpha1.PostureNotApplicable,
	} {
		if !postures[p] {
			t.Errorf("no namespace is %s", p)
		}
	}
	for _, v := range []v1alpha1.Verdict{v1alpha1.VerdictPass, v1alpha1.VerdictFail, v1alpha1.VerdictAccepted, v1alpha1.VerdictExempt, v1alpha1.VerdictSkipped} {
		if !verdicts[v] {
			t.Errorf("no namespace is %s", v)
		}
	}
}
