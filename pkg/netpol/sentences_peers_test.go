package netpol_test

import "testing"

func TestSentencesAboutPeers(t *testing.T) {
	for _, s := range []sentence{
		{
			name:     "in one peer, namespaceSelector and podSelector must both match",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: money}}, podSelector: {matchLabels: {app: web}}}]}]}]`,
			checks: `bank/web shop/db 80/TCP allowed
				bank/teller shop/db 80/TCP denied
				shop/web shop/db 80/TCP denied`,
		}, {
			name:     "as two list items, either may match",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: money}}}, {podSelector: {matchLabels: {app: web}}}]}]}]`,
			checks: `bank/web shop/db 80/TCP allowed
				bank/teller shop/db 80/TCP allowed
				shop/web shop/db 80/TCP allowed
				shop/bare shop/db 80/TCP denied`,
		}, {
			name:     "podSelector alone means the policy's own namespace",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}]`,
			checks: `shop/web shop/db 80/TCP allowed
				bank/web shop/db 80/TCP denied
				ghost/web shop/db 80/TCP denied`,
		}, {
			name:     "namespaceSelector: {} means all namespaces, undeclared ones too",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}]`,
			checks: `shop/web shop/db 80/TCP allowed
				bank/web shop/db 80/TCP allowed
				ghost/web shop/db 80/TCP allowed
				203.0.113.9 shop/db 80/TCP denied`,
			postures: `shop/web ingress cluster-wide`,
		}, {
			name:     "podSelector: {} as a peer means all pods of the policy's namespace",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}]`,
			checks: `shop/bare shop/db 80/TCP allowed
				bank/web shop/db 80/TCP denied`,
			postures: `shop/web ingress restricted`,
		}, {
			name: "pod and namespace selectors never match anything outside the pod network",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress],
				ingress: [{from: [{namespaceSelector: {}}, {podSelector: {}}]}], egress: [{to: [{namespaceSelector: {}}, {podSelector: {}}]}]}]`,
			checks: `203.0.113.9 shop/db 80/TCP denied
				shop/db 203.0.113.9 443/TCP denied
				shop/db 192.168.0.1 6443/TCP denied
				shop/db 10.0.0.99 80/TCP denied
				192.168.0.1 shop/db 80/TCP denied
				bank/web shop/db 80/TCP allowed`,
			postures: `shop/db ingress cluster-wide
				shop/db egress cluster-wide`,
		}, {
			name:     "an ipBlock matches addresses outside the cluster",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}]`,
			checks: `shop/db 203.0.113.9 443/TCP allowed
				shop/db 203.0.114.9 443/TCP denied`,
		}, {
			name:     "an ipBlock matches a pod whose IP lies in it",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.1.1/32}}]}]}]`,
			checks: `bank/web shop/db 80/TCP allowed
				10.0.1.1 shop/db 80/TCP allowed
				bank/teller shop/db 80/TCP denied`,
		}, {
			name:     "except carves out",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.1.1/32, 10.0.2.0/24]}}]}]}]`,
			checks: `bank/web shop/db 80/TCP denied
				bank/teller shop/db 80/TCP allowed
				ghost/web shop/db 80/TCP denied`,
		}, {
			name:     "what one peer's except carves out another peer may allow",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.1.1/32]}}, {namespaceSelector: {matchLabels: {team: money}}}]}]}]`,
			checks:   `bank/web shop/db 80/TCP allowed`,
		}, {
			name:     "every namespace carries the label kubernetes.io/metadata.name, declared or not",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ghost}}}]}]}]`,
			checks: `ghost/web shop/db 80/TCP allowed
				bank/web shop/db 80/TCP denied`,
		}, {
			name:     "Exists on kubernetes.io/metadata.name means every namespace",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}]}]}]`,
			postures: `shop/web ingress cluster-wide`,
		}, {
			name:     "the labels of a namespace that is not declared are unknown, for NotIn and DoesNotExist too",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: vault, operator: DoesNotExist}, {key: team, operator: NotIn, values: [retail]}]}}]}]}]`,
			checks: `ghost/web shop/db 80/TCP unknown
				bank/web shop/db 80/TCP denied`,
		}, {
			name:     "a namespaceSelector that surely fails on the name is not unknown for other labels",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x, kubernetes.io/metadata.name: bank}}}]}]}]`,
			checks:   `ghost/web shop/db 80/TCP denied`,
		}, {
			name:     "a podSelector that surely fails is not unknown for an undeclared namespace",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}, podSelector: {matchLabels: {app: db}}}]}]}]`,
			checks:   `ghost/web shop/db 80/TCP denied`,
		}, {
			name:     "whether an ipBlock holds a pod that has no address yet is unknown",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}]`,
			checks:   `bank/template shop/db 80/TCP unknown`,
		}, {
			name:     "blocks that hold every address hold a pod that has none yet",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}]}]}]`,
			checks:   `bank/template shop/db 80/TCP allowed`,
		}, {
			name:     "dual stack: a connection is allowed if it is in any family that both ends have",
			policies: `[{in: bank, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}]`,
			checks: `bank/six bank/dual 80/TCP allowed
				bank/dual bank/six 80/TCP allowed
				shop/web bank/dual 80/TCP denied
				bank/web bank/dual 80/TCP denied`,
		}, {
			name:     "dual stack: of two families that both ends have, one is enough",
			policies: `[{in: bank, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}]`,
			checks: `shop/pair bank/dual 80/TCP allowed
				10.0.0.5 bank/dual 80/TCP denied
				fd00::5 bank/dual 80/TCP allowed`,
		}, {
			name: "dual stack: egress by one family and ingress by the other is no connection",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]},
				{in: bank, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}]`,
			checks: `shop/pair bank/dual 80/TCP denied`,
		}, {
			name:     "dual stack: a pod that is named by its address is reached by that address",
			policies: `[{in: bank, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "fd00::13/128"}}]}]}]`,
			checks: `fd00::13 bank/six 80/TCP allowed
				bank/dual bank/six 80/TCP allowed
				10.0.1.3 bank/web 80/TCP denied`,
		}, {
			name:     "IPv4-mapped IPv6 addresses are IPv4 addresses",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}]`,
			checks: `::ffff:203.0.113.9 shop/db 80/TCP allowed
				::ffff:10.0.0.2 shop/db 80/TCP allowed`,
		}, {
			name:     "leading zeros in a CIDR are decimal, and host bits are dropped",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 010.0.1.0/24}}, {ipBlock: {cidr: 203.0.113.200/24}}]}]}]`,
			checks: `bank/web shop/db 80/TCP allowed
				8.0.1.1 shop/db 80/TCP denied
				203.0.113.1 shop/db 80/TCP allowed`,
		},
	} {
		t.Run(s.name, s.run)
	}
}
