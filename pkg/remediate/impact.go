package remediate

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Impact is what policies that restrict would cut in namespaces that have none,
// as far as pods and Services tell: best effort, for whoever has to consent.
type Impact struct {
	// Pods counts the live pods that would newly be restricted.
	Pods int
	// PodsUnknown is why they could not be counted; nil where they were.
	PodsUnknown error
	// FromOutside are the Services of type LoadBalancer or NodePort that would no longer be reached from outside the cluster.
	FromOutside []string
	// FromNamespaces are the other Services that would no longer be reached from other namespaces.
	FromNamespaces []string
	// ServicesUnknown is why they could not be looked at; nil where they were.
	ServicesUnknown error
	// NoDNS says that a pod without labels would no longer reach the cluster's DNS.
	NoDNS bool
}

// ImpactOf computes what a set would cut in namespaces without NetworkPolicies.
func ImpactOf(inv *inventory.Inventory, namespaces []string, set baseline.Set) Impact {
	impact := Impact{PodsUnknown: inv.WorkloadsUnknown, ServicesUnknown: inv.ServicesUnknown}
	for _, e := range set.Effects() {
		impact.NoDNS = impact.NoDNS || e.Peer == baseline.PeerDNS && e.Extent == baseline.ExtentNone
	}
	if impact.PodsUnknown != nil {
		return impact
	}
	a := newAftermath(inv, namespaces, set)
	for i := range a.pods {
		if restricted(a.cluster.Posture(i, netpol.Ingress)) || restricted(a.cluster.Posture(i, netpol.Egress)) {
			impact.Pods++
		}
	}
	for i := range inv.Services {
		s := &inv.Services[i]
		if len(s.Selector) == 0 {
			continue // nobody knows here whom it means
		}
		exposed := s.Type == corev1.ServiceTypeLoadBalancer || s.Type == corev1.ServiceTypeNodePort
		switch name := s.Namespace + "/" + s.Name; {
		case exposed && a.cutOff(s, outside):
			impact.FromOutside = append(impact.FromOutside, name)
		case !exposed && a.cutOff(s, []netpol.Endpoint{netpol.AtPod(a.stranger)}):
			impact.FromNamespaces = append(impact.FromNamespaces, name)
		}
	}
	return impact
}

// restricted says that a posture cuts something off.
func restricted(p netpol.Posture) bool {
	return p == netpol.PostureClusterWide || p == netpol.PostureRestricted || p == netpol.PostureDenied
}

// outside are addresses that nobody has (RFC 5737, RFC 3849).
var outside = []netpol.Endpoint{
	netpol.AtAddress(netip.MustParseAddr("203.0.113.1")), netpol.AtAddress(netip.MustParseAddr("2001:db8::1")),
}

// aftermath is the namespaces with their policies.
type aftermath struct {
	cluster *netpol.Cluster
	// pods are the live pods, and behind them stranger: one of another namespace.
	pods     []netpol.Pod
	stranger int
	// in are the pods of each of the namespaces.
	in map[string][]int
}

// elsewhere is a namespace that no cluster has.
const elsewhere = "-"

func newAftermath(inv *inventory.Inventory, namespaces []string, set baseline.Set) aftermath {
	a := aftermath{in: map[string][]int{}}
	var policies []*networkingv1.NetworkPolicy
	for _, name := range namespaces {
		policies = append(policies, set.Policies(name)...)
		a.in[name] = nil
	}
	all := []netpol.Namespace{{Name: elsewhere}}
	for _, ns := range inv.Namespaces {
		all = append(all, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
	}
	for i := range inv.Workloads {
		pod := &inv.Workloads[i].Pod
		if pods, meant := a.in[pod.Namespace]; meant {
			a.in[pod.Namespace] = append(pods, len(a.pods))
			a.pods = append(a.pods, *pod)
		}
	}
	a.stranger = len(a.pods)
	a.cluster = netpol.New(all, append(slices.Clone(a.pods), netpol.Pod{Namespace: elsewhere, Name: "stranger"}), policies)
	return a
}

// cutOff says that none of the sources surely reaches a port of the Service any more, at any of its pods.
func (a aftermath) cutOff(s *inventory.Service, sources []netpol.Endpoint) bool {
	selector := labels.SelectorFromSet(s.Selector)
	for _, port := range s.Ports {
		served, reached := false, false
		for _, i := range a.in[s.Namespace] {
			pod := &a.pods[i]
			if pod.Finished || !selector.Matches(labels.Set(pod.Labels)) {
				continue
			}
			target := s.TargetPort(pod, port.Port, port.Protocol)
			if target == 0 {
				continue
			}
			served = true
			reached = reached || slices.ContainsFunc(sources, func(source netpol.Endpoint) bool {
				return a.cluster.Connect(source, netpol.AtPod(i), target, port.Protocol).Ingress.Verdict != netpol.Denied
			})
		}
		if served && !reached {
			return true
		}
	}
	return false
}
