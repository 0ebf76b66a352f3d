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
		m.compareMatrices(t, port, protocol)
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

// compareMatrices checks the matrices of the whole cast against single questions.
func (m manifests) compareMatrices(t *testing.T, port int32, protocol corev1.Protocol) {
	t.Helper()
	all := make([]int, m.Pods())
	for i := range all {
		all[i] = i
	}
	one, every := m.Matrix(all, port, protocol), m.PortMatrix(all)
	for src := range all {
		for dst := range all {
			want := m.Connect(netpol.AtPod(src), netpol.AtPod(dst), port, protocol).Verdict
			allowed, unknown := every.Allowed(src, dst)
			if got := one.Verdict(src, dst); got != want {
				t.Errorf("matrix: pod %d -> pod %d %d/%s: got %s, want %s", src, dst, port, protocol, got, want)
			}
			if allowed.Contains(port, protocol) != (want == netpol.Allowed) || unknown.Contains(port, protocol) != (want == netpol.Unknown) {
				t.Errorf("matrix of all ports: pod %d -> pod %d %d/%s: %s allowed, %s unknown, want %s", src, dst, port, protocol, allowed, unknown, want)
			}
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
			name: "podSelectors that differ in the operator alone are different",
			policies: `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress]},
				{in: shop, podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, policyTypes: [Egress]}]`,
			postures: `shop/web ingress denied
				shop/web egress open
				shop/bare ingress open
				shop/bare egress denied`,
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
