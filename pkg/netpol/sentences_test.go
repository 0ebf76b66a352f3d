package netpol_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// sentence is something that is true of NetworkPolicies, with policies that show it among the pods of testdata/cast.yaml.
type sentence struct {
	name string
	// policies are specs with the namespace as "in": [{in: shop, podSelector: {}, ingress: [{}]}].
	policies string
	// checks are lines "SOURCE DESTINATION PORT/PROTOCOL allowed|denied|unknown".
	checks string
	// postures are lines "POD ingress|egress POSTURE".
	postures string
}

// play indexes the cast with policies; the i-th is named "p<i>".
func play(t testing.TB, policies string) manifests {
	t.Helper()
	cast, err := os.ReadFile("testdata/cast.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var specs []struct {
		In                             string `json:"in"`
		networkingv1.NetworkPolicySpec `json:",inline"`
	}
	if err := yaml.UnmarshalStrict([]byte(policies), &specs); err != nil {
		t.Fatalf("%v in %s", err, policies)
	}
	documents := []string{string(cast)}
	for i, s := range specs {
		p := networkingv1.NetworkPolicy{Spec: s.NetworkPolicySpec}
		p.Kind, p.Namespace, p.Name = "NetworkPolicy", s.In, fmt.Sprint("p", i)
		text, err := yaml.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, string(text))
	}
	return readManifests(t, strings.Join(documents, "\n---\n"))
}

func (s sentence) run(t *testing.T) {
	m := play(t, s.policies)
	for line := range strings.Lines(s.checks) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		port, protocol := splitPort(t, fields[2])
		src, dst := m.endpoint(t, fields[0]), m.endpoint(t, fields[1])
		got := m.Connect(src, dst, port, protocol)
		if string(got.Verdict) != fields[3] {
			t.Errorf("%s: got %s\n%+v", strings.TrimSpace(line), got.Verdict, got)
		}
		all := m.Allowed(src, dst)
		if all.Allowed.Contains(port, protocol) != (fields[3] == "allowed") || all.Unknown.Contains(port, protocol) != (fields[3] == "unknown") {
			t.Errorf("%s: of all ports: %s allowed, %s unknown", strings.TrimSpace(line), all.Allowed, all.Unknown)
		}
	}
	for line := range strings.Lines(s.postures) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if got := m.Posture(m.pods[fields[0]], netpol.Direction(fields[1])); string(got) != fields[2] {
			t.Errorf("%s: got %s", strings.TrimSpace(line), got)
		}
	}
}

func splitPort(t testing.TB, text string) (int32, corev1.Protocol) {
	t.Helper()
	number, protocol, _ := strings.Cut(text, "/")
	port, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return int32(port), corev1.Protocol(protocol)
}

