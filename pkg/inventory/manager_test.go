package inventory_test

import (
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

func TestManagerOf(t *testing.T) {
	type m = map[string]string
	for _, tt := range []struct {
		name                string
		labels, annotations m
		want, evidence      string
	}{
		{"nothing", nil, nil, "", ""},
		{"Argo CD by annotation", nil, m{"argocd.argoproj.io/tracking-id": "shop:/Namespace:/shop"}, `Argo CD application "shop"`, "argocd.argoproj.io/tracking-id"},
		{"Argo CD, an application of another namespace", nil, m{"argocd.argoproj.io/tracking-id": "team-a_shop:/Namespace:shop/shop"}, `Argo CD application "team-a/shop"`, "argocd.argoproj.io/tracking-id"},
		{"Argo CD by its own label", m{"argocd.argoproj.io/instance": "shop"}, nil, `Argo CD application "shop"`, "argocd.argoproj.io/instance"},
		{"Argo CD's default label, which charts carry too", m{"app.kubernetes.io/instance": "shop"}, nil, "", ""},
		{"Argo CD's options without its tracking", nil, m{"argocd.argoproj.io/sync-options": "Prune=false"}, "", ""},
		{"a namespace that Argo CD may deploy to", m{"argocd.argoproj.io/managed-by": "argocd"}, nil, "", ""},
		{"a Flux Kustomization", m{"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}, nil, `Flux Kustomization "flux-system/apps"`, "kustomize.toolkit.fluxcd.io/name"},
		{"a Flux Kustomization without its namespace", m{"kustomize.toolkit.fluxcd.io/name": "apps"}, nil, `Flux Kustomization "apps"`, "kustomize.toolkit.fluxcd.io/name"},
		{"a Flux HelmRelease", m{"helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "apps", "app.kubernetes.io/managed-by": "Helm"},
			m{"meta.helm.sh/release-name": "apps-shop", "meta.helm.sh/release-namespace": "shop"}, `Flux HelmRelease "apps/shop"`, "helm.toolkit.fluxcd.io/name"},
		{"Helm", m{"app.kubernetes.io/managed-by": "Helm"}, m{"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "infra"}, `Helm release "infra/shop"`, "meta.helm.sh/release-name"},
		{"a chart's label alone, as helm template leaves it", m{"app.kubernetes.io/managed-by": "Helm"}, nil, "", ""},
		{"Rancher Fleet", m{"app.kubernetes.io/managed-by": "Helm"}, m{"meta.helm.sh/release-name": "apps", "objectset.rio.cattle.io/id": "default-apps"}, `Rancher Fleet bundle "default-apps"`, "objectset.rio.cattle.io/id"},
		{"an addon of k3s", nil, m{"objectset.rio.cattle.io/id": "", "objectset.rio.cattle.io/owner-gvk": "k3s.cattle.io/v1, Kind=Addon"}, "", ""},
		{"a mark of Rancher's without a release", nil, m{"objectset.rio.cattle.io/id": "default-mcc"}, "", ""},
		{"Config Sync", m{"app.kubernetes.io/managed-by": "configmanagement.gke.io"}, m{"configmanagement.gke.io/managed": "enabled", "configsync.gke.io/resource-id": "_namespace_shop"}, "Config Sync", "configmanagement.gke.io/managed"},
		{"Config Sync, switched off", nil, m{"configmanagement.gke.io/managed": "disabled"}, "", ""},
		{"a tracking annotation without a name", nil, m{"argocd.argoproj.io/tracking-id": ""}, "Argo CD", "argocd.argoproj.io/tracking-id"},
		{"this tool's own label", m{"app.kubernetes.io/managed-by": "kubectl-cis532"}, nil, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := inventory.ManagerOf(tt.labels, tt.annotations)
			switch {
			case tt.want == "" && got != nil:
				t.Errorf("ManagerOf = %v (%s), want none", got, got.Evidence)
			case tt.want == "":
			case got == nil || got.String() != tt.want || got.Evidence != tt.evidence:
				t.Errorf("ManagerOf = %+v, want %s by %s", got, tt.want, tt.evidence)
			}
		})
	}
}

// An annotation may be as long as 256 KiB, and hold anything.
func TestTheNameOfAManagerIsBounded(t *testing.T) {
	got := inventory.ManagerOf(nil, map[string]string{"argocd.argoproj.io/tracking-id": strings.Repeat("é", 100_000) + "\x1b["})
	if len(got.Name) > 300 || !strings.HasSuffix(got.Name, "...") {
		t.Errorf("%d bytes", len(got.Name))
	}
}
