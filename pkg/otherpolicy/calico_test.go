package otherpolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// gnp is a GlobalNetworkPolicy, np a NetworkPolicy of Calico in namespace shop.
func gnp(spec string) string {
	return "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: x}, spec: {" + spec + "}}"
}

func np(spec string) string {
	return "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: x, namespace: shop}, spec: {" + spec + "}}"
}

func TestCalicoSelectsEndpoints(t *testing.T) {
	const never, perhaps, surely = otherpolicy.Never, otherpolicy.Perhaps, otherpolicy.Surely
	s := func(selector string) string { return gnp(fmt.Sprintf("selector: %q", selector)) }
	n := func(selector string) string { return gnp(fmt.Sprintf("namespaceSelector: %q", selector)) }
	a := func(selector string) string { return gnp(fmt.Sprintf("serviceAccountSelector: %q", selector)) }
	reason := "the labels of service accounts are not read"
	selections{
		{"no selector takes every pod", gnp(""), shop, web, surely, ""},
		{"of any namespace", gnp(""), payments, web, surely, ""},
		{"a NetworkPolicy only of its own", np(""), payments, web, never, ""},
		{"and there every pod", np("selector: all()"), shop, web, surely, ""},
		{"pods on the host network are no workload endpoints", gnp(""), shop, onHost, never, ""},
		{"a policy without connection tracking is for host endpoints", gnp("doNotTrack: true, applyOnForward: true"), shop, web, never, ""},
		{"one before DNAT is too", gnp("preDNAT: true, applyOnForward: true"), shop, web, never, ""},
		{"one for forwarded traffic is for pods as well", gnp("applyOnForward: true"), shop, web, surely, ""},
		{"a label", s("app == 'web'"), shop, web, surely, ""},
		{"another value", s(`app == "db"`), shop, web, never, ""},
		{"a label that is missing", s("tier == 'web'"), shop, web, never, ""},
		{"unequal", s("app != 'web'"), shop, web, never, ""},
		{"unequal to a label that is missing", s("tier != 'web'"), shop, web, surely, ""},
		{"not in, with a label that is missing", s("tier not in {'web'}"), shop, web, surely, ""},
		{"the namespace", s("projectcalico.org/namespace == 'shop'"), shop, web, surely, ""},
		{"not a namespace of the system", s("projectcalico.org/namespace not in {'kube-system', 'calico-system'}"), shop, web, surely, ""},
		{"the orchestrator", s("projectcalico.org/orchestrator == 'k8s'"), shop, web, surely, ""},
		{"the service account's name", s("projectcalico.org/serviceaccount == 'default'"), shop, web, surely, ""},
		{"a service account that is not known", s("projectcalico.org/serviceaccount == 'default'"), shop, template, perhaps, ""},
		{"a label of the namespace", s("pcns.team == 'retail'"), shop, web, surely, ""},
		{"whose labels are not known", s("pcns.team == 'retail'"), undeclared, web, perhaps, ""},
		{"a pod's own label comes before an inherited one", s("pcns.team == 'retail'"), shop, otherpolicy.Pod{Labels: map[string]string{"pcns.team": "x"}}, never, ""},
		{"a pod's own label does not come before Calico's", s("projectcalico.org/namespace == 'x'"), shop, otherpolicy.Pod{Labels: map[string]string{"projectcalico.org/namespace": "x"}}, never, ""},
		{"a label of the service account", s("pcsa.team == 'retail'"), shop, web, perhaps, reason},
		{"a selector that cannot be read", s("app = 'web'"), shop, web, perhaps, "spec.selector: cannot be read"},
		{"global() is for the peers of rules", s("global()"), shop, web, perhaps, "global()"},
		{"a namespace selector", n("team == 'retail'"), shop, web, surely, ""},
		{"of another namespace", n("team == 'retail'"), payments, web, never, ""},
		{"all namespaces", n("all()"), payments, web, surely, ""},
		{"a namespace by Calico's name", n("projectcalico.org/name == 'shop'"), undeclared, web, surely, ""},
		{"a namespace by Kubernetes' name", n("kubernetes.io/metadata.name in {'shop'}"), undeclared, web, surely, ""},
		{"a namespace whose labels are not known", n("!has(team)"), undeclared, web, perhaps, ""},
		{"a NetworkPolicy has no namespace selector", np("namespaceSelector: team == 'x'"), shop, web, surely, ""},
		{"both selectors have to match", gnp(`selector: "app == 'db'", namespaceSelector: "team == 'retail'"`), shop, web, never, ""},
		{"every service account", a("all()"), shop, web, surely, ""},
		{"a service account by its name", a("projectcalico.org/name == 'default'"), shop, web, surely, reason},
		{"another one", a("projectcalico.org/name == 'admin'"), shop, web, never, reason},
		{"a service account by its labels", a("team == 'retail'"), shop, web, perhaps, reason},
	}.test(t)
}

