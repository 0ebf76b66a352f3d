package rules

import (
	"sync"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Facts is an inventory, indexed for the questions of the rules.
type Facts struct {
	inv *inventory.Inventory
	// now is the time of the audit.
	now time.Time
	// cluster holds the live pods, and those controllers that count as pods.
	cluster *netpol.Cluster
	// pods and policies are the indices in cluster, by namespace.
	pods     map[string][]int
	policies map[string][]int
	// workloads are the pods of cluster.
	workloads []*inventory.Workload
	// surrounding gives the index with more in it than what postures count.
	surrounding func() *surroundings
	// unmatched gives for each policy what of it matches nothing of what is live.
	unmatched func() [][]netpol.UnmatchedPart
	// others are the policies of other kinds.
	others *otherpolicy.Set
	// Plugin is what is known of the network plugin.
	Plugin v1alpha1.NetworkPlugin
}

// NewFacts indexes an inventory, as it is at a time.
func NewFacts(inv *inventory.Inventory, now time.Time) *Facts {
	f := &Facts{
		inv: inv, now: now, pods: map[string][]int{}, policies: map[string][]int{},
		others: otherpolicy.NewSet(inv.OtherPolicies),
	}
	pods := make([]netpol.Pod, 0, len(inv.Workloads))
	f.workloads = make([]*inventory.Workload, 0, len(inv.Workloads))
	for i := range inv.Workloads {
		w := &inv.Workloads[i]
		if w.Owned || w.Finished {
			continue
		}
		f.pods[w.Namespace] = append(f.pods[w.Namespace], len(pods))
		f.workloads = append(f.workloads, w)
		pods = append(pods, w.Pod)
	}
	policies := 0
	for _, ns := range inv.Namespaces {
		for range ns.Policies {
			f.policies[ns.Name] = append(f.policies[ns.Name], policies)
			policies++
		}
	}
	f.cluster = netpol.New(f.namespaces(), pods, f.policyObjects())
	f.surrounding, f.unmatched = sync.OnceValue(f.newSurroundings), sync.OnceValue(f.findUnmatched)
	return f
}

// policyObjects are the policies of the namespaces in scope, in the order of their indices.
func (f *Facts) policyObjects() []*networkingv1.NetworkPolicy {
	var policies []*networkingv1.NetworkPolicy
	for _, ns := range f.inv.Namespaces {
		policies = append(policies, ns.Policies...)
	}
	return policies
}

// namespaces are all that are known: those out of scope can be peers.
func (f *Facts) namespaces() []netpol.Namespace {
	namespaces := make([]netpol.Namespace, 0, len(f.inv.Namespaces)+len(f.inv.Outside))
	for _, list := range [][]*inventory.Namespace{f.inv.Namespaces, f.inv.Outside} {
		for _, ns := range list {
			namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		}
	}
	return namespaces
}

// PodsKnown says that the pods could be read.
func (f *Facts) PodsKnown() bool { return f.inv.WorkloadsUnknown == nil }
