package otherpolicy

import (
	"fmt"
	"net/netip"
	"slices"
)

// span is a range of addresses of one family, both ends included.
type span struct{ first, last netip.Addr }

// readAddresses reads a CIDR, or one address.
func readAddresses(text string) (span, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return span{addr.Unmap().WithZone(""), addr.Unmap().WithZone("")}, nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return span{}, fmt.Errorf("%q is no CIDR", clip(text))
	}
	first := prefix.Masked().Addr()
	last := first.AsSlice()
	for bit := prefix.Bits(); bit < first.BitLen(); bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	end, _ := netip.AddrFromSlice(last)
	return span{first, end}, nil
}

// without is what is left of a span where others are taken out.
func (s span) without(others []span) []span {
	left := []span{s}
	for _, o := range others {
		var next []span
		for _, l := range left {
			if o.first.BitLen() != l.first.BitLen() || o.last.Less(l.first) || l.last.Less(o.first) {
				next = append(next, l)
				continue
			}
			if l.first.Less(o.first) {
				next = append(next, span{l.first, o.first.Prev()})
			}
			if o.last.Less(l.last) {
				next = append(next, span{o.last.Next(), l.last})
			}
		}
		left = next
	}
	return left
}

var (
	ipv4 = span{netip.IPv4Unspecified(), netip.AddrFrom4([4]byte{255, 255, 255, 255})}
	ipv6 = span{netip.IPv6Unspecified(), netip.AddrFrom16([16]byte(slices.Repeat([]byte{255}, 16)))}
)

// coveredBy says that spans together hold every address of one.
func (s span) coveredBy(spans []span) bool { return len(s.without(spans)) == 0 }
