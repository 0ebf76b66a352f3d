package netpol_test

import (
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// The generators draw from small pools, so that selectors meet labels, blocks hold addresses and ports have names.
var (
	podKeys    = []string{"app", "tier"}
	podValues  = []string{"web", "db"}
	spaceKeys  = []string{"team", "team", "kubernetes.io/metadata.name"}
	spaceNames = []string{"a", "b", "c"}
	lived      = []string{"a", "a", "a", "b", "b", "c"} // so that policies and pods meet
	portNames  = []string{"http", "dns", "http", "dns", "none"}
	numbers    = []int32{80, 81, 53, 8080, 1, 65535}
	ourBlocks  = []string{
		"10.0.0.0/24", "10.0.0.0/30", "10.0.0.1/32", "10.0.0.2/32", "fd00::/64", "fd00::1/128", "fd00::/126",
		"10.1.2.3/8", "010.0.0.0/8", "192.168.0.0/16", "192.168.0.1/32", "203.0.113.0/24", "::ffff:10.0.0.0/104",
	}
	everyBlocks = []string{"0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"}
	badBlocks   = []string{"bogus", "10.0.0.0/33", "", "10.0.0.1", "::/129"}
)

// oneIn is true once in n times.
func oneIn(t *rapid.T, n int, label string) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

func pick[T any](t *rapid.T, from []T, label string) T { return rapid.SampledFrom(from).Draw(t, label) }

func drawCluster(t *rapid.T) naive {
	var n naive
	for _, name := range spaceNames {
		if oneIn(t, 3, "undeclared") {
			continue
		}
		ns := netpol.Namespace{Name: name, Labels: drawLabels(t, []string{"team", "env"}, []string{"a", "b"})}
		ns.LabelsUnknown = oneIn(t, 8, "labels unknown")
		if oneIn(t, 10, "lies about its name") {
			ns.Labels["kubernetes.io/metadata.name"] = "b"
		}
		n.namespaces = append(n.namespaces, ns)
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "pods") {
		n.pods = append(n.pods, drawPod(t, i))
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "policies") {
		if oneIn(t, 30, "nil policy") {
			n.policies = append(n.policies, nil)
			continue
		}
		n.policies = append(n.policies, drawPolicy(t, i))
	}
	return n
}

func drawLabels(t *rapid.T, keys, values []string) map[string]string {
	labels := map[string]string{}
	for _, key := range keys {
		if rapid.Bool().Draw(t, "has "+key) {
			labels[key] = pick(t, values, key)
		}
	}
	return labels
}

func drawPod(t *rapid.T, i int) netpol.Pod {
	p := netpol.Pod{
		Namespace: pick(t, lived, "namespace"), Name: fmt.Sprint("pod", i), Labels: drawLabels(t, podKeys, podValues),
		NodeName: pick(t, []string{"n1", "n1", "n2", ""}, "node"), HostNetwork: oneIn(t, 8, "host network"), Finished: oneIn(t, 12, "finished"),
	}
	if p.NodeName != "" && !oneIn(t, 6, "host IP unknown") {
		p.HostIPs = []netip.Addr{netip.MustParseAddr("192.168.0." + p.NodeName[1:])}
	}
	ipv4, ipv6 := netip.MustParseAddr(fmt.Sprint("10.0.0.", i+1)), netip.MustParseAddr(fmt.Sprint("fd00::", i+1))
	if oneIn(t, 12, "address of another") {
		ipv4 = netip.MustParseAddr("10.0.0.1")
	}
	switch rapid.IntRange(0, 9).Draw(t, "addresses") {
	case 0, 1, 2:
		p.IPs = []netip.Addr{ipv4}
	case 3:
		p.IPs = []netip.Addr{ipv6}
	case 4, 5, 7:
		p.IPs = []netip.Addr{ipv6, ipv4}
	case 6:
		p.IPs = []netip.Addr{netip.AddrFrom16(ipv4.As16())}
	}
	if p.HostNetwork && !oneIn(t, 4, "own address") {
		p.IPs = p.HostIPs
	}
	for range rapid.IntRange(0, 3).Draw(t, "container ports") {
		p.Ports = append(p.Ports, netpol.ContainerPort{
			Name: pick(t, []string{"http", "dns", ""}, "port name"), Port: pick(t, numbers, "container port"),
			Protocol: pick(t, []corev1.Protocol{"TCP", "TCP", "", "UDP", "SCTP"}, "container protocol"),
		})
	}
	return p
}

func drawPolicy(t *rapid.T, i int) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: pick(t, lived, "policy namespace"), Name: fmt.Sprint("policy", i)}}
	p.Spec.PodSelector = drawSelector(t, podKeys, podValues)
	p.Spec.PolicyTypes = pick(t, [][]networkingv1.PolicyType{
		nil, nil, {"Ingress"}, {"Egress"}, {"Ingress", "Egress"}, {"Ingress", "Egress"}, {}, {"Bogus"},
	}, "policyTypes")
	for range rapid.IntRange(0, 3).Draw(t, "ingress rules") {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: drawPeers(t), Ports: drawPorts(t)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "egress rules") {
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: drawPeers(t), Ports: drawPorts(t)})
	}
	if p.Spec.Egress == nil && rapid.Bool().Draw(t, "egress: []") {
		p.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{}
	}
	return p
}

