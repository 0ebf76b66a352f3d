// Package inventory says what is there: namespaces, NetworkPolicies and the
// workloads behind them, as plain values that a reader filled in and that
// everything else only looks at. It also says which namespaces a run is about.
//
// The package must not talk to a server, read files, print, or judge: the
// readers are in pkg/inventory/live and pkg/inventory/manifests, the control
// is in pkg/audit.
package inventory

import (
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Inventory is what was found, and what could not be found out.
type Inventory struct {
	// Source is where it was read.
	Source v1alpha1.Source
	// Namespaces is what exists in scope, by name.
	Namespaces []*Namespace
	// Outside are the namespaces that are known and not in scope: rules of policies can mean them.
	Outside []*Namespace
	// Whole says that every namespace of the source and what runs in it was read, be it in scope or not.
	Whole bool
	// Workloads are the pods, and where manifests are read the controllers that would make some.
	Workloads []Workload
	// WorkloadsUnknown is why the workloads could not be read; nil where they were.
	WorkloadsUnknown error
	// Templates are controllers beside live pods: names by which their pods can be meant, and what those would be like.
	Templates []Workload
	// Idle are controllers in manifests that make no pod now: nothing connects to or from them, but policies can mean them.
	Idle []Workload
	// TemplatesUnknown is why the controllers could not be read; nil where they were, or nobody asked for them.
	TemplatesUnknown error
	// DNS is how the pods of the cluster resolve names.
	DNS DNS
	// Services are the Services, where the reader was asked for them.
	Services []Service
	// ServicesUnknown is why they could not be read where they are optional; nil where they were, or nobody asked for them.
	ServicesUnknown error
	// NetworkPlugin is what the network plugin can be recognised by, where the reader was asked for it.
	NetworkPlugin networkplugin.Facts
	// OtherPolicies are policies of other kinds than NetworkPolicy, where the reader was asked for them.
	OtherPolicies []*otherpolicy.Policy
	// OtherPoliciesUnknown is what of them could not be read. The benchmark's letter does not count them, so that no
	// verdict hangs on it.
	OtherPoliciesUnknown []Gap
	// APIGroups are the API groups that the server has, by name, where the reader asked for policies of other kinds and
	// was told.
	APIGroups []string
	// Gaps is evidence that is missing.
	Gaps []Gap
	// Warnings are doubtful facts that do not change a verdict, each in one line.
	Warnings []string
	// PoliciesVersion is the resourceVersion of a cluster-wide list of NetworkPolicies, from which a watch can go on.
	PoliciesVersion string
}

// Namespace is a namespace and its NetworkPolicies.
type Namespace struct {
	// Name is its name.
	Name string
	// Labels are those of the Namespace object; they always have kubernetes.io/metadata.name.
	Labels map[string]string
	// Annotations are those of the Namespace object.
	Annotations map[string]string
	// Declared says that the Namespace object was read. Without it, labels and annotations are unknown.
	Declared bool
	// DeclaredIn is where the Namespace object stands, or the first object of the namespace; nil where no file was read.
	DeclaredIn *v1alpha1.DeclaredIn
	// PolicyDeclaredIn is where the policies stand, by name; nil where no file was read.
	PolicyDeclaredIn map[string]*v1alpha1.DeclaredIn
	// Terminating says that it is being deleted.
	Terminating bool
	// Policies are its networking.k8s.io/v1 NetworkPolicies, by name.
	Policies []*networkingv1.NetworkPolicy
	// PoliciesVersion is the resourceVersion of a list of only this namespace, from which a watch can go on.
	PoliciesVersion string
}

// Gap is evidence that is missing: no verdict may rest on what it hides.
type Gap struct {
	// Namespace is the one that it concerns; empty where it may concern any.
	Namespace string
	// Err says what could not be read, and why.
	Err error
}

// Namespace returns the namespace of that name, or nil.
func (inv *Inventory) Namespace(name string) *Namespace {
	i, found := slices.BinarySearchFunc(inv.Namespaces, name, func(ns *Namespace, name string) int {
		return strings.Compare(ns.Name, name)
	})
	if !found {
		return nil
	}
	return inv.Namespaces[i]
}

// Sort brings namespaces and policies in order of their names, as Namespace needs it.
func (inv *Inventory) Sort() {
	slices.SortFunc(inv.Namespaces, func(a, b *Namespace) int { return strings.Compare(a.Name, b.Name) })
	for _, ns := range inv.Namespaces {
		slices.SortFunc(ns.Policies, func(a, b *networkingv1.NetworkPolicy) int { return strings.Compare(a.Name, b.Name) })
	}
}

// GapFor returns the first gap that may hide something of the namespace, or nil.
func (inv *Inventory) GapFor(namespace string) *Gap {
	for i := range inv.Gaps {
		if inv.Gaps[i].Namespace == "" || inv.Gaps[i].Namespace == namespace {
			return &inv.Gaps[i]
		}
	}
	return nil
}
