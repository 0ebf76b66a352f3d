package audit

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// isolation is the isolation behind the verdicts, for the namespaces of an inventory.
type isolation struct {
	cluster *netpol.Cluster
	// pods and policies are the indices in cluster, by namespace.
	pods     map[string][]int
	policies map[string][]int
	// workloads are the pods of cluster.
	workloads []inventory.Workload
	podsKnown bool
}

func newIsolation(inv *inventory.Inventory) *isolation {
	iso := &isolation{pods: map[string][]int{}, policies: map[string][]int{}, podsKnown: inv.WorkloadsUnknown == nil}
	var pods []netpol.Pod
	for _, w := range inv.Workloads {
		if w.Owned || w.Finished {
			continue
		}
		iso.pods[w.Namespace] = append(iso.pods[w.Namespace], len(pods))
		iso.workloads = append(iso.workloads, w)
		pods = append(pods, w.Pod)
	}
	var namespaces []netpol.Namespace
	var policies []*networkingv1.NetworkPolicy
	for _, ns := range inv.Namespaces {
		namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		for _, np := range ns.Policies {
			iso.policies[ns.Name] = append(iso.policies[ns.Name], len(policies))
			policies = append(policies, np)
		}
	}
	iso.cluster = netpol.New(namespaces, pods, policies)
	return iso
}

// describe fills in what is known about the isolation of one namespace.
func (iso *isolation) describe(ns *inventory.Namespace, row *v1alpha1.NamespaceAudit) {
	row.NewPod = &v1alpha1.DirectionalPosture{
		Ingress: v1alpha1.Posture(iso.cluster.NewPodPosture(ns.Name, netpol.Ingress)),
		Egress:  v1alpha1.Posture(iso.cluster.NewPodPosture(ns.Name, netpol.Egress)),
	}
	row.Posture = &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureUnknown, Egress: v1alpha1.PostureUnknown}
	for i, p := range iso.policies[ns.Name] {
		summary := v1alpha1.PolicySummary{Name: ns.Policies[i].Name}
		for _, direction := range iso.cluster.Isolates(p) {
			summary.PolicyTypes = append(summary.PolicyTypes, policyTypes[direction])
		}
		if iso.podsKnown {
			selected := iso.cluster.Selected(p)
			total := selected.Pods + selected.HostNetwork
			summary.SelectedPods = &total
		}
		row.Policies = append(row.Policies, summary)
	}
	if !iso.podsKnown {
		return
	}
	counts := &v1alpha1.PodCounts{}
	var ingress, egress tally
	for _, pod := range iso.pods[ns.Name] {
		counts.Total++
		if iso.workloads[pod].HostNetwork {
			counts.HostNetwork++
			continue
		}
		ingress.add(iso.cluster.Posture(pod, netpol.Ingress))
		egress.add(iso.cluster.Posture(pod, netpol.Egress))
	}
	counts.SelectedIngress, counts.RestrictedIngress = ingress.selected(), ingress.restricted()
	counts.SelectedEgress, counts.RestrictedEgress = egress.selected(), egress.restricted()
	row.Pods = counts
	row.Posture = &v1alpha1.DirectionalPosture{
		Ingress: ingress.posture(counts, row.NewPod.Ingress),
		Egress:  egress.posture(counts, row.NewPod.Egress),
	}
}

var policyTypes = map[netpol.Direction]string{
	netpol.Ingress: string(networkingv1.PolicyTypeIngress),
	netpol.Egress:  string(networkingv1.PolicyTypeEgress),
}

// tally counts the pods of a namespace by posture in one direction.
type tally map[v1alpha1.Posture]int

func (t *tally) add(p netpol.Posture) {
	if *t == nil {
		*t = tally{}
	}
	(*t)[v1alpha1.Posture(p)]++
}

func (t tally) selected() int {
	return t[v1alpha1.PostureAllowAll] + t[v1alpha1.PostureClusterWide] + t.restricted()
}

func (t tally) restricted() int {
	return t[v1alpha1.PostureRestricted] + t[v1alpha1.PostureDenied]
}

// posture is the namespace's: all pods alike is that; open and allow-all is
// open; restricted and denied is restricted; any other mix is partial. Without
// pods it is what a new pod would get.
func (t tally) posture(counts *v1alpha1.PodCounts, newPod v1alpha1.Posture) v1alpha1.Posture {
	switch {
	case counts.Total == 0:
		return newPod
	case counts.Total == counts.HostNetwork:
		return v1alpha1.PostureNotApplicable
	case t[v1alpha1.PostureUnknown] > 0:
		return v1alpha1.PostureUnknown
	case len(t) == 1:
		for p := range t {
			return p
		}
	case t.only(v1alpha1.PostureOpen, v1alpha1.PostureAllowAll):
		return v1alpha1.PostureOpen
	case t.only(v1alpha1.PostureRestricted, v1alpha1.PostureDenied):
		return v1alpha1.PostureRestricted
	}
	return v1alpha1.PosturePartial
}

func (t tally) only(postures ...v1alpha1.Posture) bool {
	n := 0
	for _, p := range postures {
		if t[p] > 0 {
			n++
		}
	}
	return n == len(t)
}
