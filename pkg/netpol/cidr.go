package netpol

import (
	"fmt"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	netutils "k8s.io/utils/net"
)

// block is an ipBlock.
//
// API: "IPBlock describes a particular CIDR (Ex. "192.168.1.0/24","2001:db8::/64") that is allowed to the pods matched by
// a NetworkPolicySpec's podSelector. The except entry describes CIDRs that should not be included within this rule."
type block struct {
	cidr   netip.Prefix
	except []netip.Prefix
	// cidrInvalid: the cidr cannot be read, so that the block could hold any address.
	cidrInvalid bool
	// exceptInvalid: an except cannot be read, so that any address of the cidr could be carved out.
	exceptInvalid bool
}

// readBlock reads an ipBlock as an API server does, whose storage may hold what newer servers refuse.
func readBlock(given *networkingv1.IPBlock, at place) *block {
	b := &block{}
	prefix, err := readPrefix(given.CIDR, at, "ipBlock.cidr")
	if err != nil {
		at.warnf("ipBlock.cidr", "%q is no CIDR: which addresses match is unknown", given.CIDR)
		b.cidrInvalid = true
		return b
	}
	b.cidr = prefix
	for i, text := range given.Except {
		field := fmt.Sprintf("ipBlock.except[%d]", i)
		prefix, err := readPrefix(text, at, field)
		if err != nil {
			at.warnf(field, "%q is no CIDR: which addresses of %s match is unknown", text, given.CIDR)
			b.exceptInvalid = true
			continue
		}
		b.except = append(b.except, prefix)
	}
	return b
}

// readPrefix parses with ParseCIDRSloppy, as API servers up to 1.35 did and all still do for what is stored: leading
// zeros are decimal, and host bits are dropped. Either is worth a warning, since newer servers refuse it.
func readPrefix(text string, at place, field string) (netip.Prefix, error) {
	ip, network, err := netutils.ParseCIDRSloppy(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr, _ := netip.AddrFromSlice(network.IP)
	bits, _ := network.Mask.Size()
	prefix := netip.PrefixFrom(addr, bits)
	strange := ""
	if _, err := netip.ParsePrefix(text); err != nil {
		strange = "has leading zeros"
	} else if !ip.Equal(network.IP) {
		strange = "has host bits set"
	}
	if addr.Is4In6() && bits >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), bits-96)
		strange = "is IPv4 written as IPv6"
	}
	if strange != "" {
		at.warnf(field, "%q %s, which API servers refuse from 1.36 on: it is read as %s", text, strange, prefix)
	}
	return prefix, nil
}

// match says whether the block holds the address. An address of the other family is in no block.
func (b *block) match(addr netip.Addr) match {
	switch {
	case b.cidrInvalid:
		return perhaps
	case !b.cidr.Contains(addr):
		return never
	case slices.ContainsFunc(b.except, func(p netip.Prefix) bool { return p.Contains(addr) }):
		return never
	case b.exceptInvalid:
		return perhaps
	default:
		return surely
	}
}

// String is different for blocks that hold different addresses.
func (b *block) String() string {
	return fmt.Sprint(b.cidr, b.except, b.cidrInvalid, b.exceptInvalid)
}

// span is an interval of addresses of one family, both ends included.
type span struct{ first, last netip.Addr }

func spanOf(p netip.Prefix) span { return span{p.Addr(), lastAddr(p)} }

// lastAddr is the highest address of a prefix.
func lastAddr(p netip.Prefix) netip.Addr {
	raw := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(raw)*8; bit++ {
		raw[bit/8] |= 1 << (7 - bit%8)
	}
	last, _ := netip.AddrFromSlice(raw)
	return last
}

// spans are the addresses that the block surely holds, in order.
func (b *block) spans() []span {
	if b.cidrInvalid || b.exceptInvalid {
		return nil
	}
	rest := []span{spanOf(b.cidr)}
	for _, p := range b.except {
		if p.Addr().Is4() != b.cidr.Addr().Is4() {
			continue
		}
		rest = cut(rest, spanOf(p))
	}
	return rest
}

// cut takes one interval away from intervals in order.
func cut(from []span, hole span) []span {
	var rest []span
	for _, s := range from {
		if hole.last.Less(s.first) || s.last.Less(hole.first) {
			rest = append(rest, s)
			continue
		}
		if s.first.Less(hole.first) {
			rest = append(rest, span{s.first, hole.first.Prev()})
		}
		if hole.last.Less(s.last) {
			rest = append(rest, span{hole.last.Next(), s.last})
		}
	}
	return rest
}

var (
	everyIPv4 = spanOf(netip.MustParsePrefix("0.0.0.0/0"))
	everyIPv6 = spanOf(netip.MustParsePrefix("::/0"))
)

// everyAddress says whether the intervals together hold every IPv4 and every IPv6 address, however they are written: as
// 0.0.0.0/0 and ::/0, as halves, or as an except that another block covers.
func everyAddress(spans []span) bool {
	return covers(spans, everyIPv4) && covers(spans, everyIPv6)
}

// covers says whether the union of the intervals holds the whole of an interval.
func covers(spans []span, whole span) bool {
	sorted := slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return s.first.Is4() != whole.first.Is4() })
	slices.SortFunc(sorted, func(a, b span) int { return a.first.Compare(b.first) })
	next := whole.first // the first address not yet known to be covered
	for _, s := range sorted {
		if next.Less(s.first) {
			return false
		}
		if s.last.Less(next) {
			continue
		}
		if !s.last.Less(whole.last) {
			return true
		}
		next = s.last.Next()
	}
	return false
}
