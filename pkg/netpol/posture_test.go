package netpol_test

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

func TestSentencesAboutPosture(t *testing.T) {
	for _, s := range []sentence{
		{
			name:     "everything may be written as two halves of each family",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}, {ipBlock: {cidr: "::/1"}}, {ipBlock: {cidr: "8000::/1"}}]}]}]`,
			postures: `shop/web ingress allow-all`,
		}, {
			name:     "every IPv4 address alone is not every address",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "every IPv6 address alone is not every address",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "a family may be covered by one policy and the other by another",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}, {in: shop, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}]`,
			postures: `shop/web ingress allow-all`,
		}, {
			name:     "an except that another block covers takes nothing away",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: "::/0"}}]}, {from: [{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}]}]}]`,
			postures: `shop/web ingress allow-all`,
		}, {
			name:     "an except that another block covers but for one address is a restriction",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.255.255.255/32]}}, {ipBlock: {cidr: "::/0"}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "an except of the last address of all is a restriction",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [255.255.255.255/32]}}, {ipBlock: {cidr: "::/0"}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "an except that pods are allowed through again leaves cluster-wide",
			policies: `[{in: shop, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: "::/0"}}, {namespaceSelector: {}}]}]}]`,
			postures: `shop/web egress cluster-wide`,
		}, {
			name: "two rules that each cover half of the ports cover all of them",
			policies: `[{in: shop, ingress: [{ports: [{port: 1, endPort: 32767}, {protocol: UDP}]}]},
				{in: shop, ingress: [{ports: [{port: 32768, endPort: 65535}, {protocol: SCTP}]}]}]`,
			postures: `shop/web ingress allow-all`,
		}, {
			name:     "all ports of TCP and UDP are not all ports: SCTP is missing",
			policies: `[{in: shop, ingress: [{ports: [{protocol: TCP}, {protocol: UDP}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "one port in between is missing",
			policies: `[{in: shop, ingress: [{ports: [{port: 1, endPort: 79}, {port: 81, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]}]}]`,
			postures: `shop/web ingress restricted
				shop/db ingress restricted`,
		}, {
			name:     "a named ingress port fills the gap on the pod that has it",
			policies: `[{in: shop, ingress: [{ports: [{port: 1, endPort: 79}, {port: http}, {port: 81, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]}]}]`,
			postures: `shop/web ingress restricted
				shop/db ingress allow-all`,
		}, {
			name:     "a named egress port fills no gap",
			policies: `[{in: shop, egress: [{ports: [{port: 1, endPort: 79}, {port: http}, {port: 81, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]}]}]`,
			postures: `shop/db egress restricted`,
		}, {
			name:     "everybody on one port and every pod on all of them is cluster-wide",
			policies: `[{in: shop, ingress: [{ports: [{port: 443}]}, {from: [{namespaceSelector: {}, podSelector: {}}]}]}]`,
			postures: `shop/web ingress cluster-wide`,
		}, {
			name:     "every pod on one port is restricted",
			policies: `[{in: shop, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 443}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "a selector that matches all namespaces of today is not every namespace",
			policies: `[{in: shop, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [nobody]}]}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "the pods of the own namespace are not every pod",
			policies: `[{in: shop, ingress: [{from: [{podSelector: {}}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "a rule that can match nothing is still a rule",
			policies: `[{in: shop, ingress: [{ports: [{protocol: ICMP}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "what cannot be read covers nothing for certain",
			policies: `[{in: shop, ingress: [{from: [{ipBlock: {cidr: bogus}}, {}]}]}]`,
			postures: `shop/web ingress restricted`,
		}, {
			name:     "a podSelector that cannot be read makes the posture unknown",
			policies: `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: Bogus}]}, policyTypes: [Ingress]}]`,
			checks:   `bank/web shop/web 80/TCP unknown`,
			postures: `shop/web ingress unknown`,
		}, {
			name: "a podSelector that cannot be read changes nothing beside an allow-all",
			policies: `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: Bogus}]}, policyTypes: [Ingress]},
				{in: shop, ingress: [{}]}]`,
			checks:   `bank/web shop/web 80/TCP allowed`,
			postures: `shop/web ingress allow-all`,
		},
	} {
		t.Run(s.name, s.run)
	}
}

func TestAllPortsOfThreeProtocolsAreNotEveryIPProtocol(t *testing.T) {
	m := play(t, `[{in: shop, ingress: [{ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}]}, {in: bank, ingress: [{}]}]`)
	ranges := m.Allowed(m.endpoint(t, "bank/web"), m.endpoint(t, "shop/web")).Allowed
	if !ranges.EveryPort() || ranges.OtherProtocols() || ranges.IsEverything() {
		t.Errorf("by ranges: %s", ranges)
	}
	if got, want := ranges.String(), "TCP every port; UDP every port; SCTP every port"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	whole := m.Allowed(m.endpoint(t, "shop/web"), m.endpoint(t, "bank/web")).Allowed
	if !whole.IsEverything() || whole.String() != "everything" {
		t.Errorf("by a rule without ports: %s", whole)
	}
}

func TestANewPodGetsWhatPoliciesForPodsWithoutLabelsSay(t *testing.T) {
	m := play(t, `[
		{in: shop, podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, policyTypes: [Ingress]},
		{in: shop, podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]},
		{in: empty, podSelector: {}, policyTypes: [Egress], egress: [{}]}]`)
	for _, c := range []struct {
		namespace string
		direction netpol.Direction
		want      netpol.Posture
	}{
		{"shop", netpol.Ingress, netpol.PostureDenied},
		{"shop", netpol.Egress, netpol.PostureOpen},
		{"bank", netpol.Ingress, netpol.PostureOpen},
		{"empty", netpol.Egress, netpol.PostureAllowAll},
		{"nowhere", netpol.Egress, netpol.PostureOpen},
	} {
		if got := m.NewPodPosture(c.namespace, c.direction); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.namespace, c.direction, got, c.want)
		}
	}
}
