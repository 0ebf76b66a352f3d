package rules

import (
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
	workloads []inventory.Workload
	around    *surroundings
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
	var pods []netpol.Pod
	for _, w := range inv.Workloads {
		if w.Owned || w.Finished {
			continue
		}
		f.pods[w.Namespace] = append(f.pods[w.Namespace], len(pods))
		f.workloads = append(f.workloads, w)
		pods = append(pods, w.Pod)
	}
	var policies []*networkingv1.NetworkPolicy
	for _, ns := range inv.Namespaces {
		for _, np := range ns.Policies {
			f.policies[ns.Name] = append(f.policies[ns.Name], len(policies))
			policies = append(policies, np)
		}
	}
	f.cluster = netpol.New(f.namespaces(), pods, policies)
	return f
}

// namespaces are all that are known: those out of scope can be peers.
func (f *Facts) namespaces() []netpol.Namespace {
	var namespaces []netpol.Namespace
	for _, list := range [][]*inventory.Namespace{f.inv.Namespaces, f.inv.Outside} {
		for _, ns := range list {
			namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		}
	}
	return namespaces
}

// PodsKnown says that the pods could be read.
func (f *Facts) PodsKnown() bool { return f.inv.WorkloadsUnknown == nil }
