package audit_test

import (
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// The generators draw from small pools, so that selectors meet labels and blocks hold addresses.

func pick[T any](t *rapid.T, from ...T) T { return rapid.SampledFrom(from).Draw(t, "pick") }

func oneIn(t *rapid.T, n int) bool { return rapid.IntRange(1, n).Draw(t, "one in") == n }

// drawInventory draws two namespaces of a cluster, the pods in them, and policies.
func drawInventory(t *rapid.T) *inventory.Inventory {
	inv := &inventory.Inventory{Whole: true, Source: v1alpha1.Source{Kind: pick(t, v1alpha1.SourceCluster, v1alpha1.SourceManifests)}}
	for i, name := range []string{"a", "b"} {
		ns := &inventory.Namespace{Name: name, Declared: !oneIn(t, 5), Labels: drawLabels(t, "team", "app")}
		ns.Labels[corev1.LabelMetadataName] = name
		inv.Namespaces = append(inv.Namespaces, ns)
		for j := range rapid.IntRange(0, 5).Draw(t, "pods") {
			inv.Workloads = append(inv.Workloads, drawWorkload(t, name, 10*i+j))
		}
		for j := range rapid.IntRange(0, 4).Draw(t, "policies") {
			ns.Policies = append(ns.Policies, drawPolicy(t, name, fmt.Sprint("p", j)))
		}
	}
	return inv
}

func drawLabels(t *rapid.T, keys ...string) map[string]string {
	labels := map[string]string{}
	for _, key := range keys {
		if value := pick(t, "", "x", "x", "y"); value != "" {
			labels[key] = value
		}
	}
	return labels
}

func drawWorkload(t *rapid.T, namespace string, i int) inventory.Workload {
	w := inventory.Workload{Kind: "pod", Name: fmt.Sprint("pod", i), DNSPolicy: pick(t, corev1.DNSClusterFirst, corev1.DNSClusterFirst, "", corev1.DNSDefault)}
	w.Pod = netpol.Pod{Namespace: namespace, Name: "pod/" + w.Name, Labels: drawLabels(t, "app", "tier"), HostNetwork: oneIn(t, 8), Finished: oneIn(t, 12)}
	if !oneIn(t, 5) {
		w.IPs = []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)})}
	}
	for range rapid.IntRange(0, 2).Draw(t, "container ports") {
		w.Ports = append(w.Ports, netpol.ContainerPort{Name: pick(t, "http", "dns"), Port: pick[int32](t, 80, 53), Protocol: pick(t, corev1.ProtocolTCP, corev1.ProtocolUDP)})
	}
	return w
}

func drawPolicy(t *rapid.T, namespace, name string) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	np.Spec.PodSelector = drawSelector(t, "app", "tier")
	np.Spec.PolicyTypes = pick(t, nil, []networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"})
	for range rapid.IntRange(0, 3).Draw(t, "ingress rules") {
		np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: drawPeers(t), Ports: drawPorts(t)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "egress rules") {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: drawPeers(t), Ports: drawPorts(t)})
	}
	return np
}

func drawSelector(t *rapid.T, keys ...string) metav1.LabelSelector {
	var s metav1.LabelSelector
	if oneIn(t, 3) {
		return s
	}
	if rapid.Bool().Draw(t, "matchLabels") {
		s.MatchLabels = map[string]string{pick(t, keys...): pick(t, "x", "y")}
	}
	if rapid.Bool().Draw(t, "matchExpressions") {
		r := metav1.LabelSelectorRequirement{Key: pick(t, keys...), Operator: pick(t, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)}
		if r.Operator == metav1.LabelSelectorOpIn || r.Operator == metav1.LabelSelectorOpNotIn {
			r.Values = pick(t, []string{"x"}, []string{"y"}, []string{"x", "y"})
		}
		s.MatchExpressions = append(s.MatchExpressions, r)
	}
	return s
}

func block(cidr string, except ...string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr, Except: except}}
}

