package baseline

import (
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// DNS is where the pods of a cluster ask for names, as rules of policies name
// it. The zero value is a cluster of which nothing is known: the places by
// convention.
type DNS struct {
	service *inventory.Service
	// pods are the live pods behind the Service, as far as they are known.
	pods []inventory.Workload
}

// DNSOf takes from an inventory what it knows of the cluster's DNS.
func DNSOf(inv *inventory.Inventory) DNS {
	d := DNS{service: inv.DNS.Service}
	if d.service == nil || len(d.service.Selector) == 0 {
		return d
	}
	selector := labels.SelectorFromSet(d.service.Selector)
	for _, list := range [][]inventory.Workload{inv.DNS.Pods, inv.Workloads} {
		for _, w := range list {
			if w.Namespace == d.service.Namespace && !w.Finished && selector.Matches(labels.Set(w.Labels)) {
				d.pods = append(d.pods, w)
			}
		}
	}
	return d
}

// String says where names are asked for.
func (d DNS) String() string {
	if d.service == nil {
		return "by convention (kube-system, openshift-dns)"
	}
	return fmt.Sprintf("Service %s/%s", d.service.Namespace, d.service.Name)
}

// Known says that the cluster's own DNS Service was found.
func (d DNS) Known() bool { return d.service != nil }

// wellKnownDNS are addresses on the node or beyond it, which no selector
// reaches. They are always named, so that a node-local cache that is installed
// later does not cut the pods off.
var wellKnownDNS = []netip.Addr{inventory.NodeLocalDNSAddress, inventory.CloudDNSAddress}

// rules are the rules of egress that let queries out: to the pods behind the
// Service, at their own port; and to the addresses that are no pod's, or that a
// plugin may judge before they are translated to one.
func (d DNS) rules() []networkingv1.NetworkPolicyEgressRule {
	var rules []networkingv1.NetworkPolicyEgressRule
	if d.service == nil || len(d.service.Selector) == 0 {
		rules = conventionalPods()
	} else {
		rules = []networkingv1.NetworkPolicyEgressRule{{
			To:    podsOf(d.service.Namespace, metav1.LabelSelector{MatchLabels: d.service.Selector}),
			Ports: d.podPorts(),
		}}
	}
	return append(rules, networkingv1.NetworkPolicyEgressRule{To: d.addresses(), Ports: portsAt(inventory.DNSPort)})
}

// conventionalPods are those that serve DNS where nobody says otherwise: kubeadm, EKS, GKE, AKS, k3s and kops label them
// k8s-app=kube-dns, some charts k8s-app=coredns; OpenShift's have a namespace, a label and a port of their own.
func conventionalPods() []networkingv1.NetworkPolicyEgressRule {
	return []networkingv1.NetworkPolicyEgressRule{
		{
			To: podsOf("kube-system", metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
				{Key: "k8s-app", Operator: metav1.LabelSelectorOpIn, Values: []string{"coredns", "kube-dns"}},
			}}),
			Ports: portsAt(inventory.DNSPort),
		},
		{
			To: podsOf("openshift-dns", metav1.LabelSelector{
				MatchLabels: map[string]string{"dns.operator.openshift.io/daemonset-dns": "default"},
			}),
			Ports: portsAt(inventory.OpenShiftDNSPort),
		},
	}
}

// podsOf are the pods of one namespace.
func podsOf(namespace string, pods metav1.LabelSelector) []networkingv1.NetworkPolicyPeer {
	return []networkingv1.NetworkPolicyPeer{{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}},
		PodSelector:       &pods,
	}}
}

func portsAt(port int32) []networkingv1.NetworkPolicyPort {
	ports := make([]networkingv1.NetworkPolicyPort, len(inventory.DNSProtocols))
	for i, protocol := range inventory.DNSProtocols {
		ports[i] = portOf(protocol, intstr.FromInt32(port))
	}
	return ports
}

func portOf(protocol corev1.Protocol, port intstr.IntOrString) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: &port}
}

// podPorts are the target ports at the pods behind the Service. A name is
// written as its number, which every plugin understands, where a pod tells it.
func (d DNS) podPorts() []networkingv1.NetworkPolicyPort {
	var ports []networkingv1.NetworkPolicyPort
	for _, protocol := range inventory.DNSProtocols {
		var numbers []int32
		for i := range d.pods {
			if port := d.service.TargetPort(&d.pods[i].Pod, inventory.DNSPort, protocol); port != 0 && !slices.Contains(numbers, port) {
				numbers = append(numbers, port)
			}
		}
		slices.Sort(numbers)
		for _, port := range numbers {
			ports = append(ports, portOf(protocol, intstr.FromInt32(port)))
		}
		if target, served := d.service.Target(inventory.DNSPort, protocol); len(numbers) == 0 && served {
			ports = append(ports, portOf(protocol, target))
		}
	}
	if len(ports) == 0 {
		return portsAt(inventory.DNSPort)
	}
	return ports
}

// addresses are those of the Service and the well-known ones, each as a block of one address.
func (d DNS) addresses() []networkingv1.NetworkPolicyPeer {
	addrs := slices.Clone(wellKnownDNS)
	if d.service != nil {
		addrs = append(addrs, d.service.IPs...)
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	var peers []networkingv1.NetworkPolicyPeer
	for _, addr := range slices.Compact(addrs) {
		block := netip.PrefixFrom(addr, addr.BitLen()).String()
		peers = append(peers, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: block}})
	}
	return peers
}
