package manifests

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// clusterScoped are the kinds of Kubernetes' own API groups that live in no
// namespace; every other kind of those groups does.
var clusterScoped = map[string]bool{
	"APIService": true, "CSIDriver": true, "CSINode": true, "CertificateSigningRequest": true, "ClusterRole": true,
	"ClusterRoleBinding": true, "ClusterTrustBundle": true, "ComponentStatus": true, "CustomResourceDefinition": true,
	"DeviceClass": true, "DeviceTaintRule": true, "FlowSchema": true, "IPAddress": true, "IngressClass": true,
	"MutatingAdmissionPolicy": true, "MutatingAdmissionPolicyBinding": true, "MutatingWebhookConfiguration": true,
	"Namespace": true, "Node": true, "PersistentVolume": true, "PodSecurityPolicy": true, "PriorityClass": true,
	"PriorityLevelConfiguration": true, "ResourceSlice": true, "RuntimeClass": true, "SelfSubjectAccessReview": true,
	"SelfSubjectReview": true, "SelfSubjectRulesReview": true, "ServiceCIDR": true, "StorageClass": true,
	"StorageVersion": true, "StorageVersionMigration": true, "SubjectAccessReview": true, "TokenReview": true,
	"ValidatingAdmissionPolicy": true, "ValidatingAdmissionPolicyBinding": true, "ValidatingWebhookConfiguration": true,
	"VolumeAttachment": true, "VolumeAttributesClass": true,
}

// builtinGroups are Kubernetes' own API groups that do not end in .k8s.io.
var builtinGroups = map[string]bool{"": true, "apps": true, "batch": true, "autoscaling": true, "policy": true, "extensions": true}

// builtinDomains are Kubernetes' own API groups that end in .k8s.io; other
// groups there belong to add-ons whose scopes are not known.
var builtinDomains = map[string]bool{
	"admissionregistration": true, "apiextensions": true, "apiregistration": true, "authentication": true,
	"authorization": true, "certificates": true, "coordination": true, "discovery": true, "events": true,
	"flowcontrol.apiserver": true, "networking": true, "node": true, "rbac.authorization": true, "resource": true,
	"scheduling": true, "storage": true, "storagemigration": true, "internal.apiserver": true,
}

// namespaced says whether objects of a kind live in a namespace, as far as that is known without a server.
func namespaced(gvk schema.GroupVersionKind) (yes, known bool) {
	group, isDomain := strings.CutSuffix(gvk.Group, ".k8s.io")
	if builtinGroups[gvk.Group] || isDomain && builtinDomains[group] {
		return !clusterScoped[gvk.Kind], true
	}
	if others := otherPolicyKinds(gvk); len(others) > 0 {
		return others[0].Namespaced, true
	}
	return false, false
}
