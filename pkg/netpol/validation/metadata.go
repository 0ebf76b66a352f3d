package validation

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
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
// KiB in all), owner references, finalizers, managed fields.
//
// What the server overwrites is not judged: uid, creationTimestamp,
// deletionTimestamp and the like. Nor is resourceVersion, which objects that
// were exported from a cluster carry: that it has to be absent from a create
// request says nothing about the policy.
func createdMetadata(meta metav1.ObjectMeta, inNamespace bool, name apivalidation.ValidateNameFunc) field.ErrorList {
	path := field.NewPath("metadata")
	meta.ManagedFields = keptManagedFields(meta.ManagedFields)
	if inNamespace {
		// A new policy's generation is set by the server, a namespace's is not.
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

// keptManagedFields gives the entries that the server may keep. It drops all of
// them if it cannot read one, and those whose fields the new object has too, since
// the creator takes these over. Which ones that are is not worked out here: a
// manager whose name is too long or not printable is refused in any case, and no
// server has ever written one.
func keptManagedFields(entries []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	kept := make([]metav1.ManagedFieldsEntry, 0, len(entries))
	for _, entry := range entries {
		switch entry.Operation {
		case metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate:
		default:
			return nil
		}
		if entry.APIVersion == "" || entry.FieldsType != "FieldsV1" {
			return nil
		}
		// Each unprintable character is an error; a long name needs only one.
		entry.Manager = entry.Manager[:min(len(entry.Manager), metav1validation.FieldManagerMaxLength+1)]
		kept = append(kept, entry)
	}
	return kept
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
