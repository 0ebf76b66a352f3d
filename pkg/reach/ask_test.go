package reach_test

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

func TestPodsAndAddresses(t *testing.T) {
	answers{
		{"a pod that nothing isolates", "data/db shop/web 80", "data/pod/db shop/pod/web 80/TCP denied"},
		{"a rule lets one pod in", "shop/web data/db 5432", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"and no other", "shop/cart data/db 5432", "shop/pod/cart data/pod/db 5432/TCP denied"},
		{"and on no other port", "shop/web data/db 5433", "shop/pod/web data/pod/db 5433/TCP denied"},
		{"and with no other protocol", "shop/web data/db 5432/UDP", "shop/pod/web data/pod/db 5432/UDP denied"},
		{"a port by its name at the destination", "shop/web data/db sql", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"a port's name with its protocol", "shop/web data/db gossip/UDP", "shop/pod/web data/pod/db 7000/UDP denied"},
		{"a port's name with another protocol", "shop/web data/db gossip", "error: destination data/pod/db: port gossip/TCP: no container declares such a port"},
		{"all ports", "shop/web data/db", "shop/pod/web data/pod/db TCP 5432 allowed"},
		{"all ports, and none is", "shop/cart data/db", "shop/pod/cart data/pod/db  denied"},
		{"all ports, and all are", "shop/cart shop/web", "shop/pod/cart shop/pod/web everything allowed"},
		{"a pod to itself", "data/db data/db 1", "data/pod/db data/pod/db 1/TCP allowed"},
		{"a pod's address as destination is that pod", "shop/web 10.0.1.1 5432", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"a pod's IPv6 address too", "shop/web fd00::2 5432", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"a pod's address as source is that pod", "10.0.0.1 data/db 5432", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"a pod's address has named ports", "shop/web 10.0.1.1 sql", "shop/pod/web data/pod/db 5432/TCP allowed"},
		{"an address outside as source, in a block", "203.0.113.7 data/db 5432", "203.0.113.7 data/pod/db 5432/TCP allowed"},
		{"an address outside as source, in none", "192.0.2.7 data/db 5432", "192.0.2.7 data/pod/db 5432/TCP denied"},
		{"an address outside as destination, in a block", "data/db 198.51.100.7 443", "data/pod/db 198.51.100.7 443/TCP allowed"},
		{"an address outside as destination, in none", "data/db 192.0.2.7 443", "data/pod/db 192.0.2.7 443/TCP denied"},
		{"an address outside has no named ports", "data/db 198.51.100.7 https", `error: destination 198.51.100.7: port "https": only a pod's ports have names`},
		{"two addresses outside", "192.0.2.1 192.0.2.2 80", "192.0.2.1 192.0.2.2 80/TCP unknown"},
		{"a finished pod has no traffic", "shop/web data/backup 80", "shop/pod/web data/pod/backup 80/TCP denied"},
		{"a finished pod's address is nobody's", "data/db 10.0.1.9 443", "data/pod/db 10.0.1.9 443/TCP denied"},
		{"a pod on the host network", "shop/web data/agent 80", "shop/pod/web data/pod/agent 80/TCP unknown"},
		{"a pod's own node may always", "192.168.0.2 data/db 1", "192.168.0.2 data/pod/db 1/TCP allowed"},
		{"another node may not", "192.168.0.1 data/db 1", "192.168.0.1 data/pod/db 1/TCP denied"},
		{"a host-network pod of the own node may", "data/agent data/db 1", "data/pod/agent data/pod/db 1/TCP unknown"},
		{"a pod that does not exist", "shop/wbe data/db 5432", "error: source shop/pod/wbe not found"},
		{"a namespace that does not exist", "shpo/web data/db 5432", `error: source shpo/pod/web: namespace "shpo" not found`},
		{"a pod by another kind's name", "shop/deploy/web data/db 5432", "error: source shop/deployment/web not found (did you mean shop/pod/web?)"},
		{"a Service as source", "shop/svc/web data/db 5432", "error: source shop/service/web: a Service makes no connections: name its pods"},
	}.check(t, cluster(t, team))
}

