package netpol

import (
	"net/netip"
	"slices"
)

// family is an address family.
type family uint8

const (
	ipv4 family = iota
	ipv6
	families
)

func familyOf(addr netip.Addr) (family, bool) {
	switch {
	case addr.Is4():
		return ipv4, true
	case addr.Is6():
		return ipv6, true
	default:
		return 0, false
	}
}

// end is one end of a connection as the rules see it.
type end struct {
	pod     *pod // nil: an address that is no pod's
	addr    [families]netip.Addr
	unknown bool // a pod whose addresses are not known
}

func (e *end) hostNetwork() bool { return e.pod != nil && e.pod.HostNetwork }

// endOf looks an endpoint up; the note says why it is none.
func (c *Cluster) endOf(e Endpoint) (end, Note) {
	if e.pod != 0 {
		if e.pod < 1 || e.pod > len(c.pods) {
			return end{}, NoteNoSuchPod
		}
		return c.pods[e.pod-1].end(), ""
	}
	f, ok := familyOf(e.addr)
	if !ok {
		return end{}, NoteInvalidAddress
	}
	var found end
	if i, taken := c.byAddr[e.addr]; taken {
		found.pod = &c.pods[i]
	}
	found.addr[f] = e.addr
	return found, ""
}

func (p *pod) end() end {
	return end{pod: p, addr: p.addr, unknown: !p.addr[ipv4].IsValid() && !p.addr[ipv6].IsValid()}
}

// lane is a way for packets between two ends: an address family that both have. Where that says nothing (they have none
// in common, an end on the host network, or none is known), there is one lane in which any address counts.
type lane uint8

const (
	laneIPv4 = lane(ipv4)
	laneIPv6 = lane(ipv6)
	laneAny  = lane(families)
	lanes    = laneAny + 1
)

// laneSet is a set of lanes; bit l is lane l.
type laneSet uint8

// familySet are the lanes that one end can take.
func (e *end) familySet() laneSet {
	var set laneSet
	for f := range families {
		if e.unknown || e.addr[f].IsValid() {
			set |= 1 << f
		}
	}
	return set
}

// lanesBetween are the lanes to judge. differ says that the ends have no address family in common.
func lanesBetween(src, dst *end) (set laneSet, differ bool) {
	if src.hostNetwork() || dst.hostNetwork() || src.unknown && dst.unknown {
		return 1 << laneAny, false
	}
	if set = src.familySet() & dst.familySet(); set == 0 {
		return 1 << laneAny, true
	}
	return set, false
}

// matchBlock says whether an ipBlock holds an end's address in a lane.
func (e *end) matchBlock(b *block, l lane) match {
	switch {
	case e.unknown:
		return perhaps
	case l == laneAny:
		result := never
		for _, addr := range e.addr {
			if addr.IsValid() {
				result |= b.match(addr)
			}
		}
		return result
	default:
		return b.match(e.addr[l])
	}
}

// fromOwnNode says whether a connection comes from the destination pod's own node: from its address, or from a
// host-network pod there. API: "Traffic is allowed to a pod ... if the traffic source is the pod's local node".
func fromOwnNode(src, dst *end) match {
	switch {
	case dst.pod == nil:
		return never
	case src.pod == nil:
		return matchIf(slices.ContainsFunc(dst.pod.HostIPs, func(addr netip.Addr) bool {
			addr = plain(addr)
			f, ok := familyOf(addr)
			return ok && src.addr[f] == addr
		}))
	case !src.pod.HostNetwork:
		return never
	case src.pod.NodeName == "" || dst.pod.NodeName == "":
		return perhaps
	default:
		return matchIf(src.pod.NodeName == dst.pod.NodeName)
	}
}

// isNode says that an end is an address known to be a node's.
func (c *Cluster) isNode(e *end) bool {
	return e.pod == nil && slices.ContainsFunc(e.addr[:], func(a netip.Addr) bool { return a.IsValid() && c.nodes[a] })
}