func TestSentencesAboutIsolation(t *testing.T) {
	for _, s := range []sentence{
		{
			name:     "without policies everything is allowed",
			policies: `[]`,
			checks: `shop/web bank/web 80/TCP allowed
				203.0.113.9 shop/web 80/UDP allowed
				shop/web 203.0.113.9 80/SCTP allowed`,
			postures: `shop/web ingress open
				shop/web egress open`,
		}, {
			name:     "a pod is isolated for a direction once any policy of its namespace selects it and has that type in policyTypes",
			policies: `[{in: shop, podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}]`,
			checks: `bank/web shop/web 80/TCP denied
				shop/web bank/web 80/TCP allowed
				bank/web shop/db 80/TCP allowed`,
			postures: `shop/web ingress denied
				shop/web egress open
				shop/db ingress open`,
		}, {
			name:     "omitted policyTypes means Ingress",
			policies: `[{in: shop, podSelector: {}}]`,
			checks: `bank/web shop/web 80/TCP denied
				shop/web bank/web 80/TCP allowed`,
		}, {
			name:     "omitted policyTypes means Ingress even if there are only egress rules",
			policies: `[{in: shop, podSelector: {}, egress: [{}]}]`,
			checks:   `bank/web shop/web 80/TCP denied`,
		}, {
			name:     "omitted policyTypes means Egress too if the policy has at least one egress rule",
			policies: `[{in: shop, podSelector: {}, egress: [{ports: [{port: 80}]}]}]`,
			checks: `shop/web bank/web 80/TCP allowed
				shop/web bank/web 81/TCP denied`,
		}, {
			name:     "omitted policyTypes does not mean Egress if the list of egress rules is empty",
			policies: `[{in: shop, podSelector: {}, egress: []}]`,
			checks:   `shop/web bank/web 80/TCP allowed`,
		}, {
			name:     "empty policyTypes are omitted policyTypes",
			policies: `[{in: shop, podSelector: {}, policyTypes: []}]`,
			checks: `bank/web shop/web 80/TCP denied
				shop/web bank/web 80/TCP allowed`,
		}, {
			name:     "rules for a direction that policyTypes does not name are ignored",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], ingress: [{ports: [{port: 1}]}]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				shop/web bank/web 80/TCP denied`,
		}, {
			name: "allowed is the union over all policies that select the pod for that direction",
			policies: `[{in: shop, podSelector: {}, ingress: [{ports: [{port: 80}]}]},
				{in: shop, podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 81}]}]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				bank/web shop/web 81/TCP allowed
				bank/web shop/web 82/TCP denied
				bank/web shop/db 81/TCP denied`,
		}, {
			name: "a connection needs egress allowed at the source and ingress allowed at the destination",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80}, {port: 81}]}]},
				{in: bank, podSelector: {}, ingress: [{ports: [{port: 81}, {port: 82}]}]}]`,
			checks: `shop/web bank/web 80/TCP denied
				shop/web bank/web 81/TCP allowed
				shop/web bank/web 82/TCP denied
				203.0.113.9 bank/web 82/TCP allowed
				shop/web 203.0.113.9 80/TCP allowed`,
		}, {
			name: "there is no deny rule: a default deny beside an allow-all takes nothing away",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress]},
				{in: shop, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				shop/web 203.0.113.9 80/TCP allowed`,
			postures: `shop/web ingress allow-all
				shop/web egress allow-all`,
		}, {
			name: "there is no order: an allow-all before a default deny is the same",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]},
				{in: shop, podSelector: {}, policyTypes: [Ingress, Egress]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				shop/web 203.0.113.9 80/TCP allowed`,
		}, {
			name:     "ingress: [] is no rule and denies all",
			policies: `[{in: shop, podSelector: {}, ingress: []}]`,
			checks: `bank/web shop/web 80/TCP denied
				203.0.113.9 shop/web 80/TCP denied`,
			postures: `shop/web ingress denied`,
		}, {
			name:     "ingress absent is no rule and denies all",
			policies: `[{in: shop, podSelector: {}, policyTypes: [Ingress]}]`,
			checks:   `bank/web shop/web 80/TCP denied`,
		}, {
			name:     "ingress: [{}] is one rule with no from and no ports and allows everything",
			policies: `[{in: shop, podSelector: {}, ingress: [{}]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				203.0.113.9 shop/web 65535/SCTP allowed
				203.0.113.9 shop/web 0/ICMP allowed`,
			postures: `shop/web ingress allow-all`,
		}, {
			name:     "from: [] in a rule is every source, as from absent is",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]}]`,
			checks: `bank/web shop/web 80/TCP allowed
				203.0.113.9 shop/web 80/TCP allowed
				203.0.113.9 shop/web 81/TCP denied`,
		}, {
			name:     "ports: [] in a rule is every port, as ports absent is",
			policies: `[{in: shop, podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: []}]}]`,
			checks: `shop/db shop/web 12345/UDP allowed
				203.0.113.9 shop/web 80/TCP denied`,
		}, {
			name:     "podSelector: {} selects all pods of the namespace",
			policies: `[{in: shop, podSelector: {}}]`,
			postures: `shop/web ingress denied
				shop/bare ingress denied
				bank/web ingress open`,
		}, {
			name:     "podSelector absent is podSelector: {}",
			policies: `[{in: shop, policyTypes: [Ingress]}]`,
			postures: `shop/bare ingress denied`,
		}, {
			name:     "a policy's subjects are pods of its own namespace only",
			policies: `[{in: shop, podSelector: {matchLabels: {app: web}}}]`,
			postures: `shop/web ingress denied
				bank/web ingress open
				ghost/web ingress open`,
		}, {
			name:     "NotIn also selects where the key is missing",
			policies: `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}]`,
			postures: `shop/web ingress open
				shop/db ingress denied
				shop/bare ingress denied`,
		}, {
			name:     "DoesNotExist selects where the key is missing",
			policies: `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}]`,
			postures: `shop/web ingress open
				shop/bare ingress denied`,
		}, {
			name:     "In and Exists do not select where the key is missing, and all requirements are needed",
			policies: `[{in: shop, podSelector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [web, db]}, {key: app, operator: Exists}]}}]`,
			postures: `shop/web ingress denied
				shop/db ingress open
				shop/bare ingress open`,
		},
	} {
		t.Run(s.name, s.run)
	}
}

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
			policies: `[{in: bank, podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}]`,
			checks: `bank/agent shop/web 80/TCP unknown
				shop/web bank/agent 80/TCP unknown
				203.0.113.9 bank/agent 80/TCP unknown
				192.168.0.1 bank/agent 80/TCP allowed`,
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
