package otherpolicy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What Cilium puts among a pod's labels.
//
// Cilium: pkg/k8s/apis/cilium.io/const.go.
const (
	ciliumNamespace      = "io.kubernetes.pod.namespace"
	ciliumNamespaceLabel = "io.cilium.k8s.namespace.labels."
	ciliumServiceAccount = "io.cilium.k8s.policy.serviceaccount"
	ciliumCluster        = "io.cilium.k8s.policy.cluster"
)

// The sources of labels. A key without a source means any of them.
const (
	sourceKubernetes = "k8s"
	sourceAny        = "any"
	sourceReserved   = "reserved"
)

// ciliumKey cuts a key into its source and its name.
//
// Cilium, Layer 3 policies: labels have sources: "k8s:role=frontend", "any:role=frontend", "reserved:host"; "if no source is
// specified, any is assumed". pkg/labels: a leading $ stands for reserved.
func ciliumKey(key string) (source, name string) {
	if reserved, ok := strings.CutPrefix(key, "$"); ok {
		return sourceReserved, reserved
	}
	if source, name, found := strings.Cut(key, ":"); found {
		return source, name
	}
	return sourceAny, key
}

// plainCiliumKey is a key as Cilium hands it to Kubernetes' selectors: "any.role" (pkg/labels, GetExtendedKeyFrom).
func plainCiliumKey(key string) string {
	source, name := ciliumKey(key)
	return source + "." + name
}

// ciliumLabels looks among a pod's labels as Cilium sees them.
func ciliumLabels(ns *Namespace, pod *Pod) lookup {
	return func(key string) (string, Match) {
		source, name := ciliumKey(key)
		if ciliumUndecided(key) != "" {
			return "", Perhaps
		}
		if source == sourceReserved {
			return "", Never // these are of identities that are no pods
		}
		if name == ciliumNamespace {
			return ns.Name, Surely
		}
		if name == ciliumServiceAccount {
			return pod.serviceAccount()
		}
		if of, ok := strings.CutPrefix(name, ciliumNamespaceLabel); ok {
			return ns.namespaceLabel(of)
		}
		return pod.podLabel(name)
	}
}

// ciliumUndecided says why what a key means cannot be told; empty where it can.
func ciliumUndecided(key string) string {
	source, name := ciliumKey(key)
	switch {
	case source == sourceReserved && name == "all":
		return "older versions of Cilium take it for everything"
	case source != sourceReserved && source != sourceKubernetes && source != sourceAny:
		return "only labels of Kubernetes are read"
	case name == ciliumCluster:
		return "the cluster's name is not read"
	case source != sourceReserved && ciliumFiltered(name):
		return "Cilium leaves it out unless it is configured otherwise"
	}
	return ""
}

// ciliumFiltered says that a pod's label is, by default, none of those by which Cilium tells pods apart.
//
// Cilium: pkg/labelsfilter/filter.go (defaultLabelPrefixCfg).
func ciliumFiltered(name string) bool {
	if name == ciliumNamespace || strings.HasPrefix(name, "io.cilium.k8s.") || strings.HasPrefix(name, "app.kubernetes.io") {
		return false
	}
	for _, prefix := range []string{
		"io.kubernetes", "kubernetes.io", "k8s.io", "statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/",
		"pod-template-generation", "pod-template-hash", "controller-revision-hash", "annotation", "etcd_node",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return strings.Contains(name, "beta.kubernetes.io")
}

// ciliumSubject reads an endpointSelector, and notes which of its keys cannot be decided.
//
// Cilium: pkg/k8s/apis/cilium.io/utils/utils.go (ParseToCiliumRule): "EndpointSelector always applies in namespace of the policy
// resource, removing illegal namespace match": in a namespaced policy the label k8s:io.kubernetes.pod.namespace of matchLabels
// is replaced by the policy's own namespace, whatever it says.
func (p *Policy) ciliumSubject(path *field.Path, s *metav1.LabelSelector) (expression, error) {
	s = s.DeepCopy()
	if p.namespaced {
		delete(s.MatchLabels, sourceKubernetes+":"+ciliumNamespace)
	}
	keys := slices.Sorted(maps.Keys(s.MatchLabels))
	for _, r := range s.MatchExpressions {
		keys = append(keys, r.Key)
	}
	for _, key := range keys {
		if reason := ciliumUndecided(key); reason != "" {
			p.doubt(fmt.Sprintf("%s: label %q: %s", path, key, reason))
		}
	}
	return readLabelSelector(path, s, plainCiliumKey)
}
