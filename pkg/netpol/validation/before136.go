package validation

import (
	"net"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	netutils "k8s.io/utils/net"
)

// NetworkPolicyBefore136 returns why API servers before Kubernetes 1.36 would
// refuse to create np: the same as NetworkPolicy says, except that they took
// CIDRs with host bits and with leading zeros, which later ones keep where they
// are stored. np is not changed.
func NetworkPolicyBefore136(np *networkingv1.NetworkPolicy) field.ErrorList {
	if np == nil {
		return noObject()
	}
	np = np.DeepCopy()
	for i := range np.Spec.Ingress {
		canonicalCIDRs(np.Spec.Ingress[i].From)
	}
	for i := range np.Spec.Egress {
		canonicalCIDRs(np.Spec.Egress[i].To)
	}
	return NetworkPolicy(np)
}

// canonicalCIDRs writes CIDRs as they have been read since the first release:
// numbers in base ten, bits behind the prefix ignored.
func canonicalCIDRs(peers []networkingv1.NetworkPolicyPeer) {
	for i := range peers {
		block := peers[i].IPBlock
		if block == nil {
			continue
		}
		cidr, mapped := canonicalCIDR(block.CIDR)
		block.CIDR = cidr
		for j := range block.Except {
			except, exceptMapped := canonicalCIDR(block.Except[j])
			// An except was inside where its first address was, and its mask was longer. The mask of IPv4 written as
			// IPv6 was taken for 96 bits longer than it is.
			switch {
			case exceptMapped && !mapped:
				address, _, _ := strings.Cut(except, "/")
				except = address + "/32"
			case mapped && !exceptMapped:
				except = cidr // no part of itself
			}
			block.Except[j] = except
		}
	}
}

// canonicalCIDR leaves what is no CIDR as it is. mapped says that it is one of IPv4 written as IPv6.
func canonicalCIDR(text string) (canonical string, mapped bool) {
	_, network, err := netutils.ParseCIDRSloppy(text)
	if err != nil {
		return text, false
	}
	_, bits := network.Mask.Size()
	return network.String(), network.IP.To4() != nil && bits == 8*net.IPv6len
}
