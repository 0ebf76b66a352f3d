package netpol_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

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
		return maybe
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
	if dst.pod.HostNetwork {
		return maybe
	}
	result := n.union(dst.pod, "Ingress", src, dst, port, protocol)
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

var (
	labelValue  = regexp.MustCompile(`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`)
	labelKey    = regexp.MustCompile(`^([a-z0-9.-]+/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	naiveLetter = regexp.MustCompile(`[a-z]`)
	portName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// selects says whether a selector matches labels; unknown: only kubernetes.io/metadata.name is known.
func selects(s *metav1.LabelSelector, labels map[string]string, unknown bool) int {
	var requirements []metav1.LabelSelectorRequirement
	for k, v := range s.MatchLabels {
		requirements = append(requirements, metav1.LabelSelectorRequirement{Key: k, Operator: "In", Values: []string{v}})
	}
	requirements = append(requirements, s.MatchExpressions...)
	for _, r := range requirements {
		valid := labelKey.MatchString(r.Key)
		switch r.Operator {
		case "In", "NotIn":
			valid = valid && len(r.Values) > 0
		case "Exists", "DoesNotExist":
			valid = valid && len(r.Values) == 0
		default:
			valid = false
		}
		for _, v := range r.Values {
			valid = valid && labelValue.MatchString(v)
		}
		if !valid {
			return maybe
		}
	}
	result := yes
	for _, r := range requirements {
		value, present := labels[r.Key]
		if unknown && r.Key != "kubernetes.io/metadata.name" {
			result = min(result, maybe)
			continue
		}
		var ok bool
		switch r.Operator {
		case "In":
			ok = present && slices.Contains(r.Values, value)
		case "NotIn":
			ok = !present || !slices.Contains(r.Values, value)
		case "Exists":
			ok = present
		case "DoesNotExist":
			ok = !present
		}
		if !ok {
			result = no
		}
	}
	return result
}

func portsMatch(r naiveRule, dst seen, _ networkingv1.PolicyType, port int32, protocol corev1.Protocol) int {
	if len(r.ports) == 0 {
		return yes
	}
	result := no
	for _, p := range r.ports {
		result = max(result, portMatches(p, dst.pod, port, protocol))
	}
	return result
}

func portMatches(p networkingv1.NetworkPolicyPort, dst *netpol.Pod, port int32, protocol corev1.Protocol) int {
	wanted := corev1.Protocol("TCP")
	if p.Protocol != nil {
		wanted = *p.Protocol
	}
	if wanted != "TCP" && wanted != "UDP" && wanted != "SCTP" || wanted != protocol {
		return no
	}
	switch {
	case p.Port == nil && p.EndPort == nil:
		return yes
	case p.Port == nil:
		return maybe
	case p.Port.Type == intstr.String:
		name := p.Port.StrVal
		if p.EndPort != nil || len(name) > 15 || !portName.MatchString(name) || !naiveLetter.MatchString(name) || strings.Contains(name, "--") {
			return maybe
		}
		if dst == nil {
			return no
		}
		for _, c := range dst.Ports {
			has := c.Protocol
			if has == "" {
				has = "TCP"
			}
			if c.Name == name && has == wanted && c.Port == port {
				if dst.HostNetwork {
					return maybe
				}
				return yes
			}
		}
		return no
	}
	first := p.Port.IntVal
	last := first
	if p.EndPort != nil {
		last = *p.EndPort
	}
	switch {
	case first < 1 || first > 65535 || last < first || last > 65535:
		return maybe
	case first <= port && port <= last:
		return yes
	default:
		return no
	}
}

// holds says whether a block holds an address.
func holds(b *networkingv1.IPBlock, a netip.Addr) int {
	in, ok := inCIDR(b.CIDR, a)
	if !ok {
		return maybe
	}
	if !in {
		return no
	}
	result := yes
	for _, e := range b.Except {
		in, ok := inCIDR(e, a)
		switch {
		case !ok:
			result = min(result, maybe)
		case in:
			result = no
		}
	}
	return result
}

// inCIDR compares bits: leading zeros are decimal, host bits do not count.
func inCIDR(cidr string, a netip.Addr) (in, ok bool) {
	text, length, found := strings.Cut(cidr, "/")
	bits, err := strconv.Atoi(length)
	if !found || err != nil || bits < 0 {
		return false, false
	}
	if strings.HasPrefix(text, "::ffff:") && strings.Contains(text, ".") && bits >= 96 {
		text, bits = strings.TrimPrefix(text, "::ffff:"), bits-96
	}
	if !strings.Contains(text, ":") {
		parts := strings.Split(text, ".")
		for i, part := range parts {
			if part = strings.TrimLeft(part, "0"); part == "" {
				part = "0"
			}
			parts[i] = part
		}
		text = strings.Join(parts, ".")
	}
	network, err := netip.ParseAddr(text)
	if err != nil || bits > network.BitLen() {
		return false, false
	}
	if network.BitLen() != a.BitLen() {
		return false, true
	}
	x, y := network.AsSlice(), a.AsSlice()
	for bit := range bits {
		if (x[bit/8]^y[bit/8])>>(7-bit%8)&1 != 0 {
			return false, true
		}
	}
	return true, true
}

// holdsEveryAddress asks for each address at which a block could begin or end, and for those beside it: whether all
// are held decides for the addresses between them.
func holdsEveryAddress(rules []naiveRule) bool {
	points := []netip.Addr{
		netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("255.255.255.255"),
		netip.MustParseAddr("::"), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
	}
	var blocks []*networkingv1.IPBlock
	for _, r := range rules {
		for _, item := range r.peers {
			if item.IPBlock == nil || item.PodSelector != nil || item.NamespaceSelector != nil {
				continue
			}
			blocks = append(blocks, item.IPBlock)
			for _, c := range append([]string{item.IPBlock.CIDR}, item.IPBlock.Except...) {
				if _, found := edgesOf[c]; !found {
					edgesOf[c] = edges(c)
				}
				points = append(points, edgesOf[c]...)
			}
		}
	}
	for _, a := range points {
		if !slices.ContainsFunc(blocks, func(b *networkingv1.IPBlock) bool { return holds(b, a) == yes }) {
			return false
		}
	}
	return true
}

// edgesOf remembers what edges found, which is slow.
var edgesOf = map[string][]netip.Addr{}

// edges are the first and last address of a CIDR and their neighbours, found by asking inCIDR bit by bit.
func edges(cidr string) []netip.Addr {
	text, _, _ := strings.Cut(cidr, "/")
	var start netip.Addr
	for _, family := range []string{"0.0.0.0", "::"} {
		// Find a member: try the network as written, zeros dropped.
		candidate := strings.TrimPrefix(text, "::ffff:")
		candidate = strings.ReplaceAll(candidate, "010.", "10.")
		if a, err := netip.ParseAddr(candidate); err == nil && a.BitLen() == netip.MustParseAddr(family).BitLen() {
			start = a
		}
	}
	if in, ok := inCIDR(cidr, start); !start.IsValid() || !ok || !in {
		return nil
	}
	first, last := start.AsSlice(), start.AsSlice()
	for bit := range start.BitLen() {
		for _, edge := range []struct {
			raw []byte
			set bool
		}{{first, false}, {last, true}} {
			old := edge.raw[bit/8]
			if edge.set {
				edge.raw[bit/8] |= 1 << (7 - bit%8)
			} else {
				edge.raw[bit/8] &^= 1 << (7 - bit%8)
			}
			a, _ := netip.AddrFromSlice(edge.raw)
			if in, _ := inCIDR(cidr, a); !in {
				edge.raw[bit/8] = old
			}
		}
	}
	lo, _ := netip.AddrFromSlice(first)
	hi, _ := netip.AddrFromSlice(last)
	points := []netip.Addr{lo, hi}
	for _, a := range []netip.Addr{lo.Prev(), hi.Next()} {
		if a.IsValid() {
			points = append(points, a)
		}
	}
	return points
}

// posture asks for each port that something could change at.
func (n naive) posture(pod *netpol.Pod, direction networkingv1.PolicyType, ports []int32) netpol.Posture {
	if pod.HostNetwork || pod.Finished {
		return netpol.PostureNotApplicable
	}
	var certain, doubtful []*networkingv1.NetworkPolicy
	for p, m := range n.isolating(pod, direction) {
		if m == yes {
			certain = append(certain, p)
		} else {
			doubtful = append(doubtful, p)
		}
	}
	answers := map[netpol.Posture]bool{}
	for mask := range 1 << len(doubtful) {
		chosen := slices.Clone(certain)
		for i, p := range doubtful {
			if mask&(1<<i) != 0 {
				chosen = append(chosen, p)
			}
		}
		answers[naivePosture(chosen, pod, direction, ports)] = true
	}
	if len(answers) > 1 {
		return netpol.PostureUnknown
	}
	for only := range answers {
		return only
	}
	return ""
}

func naivePosture(policies []*networkingv1.NetworkPolicy, pod *netpol.Pod, direction networkingv1.PolicyType, ports []int32) netpol.Posture {
	if len(policies) == 0 {
		return netpol.PostureOpen
	}
	var rules []naiveRule
	for _, p := range policies {
		rules = append(rules, rulesOf(p, direction)...)
	}
	if len(rules) == 0 {
		return netpol.PostureDenied
	}
	everyone, everyPod := true, true
	for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
		for _, port := range ports {
			var open []naiveRule
			for _, r := range rules {
				// For egress, a name is looked up at a peer, of which nothing is known.
				at := seen{}
				if direction == "Ingress" {
					at.pod = pod
				}
				if portsMatch(r, at, direction, port, protocol) == yes {
					open = append(open, r)
				}
			}
			toAll := holdsEveryAddress(open)
			toPods := toAll
			for _, r := range open {
				if len(r.peers) == 0 {
					toAll, toPods = true, true
				}
				for _, item := range r.peers {
					toPods = toPods || meansEveryPod(item)
				}
			}
			everyone, everyPod = everyone && toAll, everyPod && toPods
		}
	}
	switch {
	case everyone:
		return netpol.PostureAllowAll
	case everyPod:
		return netpol.PostureClusterWide
	default:
		return netpol.PostureRestricted
	}
}

func meansEveryPod(item networkingv1.NetworkPolicyPeer) bool {
	if item.IPBlock != nil || item.NamespaceSelector == nil {
		return false
	}
	if item.PodSelector != nil && len(item.PodSelector.MatchLabels)+len(item.PodSelector.MatchExpressions) > 0 {
		return false
	}
	if len(item.NamespaceSelector.MatchLabels) > 0 {
		return false
	}
	for _, r := range item.NamespaceSelector.MatchExpressions {
		if r.Key != "kubernetes.io/metadata.name" || r.Operator != "Exists" || len(r.Values) > 0 {
			return false
		}
	}
	return true
}