func drawPeers(t *rapid.T) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	switch rapid.IntRange(0, 5).Draw(t, "peers") {
	case 0, 1:
		return nil
	case 2:
		return []networkingv1.NetworkPolicyPeer{block("::/0"), block("0.0.0.0/0")}
	case 3:
		return []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}
	}
	for range rapid.IntRange(1, 2).Draw(t, "number of peers") {
		podSelector, namespaceSelector := drawSelector(t, "app", "tier"), drawSelector(t, "team", "app")
		peers = append(peers, pick(t,
			networkingv1.NetworkPolicyPeer{PodSelector: &podSelector},
			networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaceSelector},
			networkingv1.NetworkPolicyPeer{PodSelector: &podSelector, NamespaceSelector: &namespaceSelector},
			block("0.0.0.0/1"), block("128.0.0.0/1"), block("10.0.0.0/30"), block("0.0.0.0/0", "10.0.0.1/32")))
	}
	return peers
}

func drawPorts(t *rapid.T) []networkingv1.NetworkPolicyPort {
	var ports []networkingv1.NetworkPolicyPort
	if rapid.Bool().Draw(t, "every port") {
		return nil
	}
	if oneIn(t, 3) {
		for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
			ports = append(ports, networkingv1.NetworkPolicyPort{Protocol: &protocol})
		}
		return ports
	}
	for range rapid.IntRange(1, 2).Draw(t, "ports") {
		port, protocol := pick(t, intstr.FromInt32(80), intstr.FromInt32(53), intstr.FromString("http"), intstr.FromString("dns")), pick(t, corev1.ProtocolTCP, corev1.ProtocolUDP)
		ports = append(ports, networkingv1.NetworkPolicyPort{Port: &port, Protocol: &protocol})
	}
	return ports
}

// allowAllPolicy allows everything in some directions to the pods that it selects.
func allowAllPolicy(t *rapid.T, namespace string) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "allow-all"}}
	np.Spec.PodSelector = drawSelector(t, "app", "tier")
	np.Spec.PolicyTypes = pick(t, []networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"})
	np.Spec.Ingress, np.Spec.Egress = []networkingv1.NetworkPolicyIngressRule{{}}, []networkingv1.NetworkPolicyEgressRule{{}}
	return np
}

// copied is an inventory whose lists can be changed without changing the other's.
func copied(inv *inventory.Inventory) *inventory.Inventory {
	other := *inv
	other.Workloads, other.Namespaces = slices.Clone(inv.Workloads), nil
	for _, ns := range inv.Namespaces {
		n := *ns
		n.Policies = slices.Clone(ns.Policies)
		other.Namespaces = append(other.Namespaces, &n)
	}
	return &other
}

// indexed is an inventory with an index of its own, that no rule made: its live pods, and all policies.
type indexed struct {
	*netpol.Cluster
	pods     []netpol.Pod
	policies []*networkingv1.NetworkPolicy
}

func index(inv *inventory.Inventory) indexed {
	var x indexed
	var namespaces []netpol.Namespace
	for _, ns := range inv.Namespaces {
		namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		x.policies = append(x.policies, ns.Policies...)
	}
	for _, w := range inv.Workloads {
		if !w.Finished && !w.Owned {
			x.pods = append(x.pods, w.Pod)
		}
	}
	x.Cluster = netpol.New(namespaces, x.pods, x.policies)
	return x
}

var directions = []netpol.Direction{netpol.Ingress, netpol.Egress}

// postures are those of each pod, by its name and the direction.
func postures(inv *inventory.Inventory) map[string]netpol.Posture {
	x := index(inv)
	all := map[string]netpol.Posture{}
	for i, pod := range x.pods {
		for _, d := range directions {
			all[fmt.Sprintf("%s/%s %s", pod.Namespace, pod.Name, d)] = x.Posture(i, d)
		}
	}
	return all
}

func report(inv *inventory.Inventory) *v1alpha1.AuditReport {
	return audit.Run(inv, audit.Options{Now: now})
}
