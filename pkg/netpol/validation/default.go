package validation

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Default returns a copy of np with the fields that the API server fills in:
//
//   - a port without protocol is TCP ("If not specified, this field defaults to
//     TCP", NetworkPolicyPort.protocol);
//   - without policyTypes it isolates for ingress, and for egress if it has an
//     egress rule ("they will default based on the existence of ingress or
//     egress rules; policies that contain an egress section are assumed to
//     affect egress, and all policies [...] are assumed to affect ingress",
//     NetworkPolicySpec.policyTypes). An empty egress list is no rule.
//
// Metadata is left alone, and so are empty lists, which are equal to absent
// ones in the API: two defaulted specs are the same policy if they are
// semantically equal, or byte for byte as JSON. Nil stays nil.
func Default(np *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	if np == nil {
		return nil
	}
	out := np.DeepCopy()
	spec := &out.Spec
	for i := range spec.Ingress {
		defaultProtocols(spec.Ingress[i].Ports)
	}
	for i := range spec.Egress {
		defaultProtocols(spec.Egress[i].Ports)
	}
	if len(spec.PolicyTypes) == 0 {
		spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(spec.Egress) > 0 {
			spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	return out
}

func defaultProtocols(ports []networkingv1.NetworkPolicyPort) {
	for i := range ports {
		if ports[i].Protocol == nil {
			tcp := corev1.ProtocolTCP
			ports[i].Protocol = &tcp
		}
	}
}
