package audit

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/control"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

func TestTheReportIsByTheBenchmarkOfTheCluster(t *testing.T) {
	cluster := v1alpha1.Source{Kind: v1alpha1.SourceCluster, Server: "https://10.0.0.1:6443"}
	aks := v1alpha1.Source{Kind: v1alpha1.SourceCluster, Server: "https://shop.hcp.westeurope.azmk8s.io:443"}
	eks := networkplugin.Facts{ServerVersion: "v1.34.2-eks-508b6b3"}
	for name, c := range map[string]struct {
		inv   inventory.Inventory
		named control.Benchmark
		want  control.Benchmark
	}{
		"nothing is known of it":           {inventory.Inventory{Source: cluster}, "", control.CIS},
		"by the version":                   {inventory.Inventory{Source: cluster, NetworkPlugin: eks}, "", control.EKS},
		"by the server's name":             {inventory.Inventory{Source: aks}, "", control.AKS},
		"by the API groups":                {inventory.Inventory{Source: cluster, APIGroups: []string{"config.openshift.io", "project.openshift.io"}}, "", control.OpenShift},
		"another was named":                {inventory.Inventory{Source: aks, NetworkPlugin: eks}, control.GKE, control.GKE},
		"manifests have no cluster":        {inventory.Inventory{Source: v1alpha1.Source{Kind: v1alpha1.SourceManifests}, NetworkPlugin: eks}, "", control.CIS},
		"manifests, and one that is named": {inventory.Inventory{Source: v1alpha1.Source{Kind: v1alpha1.SourceManifests}}, control.AKS, control.AKS},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := Run(&c.inv, Options{Benchmark: c.named}).Control, c.want.Control()
			if got.ID != want.ID || got.Benchmark != want.Benchmark {
				t.Errorf("got %s of %s, want %s of %s", got.ID, got.Benchmark, want.ID, want.Benchmark)
			}
		})
	}
}
