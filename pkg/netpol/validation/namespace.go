package validation

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Namespace returns why the API server would refuse to create ns, or nothing if
// it would take it. ns is not changed. A nil namespace is refused. The errors
// are in the order of the fields, and no more than 100.
//
// A `metadata.namespace` is no error: the server clears it, as a Namespace lies
// in none. Nor is the label kubernetes.io/metadata.name, which it always sets
// itself.
func Namespace(ns *corev1.Namespace) field.ErrorList {
	if ns == nil {
		return noObject()
	}
	meta := ns.ObjectMeta
	meta.Namespace = ""
	if meta.Name != "" {
		meta.Labels = maps.Clone(meta.Labels)
		delete(meta.Labels, corev1.LabelMetadataName)
	}
	// Source: a namespace's name is a DNS label (concepts, "Namespaces").
	errs := createdMetadata(meta, clusterScoped, apivalidation.NameIsDNSLabel)
	path := field.NewPath("spec", "finalizers")
	for _, finalizer := range ns.Spec.Finalizers {
		errs = append(errs, apivalidation.ValidateFinalizerName(string(finalizer), path)...)
		errs = append(errs, knownFinalizer(string(finalizer), path)...)
	}
	return presentable(errs)
}