func TestNotesSayWhatOneShouldKnow(t *testing.T) {
	c := cluster(t, team)
	for question, want := range map[string]string{
		"data/db data/db 1":        "a pod always reaches itself",
		"shop/web data/backup 80":  "a finished pod has no traffic",
		"192.168.0.2 data/db 1":    "a pod's own node always reaches it",
		"192.0.2.1 192.0.2.2 80":   "no pod at either end: NetworkPolicies say nothing about it",
		"shop/web data/agent":      "what policies do to pods on the host network is undefined: most network plugins do not apply them, and see such pods as their node",
		"data/db 192.168.0.1 9100": "an end is a node's address: network plugins differ in whether an ipBlock matches it",
	} {
		connections, err := ask(c, question)
		if err != nil || len(connections) != 1 || len(connections[0].Notes) == 0 || connections[0].Notes[0] != want {
			t.Errorf("%s: %+v, %v, want the note %q", question, connections, err, want)
		}
	}
}

func TestDecidedNamesPoliciesAndRules(t *testing.T) {
	c := cluster(t, team, maybe)
	for question, want := range map[string]string{
		"shop/cart shop/web 80":            "egress: no policy selects the source; ingress: no policy selects the destination",
		"shop/web data/db 5432":            "egress: no policy selects the source; ingress: data/db ingress[0]",
		"shop/web data/db":                 "egress: no policy selects the source; ingress: data/db ingress[0]",
		"shop/cart data/db 5432":           "ingress: no rule of data/db, data/deny",
		"shop/cart data/db":                "ingress: no rule of data/db, data/deny",
		"data/db shop/web 80":              "egress: no rule of data/db, data/deny",
		"data/db shop/web":                 "egress: no rule of data/db, data/deny",
		"data/db 198.51.100.7 443":         "egress: data/db egress[0]; ingress: the destination is no pod",
		"data/db 198.51.100.7":             "egress: data/db egress[0]; ingress: the destination is no pod",
		"203.0.113.7 data/db 5432":         "egress: the source is no pod; ingress: data/db ingress[1]",
		"203.0.113.7 data/db":              "egress: the source is no pod; ingress: data/db ingress[1]",
		"192.168.0.2 data/db 1":            "egress: the source is no pod; ingress: from the pod's own node",
		"data/db data/db 1":                "a pod always reaches itself",
		"data/db data/db":                  "a pod always reaches itself",
		"shop/web data/backup":             "a finished pod has no traffic",
		"192.0.2.1 192.0.2.2":              "policies say nothing about it",
		"shop/web data/agent 80":           "ingress: undefined on the host network for data/deny",
		"elsewhere/x maybe/deploy/api 80":  "ingress: unknown whether it matches: maybe/labelled ingress[0]",
		"shop/web maybe/deploy/api 80":     "egress: no policy selects the source; ingress: maybe/labelled ingress[0]",
		"maybe/deploy/api shop/web 443":    "egress: no policy selects the source; ingress: no policy selects the destination",
		"data/db maybe/deploy/api 443":     "ingress: no rule of maybe/labelled",
		"data/db maybe/deploy/api":         "no port in both: egress: unknown whether it matches: data/db egress[0]; ingress: maybe/labelled ingress[0]",
		"elsewhere/pod/x maybe/deploy/api": "ingress: unknown whether it matches: maybe/labelled ingress[0]",
	} {
		connections, err := ask(c, question)
		if err != nil || len(connections) != 1 {
			t.Errorf("%s: %+v, %v", question, connections, err)
			continue
		}
		if got := reach.Decided(connections[0]); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", question, got, want)
		}
	}
}

// maybe is a template, whose address is not known, and a namespace without labels that are known.
const maybe = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: maybe}
spec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: x, namespace: elsewhere}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: labelled, namespace: maybe}
spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {stage: prod}}}, {ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}
`

func TestVerdictOfSeveralConnections(t *testing.T) {
	of := func(verdicts ...v1alpha1.ReachVerdict) v1alpha1.ReachVerdict {
		var connections []v1alpha1.Connection
		for _, v := range verdicts {
			connections = append(connections, v1alpha1.Connection{Verdict: v})
		}
		return reach.Verdict(connections)
	}
	const yes, no, perhaps = v1alpha1.ReachAllowed, v1alpha1.ReachDenied, v1alpha1.ReachUnknown
	for _, tt := range []struct {
		name      string
		got, want v1alpha1.ReachVerdict
	}{
		{"none", of(), perhaps},
		{"one", of(yes), yes},
		{"all allowed", of(yes, yes, yes), yes},
		{"all denied", of(no, no), no},
		{"some denied", of(yes, no), perhaps},
		{"some unknown", of(yes, perhaps), perhaps},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}
