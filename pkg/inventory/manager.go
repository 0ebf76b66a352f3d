package inventory

import (
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// sign is a label or annotation by which a tool knows the objects that it manages.
type sign struct {
	key        string
	tool, kind string
	// value is what it must say; empty is anything.
	value string
	// name reads the name of what the object belongs to; nil where the sign does not say it.
	name func(value string, labels, annotations map[string]string) string
	// besides must be there too, and instead must not.
	besides, instead string
}

// signs are those that the tools document, the tool that uses another one
// first: Flux and Fleet install with Helm. What people write themselves
// (app.kubernetes.io/managed-by, app.kubernetes.io/instance) proves nothing.
var signs = []sign{
	// https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
	{key: "argocd.argoproj.io/tracking-id", tool: "Argo CD", kind: "application", name: trackedApplication},
	{key: "argocd.argoproj.io/instance", tool: "Argo CD", kind: "application", name: itself},
	// https://fluxcd.io/flux/components/kustomize/kustomizations/, .../helm/helmreleases/
	{key: "kustomize.toolkit.fluxcd.io/name", tool: "Flux", kind: "Kustomization", name: within("kustomize.toolkit.fluxcd.io/namespace")},
	{key: "helm.toolkit.fluxcd.io/name", tool: "Flux", kind: "HelmRelease", name: within("helm.toolkit.fluxcd.io/namespace")},
	// Fleet marks what its Helm releases install; with an owner the mark is another controller's, such as that of k3s' addons.
	{key: "objectset.rio.cattle.io/id", tool: "Rancher Fleet", kind: "bundle", name: itself, besides: helmRelease, instead: "objectset.rio.cattle.io/owner-gvk"},
	// https://cloud.google.com/kubernetes-engine/config-sync/docs/how-to/managing-objects
	{key: "configmanagement.gke.io/managed", tool: "Config Sync", value: "enabled"},
	// https://helm.sh/docs/chart_best_practices/labels/: Helm itself sets the annotation, and refuses to adopt objects without it.
	{key: helmRelease, tool: "Helm", kind: "release", name: within("meta.helm.sh/release-namespace")},
}

const helmRelease = "meta.helm.sh/release-name"

// ManagerOf says by the labels and annotations of an object which tool keeps
// it as a repository or a chart has it; nil where none says so.
func ManagerOf(labels, annotations map[string]string) *v1alpha1.Manager {
	for _, s := range signs {
		value, ok := lookup(s.key, labels, annotations)
		if !ok || s.value != "" && value != s.value || s.besides != "" && !has(s.besides, labels, annotations) ||
			s.instead != "" && has(s.instead, labels, annotations) {
			continue
		}
		m := &v1alpha1.Manager{Tool: s.tool, Kind: s.kind, Evidence: s.key}
		if s.name != nil {
			m.Name = bounded(s.name(value, labels, annotations))
		}
		return m
	}
	return nil
}

// lookup finds a key among labels or annotations: some tools can be told to use either.
func lookup(key string, labels, annotations map[string]string) (value string, ok bool) {
	if value, ok = annotations[key]; !ok {
		value, ok = labels[key]
	}
	return value, ok
}

func has(key string, labels, annotations map[string]string) bool {
	_, ok := lookup(key, labels, annotations)
	return ok
}

func itself(value string, _, _ map[string]string) string { return value }

// trackedApplication reads APPLICATION:GROUP/KIND:NAMESPACE/NAME. An
// application outside of Argo CD's own namespace is NAMESPACE_APPLICATION.
func trackedApplication(value string, _, _ map[string]string) string {
	application, _, _ := strings.Cut(value, ":")
	return strings.Replace(application, "_", "/", 1)
}

// within puts the namespace before the name, where another key says it.
func within(key string) func(string, map[string]string, map[string]string) string {
	return func(value string, labels, annotations map[string]string) string {
		if namespace, _ := lookup(key, labels, annotations); namespace != "" && value != "" {
			return namespace + "/" + value
		}
		return value
	}
}

// maxNamed bounds a name that is read from an annotation: it may be anything.
const maxNamed = 253

func bounded(name string) string {
	if len(name) > maxNamed {
		return strings.ToValidUTF8(name[:maxNamed], "") + "..."
	}
	return name
}
