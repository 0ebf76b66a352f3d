package otherpolicy

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// The addresses of one byte stand for all: what spans hold is checked one by one.
func TestSpansHoldTheAddressesThatTheirBlocksDo(t *testing.T) {
	draw := func(t *rapid.T, name string) netip.Prefix {
		addr := netip.AddrFrom4([4]byte{10, 0, 0, rapid.Byte().Draw(t, name)})
		return netip.PrefixFrom(addr, rapid.IntRange(24, 32).Draw(t, "bits of "+name)).Masked()
	}
	rapid.Check(t, func(t *rapid.T) {
		var blocks, holes []netip.Prefix
		for range rapid.IntRange(0, 4).Draw(t, "blocks") {
			blocks = append(blocks, draw(t, "block"))
		}
		for range rapid.IntRange(0, 4).Draw(t, "holes") {
			holes = append(holes, draw(t, "hole"))
		}
		spans := func(blocks []netip.Prefix) []span {
			var all []span
			for _, b := range blocks {
				s, err := readAddresses(b.String())
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, s)
			}
			return all
		}
		var left []span
		for _, s := range spans(blocks) {
			left = append(left, s.without(spans(holes))...)
		}
		left = merged(left)
		in := func(addr netip.Addr, blocks []netip.Prefix) bool {
			for _, b := range blocks {
				if b.Contains(addr) {
					return true
				}
			}
			return false
		}
		for i := range 256 {
			addr := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
			holding := 0
			for _, s := range left {
				if !addr.Less(s.first) && !s.last.Less(addr) {
					holding++
				}
			}
			want := 0
			if in(addr, blocks) && !in(addr, holes) {
				want = 1
			}
			if holding != want {
				t.Fatalf("%s of %v without %v: held %d times in %v", addr, blocks, holes, holding, left)
			}
		}
	})
}

func TestAllAddressesOfAFamily(t *testing.T) {
	for _, tt := range []struct {
		name   string
		blocks []string
		v4, v6 bool
	}{
		{"nothing", nil, false, false},
		{"everything of IPv4", []string{"0.0.0.0/0"}, true, false},
		{"everything of IPv6", []string{"::/0"}, false, true},
		{"a block with bits behind its mask", []string{"10.0.0.0/0"}, true, false},
		{"halves of both", []string{"128.0.0.0/1", "8000::/1", "0.0.0.0/1", "::/1"}, true, true},
		{"all but the last address", []string{"0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/4", "240.0.0.0/5"}, false, false},
		{"one address", []string{"10.0.0.1", "::1"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c coverage
			for _, text := range tt.blocks {
				s, err := readAddresses(text)
				if err != nil {
					t.Fatal(err)
				}
				c.addresses = append(c.addresses, s)
			}
			if c.holds(ipv4) != tt.v4 || c.holds(ipv6) != tt.v6 {
				t.Errorf("IPv4 %v, IPv6 %v", c.holds(ipv4), c.holds(ipv6))
			}
		})
	}
}