func TestCalicoDecidesByTheFirstRuleThatMatches(t *testing.T) {
	const isolated, some = "denies, default deny", "allows, denies, default deny"
	in := func(rules string) string { return gnp("types: [Ingress], ingress: " + rules) }
	for _, tt := range []struct{ name, text, want string }{
		{"no rule is denied at the end of the tier", in("[]"), isolated},
		{"a Log decides nothing", in("[{action: Log}]"), isolated},
		{"a denial of everything", in("[{action: Deny}]"), isolated},
		{"a denial of everything with empty ends", in("[{action: Deny, source: {}, destination: {}}]"), isolated},
		{"some are allowed", in("[{action: Allow, source: {selector: app == 'web'}}]"), some},
		{"everything is allowed", in("[{action: Allow}]"), "allows"},
		{"everything is allowed before the denial", in("[{action: Allow}, {action: Deny}]"), "allows"},
		{"everything is allowed behind the denial", in("[{action: Deny}, {action: Allow}]"), isolated},
		{"everything else is allowed", in("[{action: Deny, source: {nets: [10.0.0.0/8]}}, {action: Allow}]"), "allows, denies"},
		{"a Pass of everything leads past the end of the tier", in("[{action: Pass}, {action: Deny}]"), "allows"},
		{"a Pass of some", in("[{action: Pass, source: {selector: app == 'web'}}, {action: Deny}]"), some},
		{"all pods, and everything else is denied", in("[{action: Allow, source: {namespaceSelector: all()}}]"), some},
		{"a global all() may be networks too", in("[{action: Allow, source: {selector: all()}}]"), "allows, denies"},
		{"all() of a namespace is that namespace", np("types: [Ingress], ingress: [{action: Allow, source: {selector: all()}}]"), some},
		{"all addresses", in("[{action: Allow, source: {nets: [0.0.0.0/0]}}]"), "allows, denies"},
		{"all addresses in halves", in("[{action: Allow, source: {nets: [0.0.0.0/1]}}, {action: Allow, source: {nets: [128.0.0.0/1]}}]"), "allows, denies"},
		{"all addresses but some", in("[{action: Allow, source: {nets: [0.0.0.0/0], notNets: [10.0.0.0/8]}}]"), some},
		{"all but some addresses", in("[{action: Allow, source: {notNets: [10.0.0.0/8]}}]"), "allows, denies"},
		{"addresses that are none count as all", in("[{action: Allow, source: {nets: [ten]}}]"), "allows, denies"},
		{"a port", in("[{action: Allow, protocol: TCP, destination: {ports: [80]}}]"), some},
		{"all of TCP", in("[{action: Allow, protocol: TCP}]"), some},
		{"all of TCP and UDP", in("[{action: Allow, protocol: TCP}, {action: Allow, protocol: 17}]"), "allows, denies"},
		{"all but one protocol", in("[{action: Allow, notProtocol: ICMP}]"), "allows, denies"},
		{"all but TCP", in("[{action: Allow, notProtocol: TCP}]"), some},
		{"one IP version may be all there is", in("[{action: Allow, ipVersion: 4}]"), "allows, denies"},
		{"all but a selector may be all", in("[{action: Allow, source: {notSelector: app == 'web'}}]"), "allows, denies"},
		{"all pods and all networks", in("[{action: Allow, source: {namespaceSelector: all()}}, {action: Allow, source: {namespaceSelector: global()}}]"), "allows, denies"},
		{"a service account", in("[{action: Allow, source: {serviceAccounts: {names: [web]}}}]"), some},
		{"a service", in("[{action: Allow, source: {services: {name: web, namespace: shop}}}]"), some},
		{"pings", in("[{action: Allow, protocol: ICMP, icmp: {type: 8}}]"), some},
		{"a denial of some in the default tier", in("[{action: Deny, source: {nets: [10.0.0.0/8]}}]"), isolated},
		{"an action that there is not", in("[{action: Forbid}]"), "allows, denies"},
		{"the end of another tier may be a Pass", gnp("tier: security, types: [Ingress]"), "denies"},
		{"a denial of everything in another tier", gnp("tier: security, types: [Ingress], ingress: [{action: Deny}]"), isolated},
		{"a Pass in another tier leaves it to NetworkPolicies", gnp("tier: security, types: [Ingress], ingress: [{action: Pass}]"), "nothing"},
		{"an Allow in another tier", gnp("tier: security, types: [Ingress], ingress: [{action: Allow, protocol: TCP}, {action: Pass}]"), "allows"},
		{"the end of the tier of administrators is a Pass", gnp("tier: kube-admin, types: [Ingress], ingress: [{action: Allow, protocol: TCP}]"), "allows"},
		{"the last tier comes behind NetworkPolicies", gnp("tier: kube-baseline, types: [Ingress], ingress: [{action: Allow, protocol: TCP}, {action: Deny}]"), "denies, default deny, yields"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.TrimPrefix(strings.Split(effects(policy(t, tt.text)), ";")[0], "ingress: "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			mirrored := policy(t, strings.NewReplacer("Ingress", "Egress", "ingress", "egress", "source", "destination", "destination", "source").Replace(tt.text))
			if got := words(mirrored.Effect(netpol.Egress)); got != tt.want {
				t.Errorf("mirrored: got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCalicoTypesAreDefaulted(t *testing.T) {
	const isolated = "denies, default deny"
	stored := func(spec string) string {
		return "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: default.x}, spec: {" + spec + "}}"
	}
	for _, tt := range []struct{ name, text, ingress, egress string }{
		{"no rules", gnp(""), isolated, "nothing"},
		{"ingress rules", gnp("ingress: [{action: Deny}]"), isolated, "nothing"},
		{"egress rules", gnp("egress: [{action: Deny}]"), "nothing", isolated},
		{"both", gnp("ingress: [{action: Deny}], egress: [{action: Deny}]"), isolated, isolated},
		{"types without rules", gnp("types: [Ingress, Egress]"), isolated, isolated},
		{"types that leave rules out", gnp("types: [Egress], ingress: [{action: Allow}]"), "nothing", isolated},
		{"stored without types may be both", stored(""), isolated, "denies"},
		{"stored with them is not", stored("types: [Egress]"), "nothing", isolated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff("ingress: "+tt.ingress+"; egress: "+tt.egress, effects(policy(t, tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAStoredPolicyHasItsTierInItsName(t *testing.T) {
	for name, want := range map[string]string{
		"default.deny":       "denies, default deny",
		"deny":               "denies, default deny",
		"security.deny":      "denies", // its end is perhaps a Pass
		"kube-baseline.deny": "yields",
	} {
		p := policy(t, "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: "+name+"}, spec: {types: [Ingress]}}")
		if got := words(p.Effect(netpol.Ingress)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	served := policy(t, "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: security.deny}, spec: {types: [Ingress]}}")
	if got := words(served.Effect(netpol.Ingress)); got != "denies, default deny" {
		t.Errorf("served by Calico, a name says nothing: got %q", got)
	}
}

// The examples of docs.tigera.io: the references of both kinds, and "Enable a default deny policy for Kubernetes pods".
func TestCalicosDocumentedExamples(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		selects          otherpolicy.Match
	}{
		{"allow TCP 6379", gnp("selector: role == 'database', types: [Ingress, Egress], ingress: [{action: Allow, metadata: {annotations: {from: frontend, to: database}}, protocol: TCP, source: {selector: role == 'frontend'}, destination: {ports: [6379]}}], egress: [{action: Allow}]"),
			"ingress: allows, denies, default deny; egress: allows", otherpolicy.Never},
		{"deny all of a namespace", np("selector: all(), types: [Ingress, Egress]"),
			"ingress: denies, default deny; egress: denies, default deny", otherpolicy.Surely},
		{"global default deny", gnp(`namespaceSelector: 'has(projectcalico.org/name) && projectcalico.org/name not in {"kube-system", "calico-system", "tigera-system"}', types: [Ingress, Egress], egress: [{action: Allow, protocol: UDP, destination: {selector: 'k8s-app == "kube-dns"', ports: [53]}}]`),
			"ingress: denies, default deny; egress: allows, denies, default deny", otherpolicy.Surely},
		{"allow ICMP, then deny", gnp("selector: all(), types: [Ingress], ingress: [{action: Allow, protocol: ICMP}, {action: Deny}]"),
			"ingress: allows, denies, default deny; egress: nothing", otherpolicy.Surely},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, tt.text)
			if diff := cmp.Diff(tt.want, effects(p)); diff != "" {
				t.Error(diff)
			}
			if got := p.Selects(shop, web); got != tt.selects {
				t.Errorf("selects %v", got)
			}
		})
	}
}
