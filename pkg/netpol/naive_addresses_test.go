package netpol_test

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

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
