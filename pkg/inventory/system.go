package inventory

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// SystemPatterns is the one list of system namespaces: globs and exact names
// of what a platform puts into a cluster for itself. The first line is the
// automation guide's; the exact names are what managed platforms and network
// plugins create. `default` and what people install themselves (istio-system,
// cert-manager, ingress-nginx, monitoring) are not in it: people own them.
//
// The benchmark's letter exempts no namespace; the list is this tool's default
// and --include-system switches it off.
var SystemPatterns = []string{
	"kube-system", "kube-public", "kube-node-lease", "kube-apiserver", "kube-*", "openshift-*", "calico-*",
	"openshift", "tigera-operator", "calico-system", "calico-apiserver", "cilium-secrets", "kube-flannel",
	"gmp-system", "gmp-public", "gke-managed-system", "gke-managed-cim", "gke-managed-filestorecsi",
	"gke-managed-metrics-server", "gke-system", "gke-connect", "gke-gmp-system",
	"config-management-system", "config-management-monitoring", "resource-group-system",
	"aks-command", "aks-istio-system", "aks-istio-ingress", "aks-istio-egress", "app-routing-system",
	"azure-arc", "dataprotection-microsoft",
	"amazon-cloudwatch", "amazon-guardduty", "amazon-network-flow-monitor",
	"cattle-system", "fleet-default", "fleet-local", "local-path-storage",
}

// SystemPattern returns the pattern that makes a namespace a system namespace,
// an exact name before a wildcard, and whether there is one.
func SystemPattern(namespace string) (pattern string, ok bool) {
	for _, p := range SystemPatterns {
		if p == namespace {
			return p, true
		}
	}
	for _, p := range systemWildcards() {
		if matched, err := path.Match(p, namespace); err == nil && matched {
			return p, true
		}
	}
	return "", false
}

// systemWildcards are those of the patterns that are more than a name.
var systemWildcards = sync.OnceValue(func() []string {
	return slices.DeleteFunc(slices.Clone(SystemPatterns), func(p string) bool { return !strings.ContainsAny(p, `*?[\`) })
})
