package validation

import (
	"fmt"
	"net/netip"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	netutils "k8s.io/utils/net"
)

// Warnings names the CIDRs of a live policy that Kubernetes took before 1.36
// and refuses since (leading zeros, host bits, IPv4-mapped IPv6 addresses), one
// line each: field, value, how it is read. They stay in storage, are in force,
// and are read here as the API reads them. Such a policy cannot be applied again
// as it is. It also names selectors that cannot be read, which no server takes:
// whom they select is unknown. A nil policy has no warnings.
func Warnings(np *networkingv1.NetworkPolicy) []string {
	if np == nil {
		return nil
	}
	var warnings []string
	spec := field.NewPath("spec")
	warnings = append(warnings, selectorWarnings(&np.Spec.PodSelector, spec.Child("podSelector"))...)
	for i := range np.Spec.Ingress {
		warnings = append(warnings, peerWarnings(np.Spec.Ingress[i].From, spec.Child("ingress").Index(i).Child("from"))...)
	}
	for i := range np.Spec.Egress {
		warnings = append(warnings, peerWarnings(np.Spec.Egress[i].To, spec.Child("egress").Index(i).Child("to"))...)
	}
	return warnings
}

func peerWarnings(peers []networkingv1.NetworkPolicyPeer, path *field.Path) []string {
	var warnings []string
	for i := range peers {
		warnings = append(warnings, selectorWarnings(peers[i].NamespaceSelector, path.Index(i).Child("namespaceSelector"))...)
		warnings = append(warnings, selectorWarnings(peers[i].PodSelector, path.Index(i).Child("podSelector"))...)
		block := peers[i].IPBlock
		if block == nil {
			continue
		}
		blockPath := path.Index(i).Child("ipBlock")
		warnings = append(warnings, cidrWarnings(block.CIDR, blockPath.Child("cidr"))...)
		for j, except := range block.Except {
			warnings = append(warnings, cidrWarnings(except, blockPath.Child("except").Index(j))...)
		}
	}
	return warnings
}

func selectorWarnings(selector *metav1.LabelSelector, path *field.Path) []string {
	if _, err := metav1.LabelSelectorAsSelector(selector); err != nil {
		return []string{fmt.Sprintf("%s cannot be read: %s: what it selects is unknown", path, truncate(err.Error()))}
	}
	return nil
}

func cidrWarnings(value string, path *field.Path) []string {
	_, network, err := netutils.ParseCIDRSloppy(value)
	if err != nil {
		return []string{fmt.Sprintf("%s: %q is not a CIDR", path, truncate(value))}
	}
	var oddity string
	switch prefix, err := netip.ParsePrefix(value); {
	case err != nil:
		oddity = "has leading zeros"
	case prefix.Addr().Is4In6():
		oddity = "is an IPv4-mapped IPv6 address"
	case prefix.Addr() != prefix.Masked().Addr():
		oddity = "has bits set beyond the prefix length"
	default:
		return nil
	}
	return []string{fmt.Sprintf("%s: %q %s, which Kubernetes refuses since 1.36: read as %q", path, truncate(value), oddity, network)}
}
