package otherpolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// clusterPolicy is a ClusterNetworkPolicy of a tier.
func clusterPolicy(tier, spec string) string {
	return fmt.Sprintf("{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: x}, spec: {tier: %s, priority: 1, %s}}", tier, spec)
}

func anp(spec string) string {
	return "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: x}, spec: {priority: 1, " + spec + "}}"
}

func banp(spec string) string {
	return "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {name: default}, spec: {" + spec + "}}"
}

func TestTheAdministratorsKindsSelectSubjects(t *testing.T) {
	const never, perhaps, surely = otherpolicy.Never, otherpolicy.Perhaps, otherpolicy.Surely
	for kind, of := range map[string]func(string) string{
		"ClusterNetworkPolicy":       func(s string) string { return clusterPolicy("Admin", "subject: "+s) },
		"AdminNetworkPolicy":         func(s string) string { return anp("subject: " + s) },
		"BaselineAdminNetworkPolicy": func(s string) string { return banp("subject: " + s) },
	} {
		t.Run(kind, func(t *testing.T) {
			selections{
				{"all namespaces", of("{namespaces: {}}"), payments, web, surely, ""},
				{"not pods on the host network", of("{namespaces: {}}"), shop, onHost, never, ""},
				{"a namespace by its label", of("{namespaces: {matchLabels: {team: retail}}}"), shop, web, surely, ""},
				{"another namespace", of("{namespaces: {matchLabels: {team: retail}}}"), payments, web, never, ""},
				{"a namespace by its name", of("{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}"), undeclared, web, surely, ""},
				{"a namespace whose labels are not known", of("{namespaces: {matchLabels: {team: retail}}}"), undeclared, web, perhaps, ""},
				{"pods of all namespaces", of("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}"), payments, web, surely, ""},
				{"other pods", of("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}}"), payments, web, never, ""},
				{"pods of some namespaces", of("{pods: {namespaceSelector: {matchLabels: {team: retail}}, podSelector: {}}}"), payments, web, never, ""},
				{"pods without a label", of("{pods: {podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [db]}]}}}"), shop, web, surely, ""},
				{"nobody", of("{}"), shop, web, perhaps, "exactly one of namespaces and pods"},
				{"both", of("{namespaces: {}, pods: {podSelector: {}}}"), shop, web, perhaps, "exactly one of namespaces and pods"},
				{"a selector that cannot be read", of("{namespaces: {matchExpressions: [{key: a, operator: In}]}}"), shop, web, perhaps, "spec.subject.namespaces"},
			}.test(t)
		})
	}
}