func drawSelector(t *rapid.T, keys, values []string) metav1.LabelSelector {
	var s metav1.LabelSelector
	if oneIn(t, 3, "empty selector") {
		return s
	}
	if rapid.Bool().Draw(t, "matchLabels") {
		s.MatchLabels = map[string]string{pick(t, keys, "key"): pick(t, values, "value")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "expressions") {
		r := metav1.LabelSelectorRequirement{
			Key:      pick(t, keys, "key"),
			Operator: pick(t, []metav1.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist", "Exists"}, "operator"),
		}
		if r.Operator == "In" || r.Operator == "NotIn" {
			r.Values = pick(t, [][]string{values[:1], values[1:], values}, "values")
		}
		if oneIn(t, 12, "invalid requirement") {
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				r.Operator = "Bogus"
			case 1:
				r.Operator, r.Values = "In", nil
			case 2:
				r.Operator, r.Values = "Exists", values
			case 3:
				r.Key = "no key!"
			}
		}
		s.MatchExpressions = append(s.MatchExpressions, r)
	}
	return s
}

func drawPeers(t *rapid.T) []networkingv1.NetworkPolicyPeer {
	if oneIn(t, 4, "no peers") {
		return pick(t, [][]networkingv1.NetworkPolicyPeer{nil, {}}, "nil or empty")
	}
	var peers []networkingv1.NetworkPolicyPeer
	if oneIn(t, 6, "every address") {
		for _, cidr := range pick(t, [][]string{{"0.0.0.0/0", "::/0"}, {"0.0.0.0/1", "128.0.0.0/1", "::/0"}, {"::/1", "8000::/1", "0.0.0.0/0"}}, "written as") {
			b := &networkingv1.IPBlock{CIDR: cidr}
			if oneIn(t, 3, "hole") {
				b.Except = []string{pick(t, ourBlocks, "hole")}
				if rapid.Bool().Draw(t, "hole filled") {
					peers = append(peers, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: b.Except[0]}})
				}
			}
			peers = append(peers, networkingv1.NetworkPolicyPeer{IPBlock: b})
		}
		return peers
	}
	for range rapid.IntRange(1, 3).Draw(t, "peers") {
		peers = append(peers, drawPeer(t))
	}
	return peers
}

func drawPeer(t *rapid.T) networkingv1.NetworkPolicyPeer {
	var p networkingv1.NetworkPolicyPeer
	podSelector := func() *metav1.LabelSelector { s := drawSelector(t, podKeys, podValues); return &s }
	namespaceSelector := func() *metav1.LabelSelector { s := drawSelector(t, spaceKeys, spaceNames); return &s }
	switch rapid.IntRange(0, 9).Draw(t, "peer") {
	case 0:
		p.PodSelector = podSelector()
	case 1, 2:
		p.NamespaceSelector = namespaceSelector()
	case 3, 4, 5:
		p.PodSelector, p.NamespaceSelector = podSelector(), namespaceSelector()
	default:
		p.IPBlock = drawBlock(t)
	}
	if oneIn(t, 40, "empty or overfull") {
		p.IPBlock = pick(t, []*networkingv1.IPBlock{nil, {CIDR: "10.0.0.0/8"}}, "block")
		p.PodSelector = nil
	}
	return p
}

func drawBlock(t *rapid.T) *networkingv1.IPBlock {
	cidrs := slices.Concat(ourBlocks, everyBlocks, everyBlocks)
	b := &networkingv1.IPBlock{CIDR: pick(t, cidrs, "cidr")}
	for range rapid.IntRange(0, 2).Draw(t, "excepts") {
		b.Except = append(b.Except, pick(t, cidrs, "except"))
	}
	if oneIn(t, 25, "unreadable cidr") {
		b.CIDR = pick(t, badBlocks, "bad cidr")
	}
	if oneIn(t, 25, "unreadable except") {
		b.Except = append(b.Except, pick(t, badBlocks, "bad except"))
	}
	return b
}

