package validation

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	namespaced    = true
	clusterScoped = false
)

// generatedName is as long as the random part of a generated name; letters and
// digits, as there, so that it changes nothing about a name's validity.
const generatedName = "xxxxx"

// maxGeneratedBase is how much of `generateName` the server uses, in bytes: a
// generated name has at most 63 (k8s.io/apiserver, storage/names).
const maxGeneratedBase = 63 - len(generatedName)

// createdMetadata applies the rules for the metadata of a new object: names
// and generated names, the namespace, labels, annotations (each key, and 256
// KiB in all), owner references, finalizers.
//
// What the server overwrites on create is not judged: uid, creationTimestamp,
// deletionTimestamp, resourceVersion, and managedFields, which it writes anew.
func createdMetadata(meta metav1.ObjectMeta, inNamespace bool, name apivalidation.ValidateNameFunc) field.ErrorList {
	path := field.NewPath("metadata")
	meta.ManagedFields = nil
	if inNamespace {
		meta.Generation = 1
	}
	if meta.Name == "" && meta.GenerateName != "" {
		meta.Name = meta.GenerateName[:min(len(meta.GenerateName), maxGeneratedBase)] + generatedName
	}
	meta.OwnerReferences = distinct(meta.OwnerReferences)

	errs := apivalidation.ValidateObjectMeta(&meta, inNamespace, name, path)
	for i, finalizer := range meta.Finalizers {
		errs = append(errs, knownFinalizer(finalizer, path.Child("finalizers").Index(i))...)
	}
	return errs
}

// distinct drops repeated owner references, which the server does before it
// counts the controllers among them.
func distinct(references []metav1.OwnerReference) []metav1.OwnerReference {
	var kept []metav1.OwnerReference
	byUID := map[string][]int{}
	for _, reference := range references {
		uid := string(reference.UID)
		repeated := slices.ContainsFunc(byUID[uid], func(i int) bool {
			return equality.Semantic.DeepEqual(kept[i], reference)
		})
		if !repeated {
			byUID[uid] = append(byUID[uid], len(kept))
			kept = append(kept, reference)
		}
	}
	return kept
}

// knownFinalizer: a finalizer without a domain has to be one of Kubernetes' own
// (concepts, "Finalizers": custom ones are written domain/name).
func knownFinalizer(name string, path *field.Path) field.ErrorList {
	if strings.Contains(name, "/") {
		return nil
	}
	switch name {
	case string(corev1.FinalizerKubernetes), metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents:
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "is neither one of Kubernetes' finalizers nor of the form domain/name")}
}

func noObject() field.ErrorList {
	return field.ErrorList{field.Required(field.NewPath("metadata"), "there is no object")}
}