// adminCases are rules and their effect, in the words of v1alpha2.
var adminCases = []struct {
	name, direction, rules string
	// admin and baseline are the effects in the two tiers.
	admin, baseline string
}{
	{"no rule", "ingress", "[]", "nothing", "yields"},
	{"all pods are denied", "ingress", "[{action: Deny, from: [{namespaces: {}}]}]", "denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"all pods are denied by both selectors", "ingress", "[{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {}}}]}]",
		"denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"all pods of some namespaces", "ingress", "[{action: Deny, from: [{namespaces: {matchLabels: {team: a}}}]}]", "denies", "denies, yields"},
	{"some pods of all namespaces", "ingress", "[{action: Deny, from: [{pods: {podSelector: {matchLabels: {app: a}}}}]}]", "denies", "denies, yields"},
	{"some are accepted before", "ingress", "[{action: Accept, from: [{namespaces: {matchLabels: {team: a}}}]}, {action: Deny, from: [{namespaces: {}}]}]",
		"allows, denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"some are passed before", "ingress", "[{action: Pass, from: [{namespaces: {matchLabels: {team: a}}}]}, {action: Deny, from: [{namespaces: {}}]}]",
		"denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"all are accepted before", "ingress", "[{action: Accept, from: [{namespaces: {}}]}, {action: Deny, from: [{namespaces: {}}]}]", "allows, denies", "denies, yields"},
	{"all are passed before", "ingress", "[{action: Pass, from: [{namespaces: {}}]}, {action: Deny, from: [{namespaces: {}}]}]", "denies", "denies, yields"},
	{"all may be accepted before", "ingress", "[{action: Accept, from: [{namespaces: {matchExpressions: [{key: a, operator: DoesNotExist}]}}]}, {action: Deny, from: [{namespaces: {}}]}]",
		"allows, denies", "denies, yields"},
	{"all are accepted behind", "ingress", "[{action: Deny, from: [{namespaces: {}}]}, {action: Accept, from: [{namespaces: {}}]}]",
		"denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"all but a port are denied", "ingress", "[{action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}, {action: Deny, from: [{namespaces: {}}]}]",
		"allows, denies, default deny, of pods", "denies, default deny, of pods, yields"},
	{"a port is denied", "ingress", "[{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}]", "denies", "denies, yields"},
	{"all pods are denied, not the world", "egress", "[{action: Deny, to: [{namespaces: {}}]}]", "denies", "denies, yields"},
	{"the addresses of one family are denied", "egress", "[{action: Deny, to: [{networks: [0.0.0.0/0]}]}]", "denies", "denies, yields"},
	{"the addresses of both are denied", "egress", "[{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}]", "denies, default deny", "denies, default deny, yields"},
	{"the same in two rules", "egress", "[{action: Deny, to: [{networks: [0.0.0.0/0]}]}, {action: Deny, to: [{networks: ['::/0']}]}]", "denies, default deny", "denies, default deny, yields"},
	{"all pods are accepted before", "egress", "[{action: Accept, to: [{namespaces: {}}]}, {action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}]",
		"allows, denies, default deny", "denies, default deny, yields"},
	{"all addresses of a family are accepted before", "egress", "[{action: Accept, to: [{networks: [0.0.0.0/1, 128.0.0.0/1]}]}, {action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}]",
		"allows, denies", "denies, yields"},
	{"nodes are denied", "egress", "[{action: Deny, to: [{nodes: {}}]}]", "denies", "denies, yields"},
	{"a name is accepted before", "egress", "[{action: Accept, to: [{domainNames: [example.org]}]}, {action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}]",
		"allows, denies, default deny", "denies, default deny, yields"},
	{"an unknown peer is not accepted", "ingress", "[{action: Accept, from: [{friends: {}}]}]", "nothing", "yields"},
	{"an unknown peer may be denied", "ingress", "[{action: Deny, from: [{friends: {}}]}]", "denies", "denies, yields"},
	{"an unknown peer may be denied by a Pass", "ingress", "[{action: Pass, from: [{friends: {}}]}]", "denies", "denies, yields"},
	{"an action that there is not", "ingress", "[{action: Forbid, from: [{namespaces: {}}]}]", "allows, denies", "allows, denies, yields"},
}

func TestTheAdministratorsKindsDecideByTheFirstRuleThatMatches(t *testing.T) {
	old := strings.NewReplacer("Accept", "Allow", "protocols: [{tcp: {destinationPort: {number: 80}}}]", "ports: [{portNumber: {protocol: TCP, port: 80}}]")
	for _, tt := range adminCases {
		t.Run(tt.name, func(t *testing.T) {
			spec := "subject: {namespaces: {}}, " + tt.direction + ": " + tt.rules
			for kind, c := range map[string]struct{ text, want string }{
				"Admin":    {clusterPolicy("Admin", spec), tt.admin},
				"Baseline": {clusterPolicy("Baseline", spec), tt.baseline},
				"ANP":      {anp(old.Replace(spec)), tt.admin},
				"BANP":     {banp(old.Replace(spec)), tt.baseline},
			} {
				p := policy(t, c.text)
				if diff := cmp.Diff(c.want, words(p.Effect(netpol.Direction(tt.direction)))); diff != "" {
					t.Errorf("%s:\n%s", kind, diff)
				}
				if want := strings.Contains(c.want, "allows") || strings.Contains(c.want, "denies"); p.Counts() != want {
					t.Errorf("%s counts: %v", kind, p.Counts())
				}
			}
		})
	}
}

func TestAllPortsMayBeARange(t *testing.T) {
	deny := "{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}"
	for _, tt := range []struct{ name, text, want string }{
		{"all of TCP and UDP", clusterPolicy("Admin", "subject: {namespaces: {}}, egress: [{action: Accept, to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {destinationPort: {range: {start: 1, end: 65535}}}}, {udp: {}}]}, "+deny+"]"), "allows, denies"},
		{"all of TCP", clusterPolicy("Admin", "subject: {namespaces: {}}, egress: [{action: Accept, to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {}}]}, "+deny+"]"), "allows, denies, default deny"},
		{"in the old version", anp("subject: {namespaces: {}}, egress: [{action: Allow, to: [{networks: [0.0.0.0/0]}], ports: [{portRange: {start: 1, end: 65535}}, {portRange: {protocol: UDP, start: 1, end: 65535}}]}, " + deny + "]"), "allows, denies"},
		{"TCP in the old version", anp("subject: {namespaces: {}}, egress: [{action: Allow, to: [{networks: [0.0.0.0/0]}], ports: [{portRange: {start: 1, end: 65535}}]}, " + deny + "]"), "allows, denies, default deny"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := words(policy(t, tt.text).Effect(netpol.Egress)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
