package networkplugin_test

import (
	"slices"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

func TestAPluginThatIsNamedIsTakenAsSwitchedOn(t *testing.T) {
	for _, name := range networkplugin.Names() {
		want := v1alpha1.EnforcementEnforced
		if name == "flannel" {
			want = v1alpha1.EnforcementNotEnforced
		}
		got, err := networkplugin.Named(name)
		if err != nil || got.Name != name || got.Enforcement != want || got.Evidence == "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if !slices.IsSorted(networkplugin.Names()) {
		t.Errorf("names out of order: %v", networkplugin.Names())
	}
}

func TestAnUnknownNameListsTheKnownOnes(t *testing.T) {
	const want = `unknown network plugin "cilum": one of antrea, aws-vpc-cni, azure-npm, calico, canal, cilium, flannel, ` +
		`k3s, kindnet, kube-network-policies, kube-router, openshift-sdn, ovn-kubernetes, weave`
	if got, err := networkplugin.Named("cilum"); err == nil || err.Error() != want || got != (v1alpha1.NetworkPlugin{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}