func drawPorts(t *rapid.T) []networkingv1.NetworkPolicyPort {
	if rapid.Bool().Draw(t, "no ports") {
		return pick(t, [][]networkingv1.NetworkPolicyPort{nil, {}}, "nil or empty")
	}
	protocol := func(p corev1.Protocol) *corev1.Protocol { return &p }
	number := func(n int32) *intstr.IntOrString { v := intstr.FromInt32(n); return &v }
	if oneIn(t, 6, "every port") {
		var ports []networkingv1.NetworkPolicyPort
		for _, p := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
			end := int32(65535)
			switch rapid.IntRange(0, 3).Draw(t, "written as") {
			case 0:
				ports = append(ports, networkingv1.NetworkPolicyPort{Protocol: &p})
			case 1:
				ports = append(ports, networkingv1.NetworkPolicyPort{Protocol: &p, Port: number(1), EndPort: &end})
			case 2:
				half := int32(80)
				ports = append(ports, networkingv1.NetworkPolicyPort{Protocol: &p, Port: number(1), EndPort: &half},
					networkingv1.NetworkPolicyPort{Protocol: &p, Port: number(81), EndPort: &end})
			case 3:
				ports = append(ports, networkingv1.NetworkPolicyPort{Protocol: &p, Port: number(81), EndPort: &end})
			}
		}
		return ports
	}
	var ports []networkingv1.NetworkPolicyPort
	for range rapid.IntRange(1, 3).Draw(t, "ports") {
		var p networkingv1.NetworkPolicyPort
		p.Protocol = pick(t, []*corev1.Protocol{nil, nil, protocol("TCP"), protocol("UDP"), protocol("SCTP"), protocol("UDP"), protocol("ICMP"), protocol("")}, "protocol")
		switch rapid.IntRange(0, 6).Draw(t, "port") {
		case 0:
		case 1, 2:
			p.Port = number(pick(t, numbers, "number"))
		case 3, 4:
			first := pick(t, numbers, "first")
			end := pick(t, []int32{first, first + 1, 81, 8080, 65535}, "endPort")
			p.Port, p.EndPort = number(first), &end
		default:
			name := intstr.FromString(pick(t, portNames, "name"))
			p.Port = &name
		}
		if oneIn(t, 20, "unreadable port") {
			end := int32(90)
			q := pick(t, []networkingv1.NetworkPolicyPort{
				{EndPort: &end}, {Port: number(0)}, {Port: number(70000)}, {Port: number(100), EndPort: &end},
				{Port: &intstr.IntOrString{Type: intstr.String, StrVal: "80"}}, {Port: &intstr.IntOrString{Type: intstr.String}},
				{Port: &intstr.IntOrString{Type: intstr.String, StrVal: "http"}, EndPort: &end}, {Port: &intstr.IntOrString{Type: intstr.String, StrVal: "HTTP"}},
			}, "unreadable")
			p.Port, p.EndPort = q.Port, q.EndPort
		}
		ports = append(ports, p)
	}
	return ports
}

// ends are all that is worth asking about in a cluster: its pods, their addresses, those of nodes, and the outside.
func (n naive) ends() []naiveEnd {
	var ends []naiveEnd
	for i, p := range n.pods {
		ends = append(ends, naiveEnd{pod: i})
		for _, a := range p.IPs {
			ends = append(ends, naiveEnd{pod: -1, addr: a})
		}
	}
	for _, a := range []string{"192.168.0.1", "192.168.0.2", "203.0.113.9", "2001:db8::9", "::ffff:203.0.113.9", "10.0.0.77"} {
		ends = append(ends, naiveEnd{pod: -1, addr: netip.MustParseAddr(a)})
	}
	return ends
}

// ports are all numbers at which an answer could change.
func (n naive) ports() []int32 {
	ports := []int32{1, 2, 65534, 65535}
	add := func(list []networkingv1.NetworkPolicyPort) {
		for _, p := range list {
			if p.Port != nil {
				ports = append(ports, p.Port.IntVal, p.Port.IntVal-1, p.Port.IntVal+1)
			}
			if p.EndPort != nil {
				ports = append(ports, *p.EndPort, *p.EndPort-1, *p.EndPort+1)
			}
		}
	}
	for _, p := range n.policies {
		if p == nil {
			continue
		}
		for _, r := range p.Spec.Ingress {
			add(r.Ports)
		}
		for _, r := range p.Spec.Egress {
			add(r.Ports)
		}
	}
	for _, p := range n.pods {
		for _, c := range p.Ports {
			ports = append(ports, c.Port, c.Port-1, c.Port+1)
		}
	}
	ports = slices.DeleteFunc(ports, func(p int32) bool { return p < 1 || p > 65535 })
	slices.Sort(ports)
	return slices.Compact(ports)
}
