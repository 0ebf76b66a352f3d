package netpol_test

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// naive is a second implementation, written from the API documentation alone: it loops over everything
// and shares no code with the package (nor with labels.Selector, or netip's prefixes).
type naive struct {
	namespaces []netpol.Namespace
	pods       []netpol.Pod
	policies   []*networkingv1.NetworkPolicy
}

// Truth in three values: min is "and", max is "or".
const (
	no = iota
	maybe
	yes
)

// naiveEnd is an end of a connection: a pod's index, or -1 and an address.
type naiveEnd struct {
	pod  int
	addr netip.Addr
}

func (e naiveEnd) endpoint() netpol.Endpoint {
	if e.pod >= 0 {
		return netpol.AtPod(e.pod)
	}
	return netpol.AtAddress(e.addr)
}

// seen is an end after looking it up.
type seen struct {
	pod   *netpol.Pod
	addrs []netip.Addr
}

func (n naive) see(e naiveEnd) seen {
	if e.pod >= 0 {
		p := &n.pods[e.pod]
		var addrs []netip.Addr
		has4, has6 := false, false
		for _, a := range p.IPs {
			a = a.Unmap()
			if a.Is4() && !has4 {
				addrs, has4 = append(addrs, a), true
			} else if a.Is6() && !has6 {
				addrs, has6 = append(addrs, a), true
			}
		}
		return seen{p, addrs}
	}
	for i := range n.pods {
		p := &n.pods[i]
		if p.Finished || p.HostNetwork {
			continue
		}
		for _, a := range n.see(naiveEnd{pod: i}).addrs {
			if a == e.addr.Unmap() {
				return seen{p, []netip.Addr{a}}
			}
		}
	}
	return seen{nil, []netip.Addr{e.addr.Unmap()}}
}

func (n naive) connect(from, to naiveEnd, port int32, protocol corev1.Protocol) int {
	src, dst := n.see(from), n.see(to)
	switch {
	case src.pod == nil && dst.pod == nil:
		return maybe
	case src.pod != nil && src.pod.Finished, dst.pod != nil && dst.pod.Finished:
		return no
	case src.pod == dst.pod:
		return yes
	}
	host := src.pod != nil && src.pod.HostNetwork || dst.pod != nil && dst.pod.HostNetwork
	if host || len(src.addrs) == 0 && len(dst.addrs) == 0 {
		return min(n.egress(src, dst, port, protocol), n.ingress(src, dst, port, protocol))
	}
	best, judged := no, false
	for _, is4 := range []bool{true, false} {
		keep := func(s seen) (seen, bool) {
			if len(s.addrs) == 0 {
				return s, true // unknown: it may have one
			}
			for _, a := range s.addrs {
				if a.Is4() == is4 {
					return seen{s.pod, []netip.Addr{a}}, true
				}
			}
			return s, false
		}
		s, sHas := keep(src)
		d, dHas := keep(dst)
		if sHas && dHas {
			best = max(best, min(n.egress(s, d, port, protocol), n.ingress(s, d, port, protocol)))
			judged = true
		}
	}
	if !judged {
		return min(n.egress(src, dst, port, protocol), n.ingress(src, dst, port, protocol))
	}
	return best
}

func (n naive) egress(src, dst seen, port int32, protocol corev1.Protocol) int {
	if src.pod == nil {
		return yes
	}
	if src.pod.HostNetwork {
		if len(n.isolating(src.pod, "Egress")) == 0 {
			return yes
		}
		return max(maybe, n.union(src.pod, "Egress", dst, dst, port, protocol))
	}
	return n.union(src.pod, "Egress", dst, dst, port, protocol)
}

func (n naive) ingress(src, dst seen, port int32, protocol corev1.Protocol) int {
	if dst.pod == nil || len(n.isolating(dst.pod, "Ingress")) == 0 {
		return yes
	}
	if src.pod == nil {
		for _, a := range dst.pod.HostIPs {
			if a.Unmap() == src.addrs[0] {
				return yes
			}
		}
	}
	fromHost := src.pod != nil && src.pod.HostNetwork
	nodesKnown := fromHost && src.pod.NodeName != "" && dst.pod.NodeName != ""
	if nodesKnown && src.pod.NodeName == dst.pod.NodeName {
		return yes
	}
	result := n.union(dst.pod, "Ingress", src, dst, port, protocol)
	if dst.pod.HostNetwork {
		return max(maybe, result)
	}
	if result == no && fromHost && !nodesKnown {
		return maybe
	}
	return result
}

