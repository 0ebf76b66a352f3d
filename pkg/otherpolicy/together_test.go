package otherpolicy_test

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

func TestPoliciesTogether(t *testing.T) {
	const denyAll = "[{action: Deny, from: [{namespaces: {}}]}]"
	const acceptAll = "[{action: Accept, from: [{namespaces: {}}]}]"
	baseline := func(rules string) string {
		return clusterPolicy("Baseline", "subject: {namespaces: {}}, ingress: "+rules)
	}
	admin := func(rules string) string { return clusterPolicy("Admin", "subject: {namespaces: {}}, ingress: "+rules) }
	for _, tt := range []struct {
		name     string
		policies []string
		want     string
	}{
		{"none", nil, "nothing"},
		{"one that denies by default", []string{cnp("{endpointSelector: {}, ingress: [{}]}")}, "denies, default deny"},
		{"one that selects another pod", []string{cnp("{endpointSelector: {matchLabels: {app: db}}, ingress: [{}]}")}, "nothing"},
		{"one that selects perhaps", []string{cnp("{endpointSelector: {matchLabels: {'container:app': db}}, ingress: [{}]}")}, "denies"},
		{"another opens everything", []string{cnp("{endpointSelector: {}, ingress: [{}]}"), ccnp("{endpointSelector: {}, ingress: [{fromEntities: [all]}]}")}, "allows, denies"},
		{"another opens everything to another pod", []string{cnp("{endpointSelector: {}, ingress: [{}]}"), ccnp("{endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEntities: [all]}]}")}, "denies, default deny"},
		{"others open everything between them", []string{cnp("{endpointSelector: {}, ingress: [{}]}"), ccnp("{endpointSelector: {}, ingress: [{fromEntities: [world]}]}"), ccnp("{endpointSelector: {}, ingress: [{fromEntities: [cluster]}]}")}, "allows, denies"},
		{"a denial of everything stands", []string{cnp("{endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]}"), ccnp("{endpointSelector: {}, ingress: [{fromEntities: [all]}]}")}, "allows, denies, default deny"},
		{"another of Calico's passes everything by", []string{gnp("order: 10, types: [Ingress]"), gnp("order: 1, types: [Ingress], ingress: [{action: Pass}]")}, "allows, denies"},
		{"another tier accepts all pods", []string{admin(acceptAll), baseline(denyAll)}, "allows, denies, yields"},
		{"the baseline", []string{baseline(denyAll)}, "denies, default deny, of pods, yields"},
		{"the baseline and what does not yield", []string{baseline(denyAll), admin(denyAll)}, "denies, default deny, of pods"},
		{"the baseline and what denies the world too", []string{baseline(denyAll), gnp("types: [Ingress]")}, "denies, default deny"},
		{"one rule of two selects the pod", []string{"{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x, namespace: shop}, specs: [{endpointSelector: {matchLabels: {app: web}}, ingress: [{}]}, {endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEntities: [all]}]}]}"},
			"denies, default deny"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var policies []*otherpolicy.Policy
			for _, text := range tt.policies {
				policies = append(policies, policy(t, text))
			}
			if got := words(otherpolicy.Together(policies, shop, web, netpol.Ingress)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := words(otherpolicy.Together(policies, shop, onHost, netpol.Ingress)); got != "nothing" {
				t.Errorf("on the host network: %q", got)
			}
		})
	}
}

func TestAnAllowAllNetworkPolicySwitchesSomeOff(t *testing.T) {
	ordered := func(order, rules string) string {
		return gnp("order: " + order + ", types: [Ingress], ingress: " + rules)
	}
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"a default deny of Cilium", cnp("{endpointSelector: {}, ingress: [{}]}"), true},
		{"a denial of some by Cilium, which denies by default too", cnp("{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}"), true},
		{"a denial of some by Cilium alone", cnp("{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingressDeny: [{fromEntities: [world]}]}"), false},
		{"a denial of everything by Cilium", cnp("{endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]}"), false},
		{"an allow of everything by Cilium", cnp("{endpointSelector: {}, ingress: [{fromEntities: [all]}]}"), false},
		{"a policy for nodes", ccnp("{nodeSelector: {}, ingress: [{}]}"), false},
		{"Calico's without order", gnp("selector: all()"), true},
		{"Calico's without order, with a denial", gnp("ingress: [{action: Deny}]"), true},
		{"Calico's with the order of NetworkPolicies", ordered("1000", "[{action: Deny}]"), true},
		{"Calico's with a later order", ordered("2000.5", "[{action: Deny}]"), true},
		{"Calico's with an earlier order and a denial", ordered("999", "[{action: Deny}]"), false},
		{"Calico's with an earlier order, by the end of the tier", ordered("10", "[{action: Allow, protocol: TCP}]"), true},
		{"Calico's that allows everything else", ordered("2000", "[{action: Deny, protocol: TCP}, {action: Allow}]"), true},
		{"Calico's that allows everything", ordered("2000", "[{action: Allow}]"), false},
		{"Calico's of the administrators' tier", gnp("tier: kube-admin, ingress: [{action: Deny}]"), false},
		{"Calico's of the last tier", gnp("tier: kube-baseline, ingress: [{action: Deny}]"), true},
		{"Calico's of a tier whose order is not read", gnp("tier: security, order: 1, ingress: [{action: Deny}]"), true},
		{"for egress only", gnp("types: [Egress]"), true},
		{"a denial in the Admin tier", anp("subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]"), false},
		{"a denial in the Baseline tier", banp("subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]"), true},
		{"a denial of some in the Baseline tier", clusterPolicy("Baseline", "subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}]}]"), true},
		{"nothing denied in the Baseline tier", banp("subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := policy(t, tt.text).SwitchedOffByAllowAll(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
