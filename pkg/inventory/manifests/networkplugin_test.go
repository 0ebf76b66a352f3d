package manifests_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

func TestTheNetworkPluginOfTheInputIsRecognised(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		want       v1alpha1.NetworkPlugin
	}{
		{
			"a DaemonSet with its ConfigMap", "cilium-that-never-enforces",
			v1alpha1.NetworkPlugin{Name: "cilium", Enforcement: v1alpha1.EnforcementNotEnforced, Evidence: `DaemonSet kube-system/cilium: enable-policy is "never"`},
		},
		{
			"a DaemonSet without it", "cilium-without-its-configmap-in-the-input",
			v1alpha1.NetworkPlugin{
				Name: "cilium", Enforcement: v1alpha1.EnforcementUnknown,
				Evidence: "DaemonSet kube-system/cilium: whether it is switched on is in ConfigMap kube-system/cilium-config, which is not in the input",
			},
		},
		{
			"nodes", "k3s",
			v1alpha1.NetworkPlugin{Name: "k3s", Enforcement: v1alpha1.EnforcementEnforced, Evidence: "Node cp: k3s was started without --disable-network-policy"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := os.ReadFile("../networkplugin/testdata/" + tt.file + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			inv := read(t, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"+string(text))
			if diff := cmp.Diff(tt.want, networkplugin.Recognise(inv.NetworkPlugin)); diff != "" {
				t.Errorf("plugin (-want +got):\n%s", diff)
			}
			if len(inv.Gaps) > 0 {
				t.Errorf("gaps: %v", inv.Gaps)
			}
		})
	}
}

func TestABadConfigMapOrNodeIsNoGap(t *testing.T) {
	inv := read(t, `
{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config, namespace: kube-system}, data: [enable-policy]}
---
{apiVersion: v1, kind: Node, metadata: {name: cp}, status: ready}
`)
	if len(inv.Gaps) > 0 {
		t.Errorf("gaps: %v", inv.Gaps)
	}
	want := v1alpha1.NetworkPlugin{Enforcement: v1alpha1.EnforcementUnknown, Evidence: "no network plugin is in the input"}
	if diff := cmp.Diff(want, networkplugin.Recognise(inv.NetworkPlugin)); diff != "" {
		t.Errorf("plugin (-want +got):\n%s", diff)
	}
}
