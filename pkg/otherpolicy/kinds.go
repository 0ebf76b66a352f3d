package otherpolicy

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Family is whose policies a kind is one of.
type Family string

const (
	// FamilyCilium is cilium.io.
	FamilyCilium Family = "cilium"
	// FamilyCalico is projectcalico.org and its storage form.
	FamilyCalico Family = "calico"
	// FamilyAdmin is policy.networking.k8s.io: the kinds for administrators, by SIG Network.
	FamilyAdmin Family = "admin"
)

// Kind is a kind of policies, in one version of its API.
type Kind struct {
	// Family is whose policies they are.
	Family Family
	// Group, Version, Resource and Kind name it in the API; Resource is the plural.
	Group, Version, Resource, Kind string
	// Namespaced says that its objects live in namespaces.
	Namespaced bool
}

// GVK is the kind as the API machinery names it.
func (k Kind) GVK() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind}
}

// GVR is the resource as the API machinery names it.
func (k Kind) GVR() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.Group, Version: k.Version, Resource: k.Resource}
}

// The groups of the kinds.
const (
	groupAdmin  = "policy.networking.k8s.io"
	groupCilium = "cilium.io"
	// groupCalico is what people write. It is served by Calico's API server or, where that is left out (Calico 3.32),
	// by CustomResourceDefinitions.
	groupCalico = "projectcalico.org"
	// groupCalicoStored is how Calico with an API server stores the same objects: the same fields, but the name of a policy
	// carries its tier as a prefix ("default.name").
	groupCalicoStored = "crd.projectcalico.org"
)

var kinds = []Kind{
	{FamilyAdmin, groupAdmin, "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", false},
	{FamilyAdmin, groupAdmin, "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", false},
	{FamilyAdmin, groupAdmin, "v1alpha1", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy", false},
	{FamilyCilium, groupCilium, "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", true},
	{FamilyCilium, groupCilium, "v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy", false},
	{FamilyCalico, groupCalico, "v3", "networkpolicies", "NetworkPolicy", true},
	{FamilyCalico, groupCalico, "v3", "globalnetworkpolicies", "GlobalNetworkPolicy", false},
	{FamilyCalico, groupCalicoStored, "v1", "networkpolicies", "NetworkPolicy", true},
	{FamilyCalico, groupCalicoStored, "v1", "globalnetworkpolicies", "GlobalNetworkPolicy", false},
}

// Kinds lists the kinds that [Read] reads. Calico's are there twice, as written and as stored: whoever lists both sees
// each policy twice, so a reader takes projectcalico.org where it is served, and crd.projectcalico.org else.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindOf finds a kind among them. The version must be one that is read.
func KindOf(gvk schema.GroupVersionKind) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.GVK() == gvk })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}
