package netpol_test

import "testing"

func TestSentencesAboutPorts(t *testing.T) {
	for _, s := range []sentence{
		{
			name:     "the protocol is TCP when it is absent",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: 80}]}]}]`,
			checks: `bank/web shop/db 80/TCP allowed
				bank/web shop/db 80/UDP denied
				bank/web shop/db 80/SCTP denied`,
		}, {
			name:     "TCP, UDP and SCTP are told apart",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{protocol: UDP, port: 53}, {protocol: SCTP, port: 80}]}]}]`,
			checks: `bank/web shop/db 53/UDP allowed
				bank/web shop/db 53/TCP denied
				bank/web shop/db 80/SCTP allowed
				bank/web shop/db 80/TCP denied`,
		}, {
			name:     "a protocol that does not exist never matches",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{protocol: ICMP, port: 80}, {protocol: tcp, port: 80}, {protocol: ""}]}]}]`,
			checks: `bank/web shop/db 80/TCP denied
				bank/web shop/db 80/ICMP denied`,
			postures: `shop/db ingress restricted`,
		}, {
			name:     "a named port of an ingress rule is the selected pod's, whatever the peer calls so",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: http}]}]}]`,
			checks: `bank/web shop/web 8080/TCP allowed
				bank/web shop/web 8888/TCP denied
				bank/web shop/db 80/TCP allowed
				bank/web shop/db 8080/TCP denied
				203.0.113.9 shop/db 80/TCP allowed
				bank/web shop/bare 80/TCP denied`,
		}, {
			name:     "a named port of an egress rule is the destination pod's",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}]`,
			checks: `shop/web bank/web 8888/TCP allowed
				shop/web bank/web 8080/TCP denied
				shop/web shop/db 80/TCP allowed`,
		}, {
			name:     "an egress rule's named port never matches an address that is no pod's",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}]`,
			checks: `shop/web 203.0.113.9 80/TCP denied
				shop/web 203.0.113.9 8080/TCP denied`,
			postures: `shop/web egress restricted`,
		}, {
			name:     "a named port has the protocol of the container port",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: dns}, {port: http, protocol: UDP}]}]}]`,
			checks: `bank/web shop/web 53/TCP denied
				bank/web shop/web 53/UDP denied
				bank/web shop/web 8080/UDP denied`,
		}, {
			name:     "restartable init containers' ports count, other init containers' do not",
			policies: `[{in: bank, podSelector: {}, ingress: [{ports: [{port: http}]}]}]`,
			checks: `shop/web bank/teller 2222/TCP allowed
				shop/web bank/teller 1111/TCP denied`,
		}, {
			name:     "endPort ranges include both ends",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: 80, endPort: 82}]}]}]`,
			checks: `bank/web shop/db 79/TCP denied
				bank/web shop/db 80/TCP allowed
				bank/web shop/db 81/TCP allowed
				bank/web shop/db 82/TCP allowed
				bank/web shop/db 83/TCP denied`,
		}, {
			name:     "endPort does not go with a name: what that matches is unknown",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: http, endPort: 90}]}]}]`,
			checks: `bank/web shop/db 80/TCP unknown
				bank/web shop/db 80/UDP denied`,
		}, {
			name:     "no port means all ports of that protocol",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}]`,
			checks: `bank/web shop/db 1/UDP allowed
				bank/web shop/db 65535/UDP allowed
				bank/web shop/db 80/TCP denied
				bank/web shop/db 0/ICMP denied`,
		}, {
			name:     "no ports means all ports of all protocols",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}]`,
			checks: `shop/web shop/db 80/TCP allowed
				shop/web shop/db 80/UDP allowed
				shop/web shop/db 80/SCTP allowed
				shop/web shop/db 0/ICMP allowed`,
		}, {
			name: "DNS needs UDP and TCP 53, and a node-local cache needs an ipBlock",
			policies: `[{in: shop, podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}]}]},
				{in: shop, podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 169.254.20.10/32}}], ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]}]`,
			checks: `shop/web bank/web 53/UDP allowed
				shop/web bank/web 53/TCP denied
				shop/web 169.254.20.10 53/UDP denied
				shop/db 169.254.20.10 53/UDP allowed
				shop/db 169.254.20.10 53/TCP allowed`,
		},
	} {
		t.Run(s.name, s.run)
	}
}
