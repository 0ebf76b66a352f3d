package validation

import (
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
	canonical := func(cidr string) string {
		if _, network, err := netutils.ParseCIDRSloppy(cidr); err == nil {
			return network.String()
		}
		return cidr
	}
	for i := range peers {
		block := peers[i].IPBlock
		if block == nil {
			continue
		}
		block.CIDR = canonical(block.CIDR)
		for j := range block.Except {
			block.Except[j] = canonical(block.Except[j])
		}
	}
}
