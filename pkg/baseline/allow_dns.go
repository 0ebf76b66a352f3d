package baseline

import (
	networkingv1 "k8s.io/api/networking/v1"
)

var allowDNS = Entry{
	Name:       "allow-dns",
	Purpose:    "beside default-deny: names can be resolved",
	Advice:     "Alone it cuts all other traffic that goes out.",
	objectName: "cis-allow-dns",
	namesDNS:   true,
	spec: func(dns []networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicySpec {
		return networkingv1.NetworkPolicySpec{PolicyTypes: bothTypes[1:], Egress: dns}
	},
}
