package otherpolicy_test

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// FuzzRead reads whatever the bytes say as each kind: nothing may panic, and the answers must agree with each other.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		cnp("{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}], toPorts: [{ports: [{port: '0', endPort: 9, protocol: ANY}]}]}]}"),
		ccnp("{endpointSelector: {matchExpressions: [{key: 'k8s:a', operator: NotIn, values: [b]}]}, enableDefaultDeny: {egress: true}, egressDeny: [{toEntities: [all]}]}"),
		gnp("tier: security, order: 1.5, selector: \"has(a) && b not in {'c'}\", types: [Ingress], ingress: [{action: Pass, source: {nets: ['::/0'], notNets: [10.0.0.0/8]}, protocol: 6}, {action: Deny}]"),
		np("namespaceSelector: all(), serviceAccountSelector: all(), egress: [{action: Allow, destination: {ports: ['1:2', 3]}}]"),
		clusterPolicy("Baseline", "subject: {pods: {namespaceSelector: {}, podSelector: {}}}, egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {destinationPort: {range: {start: 1, end: 2}}}}]}]"),
		anp("subject: {namespaces: {}}, ingress: [{action: Pass, from: [{}], ports: [{namedPort: web}, {portNumber: {port: 1}}]}]"),
		banp("subject: {namespaces: {}}, egress: [{action: Deny, to: [{nodes: {}}]}]"),
		"{}", "null", "[]", "{metadata: {name: x}, spec: null, specs: [null]}",
	} {
		raw, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, kind := range otherpolicy.Kinds() {
			p, err := otherpolicy.Read(kind.GVK(), raw)
			if (err == nil) != (p != nil) {
				t.Fatalf("%v: policy %v, error %v", kind, p, err)
			}
			if err == nil {
				askEverything(t, p)
			}
		}
	})
}

func askEverything(t *testing.T, p *otherpolicy.Policy) {
	t.Helper()
	if p.Name == "" || len(p.Undecided()) > 8 {
		t.Fatalf("%q has %d reasons", p.Name, len(p.Undecided()))
	}
	_ = p.String()
	counts := false
	for _, d := range []netpol.Direction{netpol.Ingress, netpol.Egress, "sideways"} {
		e := p.Effect(d)
		counts = counts || e.Allows || e.Denies
		if e.DefaultDeny && !e.Denies || e.PodsOnly && !e.DefaultDeny {
			t.Fatalf("%s: %+v contradicts itself", d, e)
		}
		for _, ns := range []otherpolicy.Namespace{shop, payments, undeclared, {}} {
			for _, pod := range []otherpolicy.Pod{web, onHost, template, {}} {
				selected := p.Selects(ns, pod)
				alone := otherpolicy.Together([]*otherpolicy.Policy{p, p}, ns, pod, d)
				switch {
				case pod.HostNetwork && selected != otherpolicy.Never:
					t.Fatalf("selects a pod on the host network: %v", selected)
				case selected == otherpolicy.Never && alone != otherpolicy.Effect{}:
					t.Fatalf("%s: selects nobody and does %+v", d, alone)
				case selected != otherpolicy.Surely && alone.DefaultDeny:
					t.Fatalf("%s: isolates what it selects %v", d, selected)
				case selected == otherpolicy.Surely && e.DefaultDeny && !alone.DefaultDeny:
					t.Fatalf("%s: isolates whom it selects, but not %v of %v", d, pod, ns)
				case alone.Allows && !e.Allows || alone.Denies && !e.Denies:
					t.Fatalf("%s: does %+v to a pod, and %+v to all", d, alone, e)
				}
			}
		}
	}
	if p.Counts() != counts {
		t.Fatalf("counts: %v", p.Counts())
	}
}
