package netpol_test

import "testing"

func TestSentencesAboutWhatIsNotJudged(t *testing.T) {
	for _, s := range []sentence{
		{
			name:     "a pod to itself is always allowed, by its address too",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress]}]`,
			checks: `shop/web shop/web 80/TCP allowed
				shop/web 10.0.0.1 80/TCP allowed
				10.0.0.1 shop/web 80/TCP allowed
				shop/web shop/db 80/TCP denied`,
		}, {
			name:     "ingress from the pod's own node is always allowed, from another node it is judged",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress]}]`,
			checks: `192.168.0.2 shop/web 80/TCP allowed
				192.168.0.1 shop/web 80/TCP denied`,
		}, {
			name: "egress to node addresses is judged",
			policies: `[{in: shop, podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]},
				{in: shop, podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.168.0.0/24}}]}]}]`,
			checks: `shop/web 192.168.0.2 6443/TCP denied
				shop/db 192.168.0.2 6443/TCP allowed`,
		}, {
			name:     "the endpoints of the kubernetes Service are node addresses, so that selectors do not reach them",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}]`,
			checks:   `shop/web 192.168.0.1 6443/TCP denied`,
		}, {
			name:     "Service traffic is judged by pod address and target port: a Service address is no pod's",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 8888}]}]}]`,
			checks: `shop/web 10.96.0.10 80/TCP denied
				shop/web bank/web 8888/TCP allowed`,
		}, {
			name:     "finished pods have no traffic, and their addresses are nobody's",
			policies: `[{in: bank, podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}]`,
			checks: `shop/batch bank/web 80/TCP denied
				shop/web shop/batch 80/TCP denied
				shop/batch shop/batch 80/TCP denied
				10.0.0.4 bank/web 80/TCP denied
				10.0.0.4 shop/web 80/TCP allowed`,
			postures: `shop/batch ingress not-applicable`,
		}, {
			name:     "policies for host-network pods are undefined: whether they isolate is unknown",
			policies: `[{in: bank, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 81}]}], egress: [{ports: [{port: 81}]}]}]`,
			checks: `bank/agent shop/web 80/TCP unknown
				shop/web bank/agent 80/TCP unknown
				203.0.113.9 bank/agent 80/TCP unknown
				192.168.0.1 bank/agent 80/TCP allowed`,
			postures: `bank/agent ingress not-applicable
				bank/agent egress not-applicable`,
		}, {
			name:     "what the policies for a host-network pod allow passes, whether they count or not",
			policies: `[{in: bank, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}]`,
			checks: `bank/agent shop/web 80/TCP allowed
				shop/web bank/agent 80/TCP allowed
				203.0.113.9 bank/agent 80/TCP allowed`,
			postures: `bank/agent ingress not-applicable
				bank/agent egress not-applicable`,
		}, {
			name:     "a host-network pod that no policy selects is not isolated, and passes where nobody is",
			policies: `[{in: shop, podSelector: {matchLabels: {app: db}}}]`,
			checks: `bank/agent shop/web 80/TCP allowed
				shop/web bank/agent 80/TCP allowed
				bank/agent 203.0.113.9 80/TCP allowed
				bank/agent shop/db 80/TCP denied`,
		}, {
			name:     "a host-network pod passes where a rule allows every peer on that port",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}], ports: [{port: 81}]}]}]`,
			checks: `bank/agent shop/web 80/TCP allowed
				bank/agent shop/web 81/TCP denied
				shop/web bank/agent 81/TCP allowed
				shop/web bank/agent 80/TCP denied`,
		}, {
			name:     "whether a rule matches a host-network pod by its labels is unknown",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {}}]}], egress: [{to: [{namespaceSelector: {}}]}]}]`,
			checks: `bank/agent shop/web 80/TCP unknown
				shop/web bank/agent 80/TCP unknown`,
		}, {
			name:     "whether a rule matches a host-network pod by its node's address is unknown",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 192.168.0.1/32}}]}], egress: [{to: [{ipBlock: {cidr: 192.168.0.1/32}}]}]}]`,
			checks: `bank/agent shop/web 80/TCP unknown
				shop/web bank/agent 80/TCP unknown
				shop/web 192.168.0.1 80/TCP allowed`,
		}, {
			name:     "a host-network pod on the destination's own node always passes",
			policies: `[{in: bank, podSelector: {matchLabels: {app: web}}}]`,
			checks: `bank/agent bank/web 80/TCP allowed
				shop/web bank/web 80/TCP denied`,
		}, {
			name:     "a named port at a host-network pod is unknown: it may be seen as its node, which has none",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}]`,
			checks: `shop/web bank/agent 9100/TCP unknown
				shop/web bank/agent 80/TCP denied`,
		}, {
			name:     "between two addresses that are no pods' nothing can be said",
			policies: `[]`,
			checks:   `203.0.113.9 203.0.113.10 80/TCP unknown`,
		},
	} {
		t.Run(s.name, s.run)
	}
}
