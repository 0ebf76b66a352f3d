package otherpolicy

import (
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// The two versions of the API say the same in types of their own. "old" is v1alpha1, "new" is v1alpha2.

func oldSubject(s *v1alpha1.AdminNetworkPolicySubject) *adminPolicy {
	return &adminPolicy{namespaces: s.Namespaces, pods: oldPods(s.Pods)}
}

func oldPods(pods *v1alpha1.NamespacedPod) *adminPods {
	if pods == nil {
		return nil
	}
	return &adminPods{&pods.NamespaceSelector, &pods.PodSelector}
}

func newPods(pods *v1alpha2.NamespacedPod) *adminPods {
	if pods == nil {
		return nil
	}
	return &adminPods{&pods.NamespaceSelector, &pods.PodSelector}
}

func oldIngressPeers(from []v1alpha1.AdminNetworkPolicyIngressPeer) []adminPeer {
	var peers []adminPeer
	for _, f := range from {
		peers = append(peers, adminPeer{namespaces: f.Namespaces, pods: oldPods(f.Pods)})
	}
	return peers
}

// oldRule takes a rule of v1alpha1.
//
// API: "If Ports is not set then the rule does not filter traffic via port." The protocol of ports defaults to TCP.
func oldRule(action string, ports *[]v1alpha1.AdminNetworkPolicyPort, peers []adminPeer) adminRule {
	r := adminRule{action: adminActions[action], peers: peers}
	if ports == nil {
		r.whole, r.kept = true, [protocols]bool{true, true}
		return r
	}
	for _, p := range *ports {
		if p.PortRange != nil && manyPorts(p.PortRange.Start, p.PortRange.End) {
			r.kept[tcp] = r.kept[tcp] || p.PortRange.Protocol == corev1.ProtocolTCP || p.PortRange.Protocol == ""
			r.kept[udp] = r.kept[udp] || p.PortRange.Protocol == corev1.ProtocolUDP
		}
	}
	return r
}

// newRule takes a rule of v1alpha2.
//
// API: "Protocols allows for more fine-grain matching of traffic on protocol-specific attributes such as the port. If
// unspecified, protocol-specific attributes will not be used to match traffic."
func newRule(action string, given []v1alpha2.ClusterNetworkPolicyProtocol, peers []adminPeer) adminRule {
	r := adminRule{action: adminActions[action], peers: peers}
	if len(given) == 0 {
		r.whole, r.kept = true, [protocols]bool{true, true}
		return r
	}
	many := func(port *v1alpha2.Port) bool {
		return port == nil || port.Range != nil && manyPorts(port.Range.Start, port.Range.End)
	}
	for _, p := range given {
		r.kept[tcp] = r.kept[tcp] || p.TCP != nil && many(p.TCP.DestinationPort)
		r.kept[udp] = r.kept[udp] || p.UDP != nil && many(p.UDP.DestinationPort)
	}
	return r
}

// manyPorts says that a range is at least a quarter of all ports: a few of them may be all.
func manyPorts(first, last int32) bool { return last-first >= 1<<14 }

func texts[T ~string](from []T) []string {
	var all []string
	for _, t := range from {
		all = append(all, string(t))
	}
	return all
}
