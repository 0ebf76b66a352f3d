package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupName is the API group of every document.
const GroupName = "cis532.io"

// GroupVersion is the API group and version of the documents of this package.
var GroupVersion = schema.GroupVersion{Group: GroupName, Version: "v1alpha1"}

// Kinds of the documents.
const (
	KindAuditReport    = "AuditReport"
	KindFixReport      = "FixReport"
	KindRollbackReport = "RollbackReport"
	KindVersionInfo    = "VersionInfo"

	KindReachReport       = "ReachReport"
	KindReachMatrix       = "ReachMatrix"
	KindReachExpectations = "ReachExpectations"
)

// typeMeta names a document of this package.
func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: GroupVersion.String(), Kind: kind}
}

// AddToScheme registers the documents.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &AuditReport{}, &FixReport{}, &RollbackReport{}, &VersionInfo{},
		&ReachReport{}, &ReachMatrix{}, &ReachExpectations{})
	return nil
}