// isolating lists the policies that select a pod in a direction, and how surely.
func (n naive) isolating(pod *netpol.Pod, direction networkingv1.PolicyType) map[*networkingv1.NetworkPolicy]int {
	found := map[*networkingv1.NetworkPolicy]int{}
	for _, p := range n.policies {
		if p == nil || p.Namespace != pod.Namespace || !hasType(p, direction) {
			continue
		}
		if m := selects(&p.Spec.PodSelector, pod.Labels, false); m != no {
			found[p] = m
		}
	}
	return found
}

func hasType(p *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) bool {
	if len(p.Spec.PolicyTypes) > 0 {
		return slices.Contains(p.Spec.PolicyTypes, direction)
	}
	return direction == "Ingress" || len(p.Spec.Egress) > 0
}

// union asks all policies, in every case of those that only may select.
func (n naive) union(subject *netpol.Pod, direction networkingv1.PolicyType, peer, dst seen, port int32, protocol corev1.Protocol) int {
	var doubtful []*networkingv1.NetworkPolicy
	var certain []*networkingv1.NetworkPolicy
	for p, m := range n.isolating(subject, direction) {
		if m == yes {
			certain = append(certain, p)
		} else {
			doubtful = append(doubtful, p)
		}
	}
	all, none := true, true
	for mask := range 1 << len(doubtful) {
		chosen := slices.Clone(certain)
		for i, p := range doubtful {
			if mask&(1<<i) != 0 {
				chosen = append(chosen, p)
			}
		}
		result := no
		if len(chosen) == 0 {
			result = yes
		}
		for _, p := range chosen {
			for _, r := range rulesOf(p, direction) {
				result = max(result, min(n.peersMatch(p, r, peer), portsMatch(r, dst, direction, port, protocol)))
			}
		}
		all, none = all && result == yes, none && result == no
	}
	switch {
	case all:
		return yes
	case none:
		return no
	default:
		return maybe
	}
}

// naiveRule is an ingress or egress rule.
type naiveRule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rulesOf(p *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) []naiveRule {
	var rules []naiveRule
	if direction == "Ingress" {
		for _, r := range p.Spec.Ingress {
			rules = append(rules, naiveRule{r.From, r.Ports})
		}
	} else {
		for _, r := range p.Spec.Egress {
			rules = append(rules, naiveRule{r.To, r.Ports})
		}
	}
	return rules
}

func (n naive) peersMatch(p *networkingv1.NetworkPolicy, r naiveRule, peer seen) int {
	if len(r.peers) == 0 {
		return yes
	}
	host := peer.pod != nil && peer.pod.HostNetwork
	addrs := peer.addrs
	if host {
		addrs = nil
		for _, a := range slices.Concat(peer.pod.IPs, peer.pod.HostIPs) {
			addrs = append(addrs, a.Unmap())
		}
	}
	if (host || len(addrs) == 0) && holdsEveryAddress([]naiveRule{r}) {
		return yes
	}
	result := no
	for _, item := range r.peers {
		m := n.peerMatches(p, item, peer.pod, addrs)
		if host {
			m = min(m, maybe)
		}
		result = max(result, m)
	}
	return result
}

func (n naive) peerMatches(p *networkingv1.NetworkPolicy, item networkingv1.NetworkPolicyPeer, pod *netpol.Pod, addrs []netip.Addr) int {
	hasSelector := item.PodSelector != nil || item.NamespaceSelector != nil
	switch {
	case item.IPBlock == nil && !hasSelector, item.IPBlock != nil && hasSelector:
		return maybe
	case item.IPBlock != nil:
		if len(addrs) == 0 {
			return maybe
		}
		result := no
		for _, a := range addrs {
			result = max(result, holds(item.IPBlock, a))
		}
		return result
	case pod == nil:
		return no
	}
	result := yes
	if item.NamespaceSelector == nil {
		if pod.Namespace != p.Namespace {
			return no
		}
	} else {
		labels, unknown := n.namespaceLabels(pod.Namespace)
		result = selects(item.NamespaceSelector, labels, unknown)
	}
	if item.PodSelector != nil {
		result = min(result, selects(item.PodSelector, pod.Labels, false))
	}
	return result
}

func (n naive) namespaceLabels(name string) (labels map[string]string, unknown bool) {
	labels, unknown = map[string]string{}, true
	for _, ns := range n.namespaces {
		if ns.Name == name {
			unknown = ns.LabelsUnknown
			if !unknown {
				for k, v := range ns.Labels {
					labels[k] = v
				}
			}
			break
		}
	}
	labels["kubernetes.io/metadata.name"] = name
	return labels, unknown
}
