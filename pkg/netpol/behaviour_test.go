package netpol_test

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// behaviour is what was let through to, or from, a pod of everything that was tried.
type behaviour struct {
	all, none bool
	// pods says that each pod was let through, of today and of tomorrow; addresses, that each address that is no pod's was.
	pods, addresses bool
}

// behaves tries a pod in one direction: every peer on every port of each protocol, connection by connection. What is tried
// comes from the policies' own blocks and ports, so that whatever they leave out is among it.
func (n naive) behaves(pod *netpol.Pod, direction networkingv1.PolicyType) behaviour {
	b := behaviour{all: true, none: true, pods: true, addresses: true}
	// Ingress from the pod's own node is always allowed, whatever the policies say: here, it is on none.
	elsewhere := *pod
	elsewhere.HostIPs = nil
	subject := seen{&elsewhere, plainAddrs(pod.IPs)}
	ports := n.ports()
	if len(n.isolating(pod, direction)) == 0 {
		ports = ports[:1] // there is nothing that a port could change
	}
	try := func(peer seen, kind *bool) {
		for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
			for _, port := range ports {
				var allowed int
				if direction == "Ingress" {
					allowed = n.ingress(peer, subject, port, protocol)
				} else {
					allowed = n.egress(subject, peer, port, protocol)
				}
				b.none = b.none && allowed == no
				if allowed != yes {
					b.all, *kind = false, false
				}
			}
		}
	}
	addresses := n.boundaries()
	for i := range n.pods {
		// A pod reaches itself, and what a plugin makes of the host network is nobody's promise.
		peer := &n.pods[i]
		if peer == pod || peer.HostNetwork || peer.Finished {
			continue
		}
		known := plainAddrs(peer.IPs)[:min(1, len(peer.IPs))]
		if len(known) == 0 {
			known = addresses // it has one, and it may be any
		}
		for _, a := range known {
			try(seen{peer, []netip.Addr{a}}, &b.pods)
		}
	}
	for _, a := range addresses {
		try(seen{&netpol.Pod{Namespace: "tomorrow", Name: "new", IPs: []netip.Addr{a}}, []netip.Addr{a}}, &b.pods)
		try(seen{nil, []netip.Addr{a}}, &b.addresses)
	}
	return b
}

func plainAddrs(addrs []netip.Addr) []netip.Addr {
	var plain []netip.Addr
	for _, a := range addrs {
		plain = append(plain, a.Unmap())
	}
	return plain
}

// boundaries are the first and the last address of each block and each except, those beside them, and the ends of both
// families: what a sum of blocks leaves out begins or ends at one of them.
func (n naive) boundaries() []netip.Addr {
	found := []netip.Addr{netip.IPv4Unspecified(), netip.AddrFrom4([4]byte{255, 255, 255, 255}), netip.IPv6Unspecified(), lastOf(netip.MustParsePrefix("::/0"))}
	add := func(text string) {
		prefix, err := netip.ParsePrefix(loosely(text))
		if err != nil {
			return
		}
		first, last := prefix.Masked().Addr(), lastOf(prefix)
		found = append(found, first, last, first.Prev(), last.Next())
	}
	peers := func(list []networkingv1.NetworkPolicyPeer) {
		for _, p := range list {
			if p.IPBlock != nil {
				add(p.IPBlock.CIDR)
				for _, e := range p.IPBlock.Except {
					add(e)
				}
			}
		}
	}
	for _, p := range n.policies {
		if p == nil {
			continue
		}
		for _, r := range p.Spec.Ingress {
			peers(r.From)
		}
		for _, r := range p.Spec.Egress {
			peers(r.To)
		}
	}
	// An address of IPv4 written as IPv6 is the IPv4 address, and no other.
	found = slices.DeleteFunc(found, func(a netip.Addr) bool { return !a.IsValid() || a.Is4In6() })
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found)
}

func lastOf(p netip.Prefix) netip.Addr {
	raw := p.Masked().Addr().AsSlice()
	for i := range raw {
		host := min(8, max(0, (i+1)*8-p.Bits()))
		raw[i] |= byte(1<<host - 1)
	}
	last, _ := netip.AddrFromSlice(raw)
	return last
}

// loosely reads the ways of writing a block that the generators know and netip does not.
func loosely(text string) string {
	text = strings.Replace(text, "010.", "10.", 1)
	if rest, mapped := strings.CutPrefix(text, "::ffff:"); mapped && strings.Contains(rest, ".") {
		addr, length, _ := strings.Cut(rest, "/")
		var n int
		if _, err := fmt.Sscan(length, &n); err == nil && n >= 96 {
			return fmt.Sprintf("%s/%d", addr, n-96)
		}
	}
	return text
}

// What a posture promises is what happens: connection by connection, to pods that are there and that are not yet, and to
// addresses on both sides of each boundary.
func TestPostureIsWhatHappens(t *testing.T) {
	seenPostures := map[netpol.Posture]int{}
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		w := rapid.IntRange(0, 1).Draw(t, "direction")
		direction, kind := []netpol.Direction{netpol.Ingress, netpol.Egress}[w], []networkingv1.PolicyType{"Ingress", "Egress"}[w]
		pod := &netpol.Pod{Namespace: pick(t, append(spaceNames, "nowhere"), "namespace")}
		posture := c.NewPodPosture(pod.Namespace, direction)
		if !oneIn(t, 4, "a new pod") {
			i := rapid.IntRange(0, len(n.pods)-1).Draw(t, "pod")
			pod, posture = &n.pods[i], c.Posture(i, direction)
		}
		seenPostures[posture]++
		if posture != netpol.PostureNotApplicable && posture != netpol.PostureUnknown {
			n.keepsThePromise(t, posture, pod, kind)
		}
	})
	for _, p := range []netpol.Posture{netpol.PostureOpen, netpol.PostureAllowAll, netpol.PostureClusterWide, netpol.PostureRestricted, netpol.PostureDenied} {
		if seenPostures[p] == 0 && !testing.Short() {
			t.Errorf("no pod was %s: nothing was shown about it", p)
		}
	}
	t.Log(seenPostures)
}

func (n naive) keepsThePromise(t *rapid.T, posture netpol.Posture, pod *netpol.Pod, direction networkingv1.PolicyType) {
	t.Helper()
	b := n.behaves(pod, direction)
	kept := false
	switch posture {
	case netpol.PostureOpen, netpol.PostureAllowAll:
		kept = b.all
	case netpol.PostureClusterWide:
		kept = b.pods && !b.addresses
	case netpol.PostureRestricted:
		// Selectors that together match every pod of today and tomorrow are not added up, so that b.pods may be true.
		kept = !b.addresses
	case netpol.PostureDenied:
		kept = b.none
	}
	if !kept {
		t.Fatalf("pod %q in %s, %s: %s, and %+v\n%s", pod.Name, pod.Namespace, direction, posture, b, n)
	}
}

// lastOf is tested against another way of saying it, since the property rests on it.
func TestLastOf(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.0/8": "10.255.255.255", "10.1.2.3/32": "10.1.2.3", "0.0.0.0/0": "255.255.255.255", "10.0.0.0/30": "10.0.0.3",
		"128.0.0.0/1": "255.255.255.255", "fd00::/126": "fd00::3", "::/1": "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	} {
		p := netip.MustParsePrefix(text)
		got := lastOf(p)
		if got.String() != want || !p.Contains(got) || p.Bits() > 0 && bits.OnesCount(uint(got.AsSlice()[0])) > 0 && got.Next().IsValid() && p.Contains(got.Next()) {
			t.Errorf("%s ends at %s, want %s", text, got, want)
		}
	}
}
