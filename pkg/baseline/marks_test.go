package baseline_test

import (
	"fmt"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// allowAllHash is on objects in clusters: rollback removes only what still has
// the recorded hash, so it must never change.
const allowAllHash = "71ad28bf9ee30dc29372aa2b30d8870171d6a7147e2defb3f1836cd1130d9d7c"

func TestSpecHashIsPinned(t *testing.T) {
	entry, _ := baseline.Lookup("allow-all")
	if got := baseline.SpecHash(entry.Policy("shop")); got != allowAllHash {
		t.Errorf("SpecHash = %s, want %s", got, allowAllHash)
	}
}

func TestSpecHashIsOfTheDefaultedSpec(t *testing.T) {
	for _, tt := range []struct{ name, a, b string }{
		{"absent policyTypes", `podSelector: {}`, `{podSelector: {}, policyTypes: [Ingress]}`},
		{"absent policyTypes with a rule of egress", `egress: [{}]`, `{podSelector: {}, egress: [{}], policyTypes: [Ingress, Egress]}`},
		{"absent protocol", `ingress: [{ports: [{port: 80}]}]`, `ingress: [{ports: [{port: 80, protocol: TCP}]}]`},
		{"empty and absent lists", `{ingress: [], policyTypes: [Ingress]}`, `policyTypes: [Ingress]`},
		{"empty and absent peers", `ingress: [{from: [], ports: []}]`, `ingress: [{}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := specOf(t, tt.a), specOf(t, tt.b)
			if baseline.SpecHash(a) != baseline.SpecHash(b) {
				t.Errorf("hashes differ:\n%s\n%s", tt.a, tt.b)
			}
			if before := baseline.SpecHash(a); before != baseline.SpecHash(validation.Default(a)) {
				t.Error("defaulting changed the hash")
			}
		})
	}
}

func TestSpecHashTellsSpecsApart(t *testing.T) {
	specs := []string{
		`podSelector: {}`,
		`ingress: [{}]`,
		`egress: [{}]`,
		`{ingress: [{}], egress: [{}]}`,
		`podSelector: {matchLabels: {app: a}}`,
		`ingress: [{ports: [{port: 80}]}]`,
		`ingress: [{ports: [{port: "80"}]}]`,
		`ingress: [{ports: [{port: 80, protocol: UDP}]}]`,
		`ingress: [{from: [{podSelector: {}}]}]`,
		`ingress: [{from: [{namespaceSelector: {}}]}]`,
		`ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]`,
		`ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]`,
	}
	seen := map[string]string{}
	for _, spec := range specs {
		hash := baseline.SpecHash(specOf(t, spec))
		if other, twice := seen[hash]; twice {
			t.Errorf("the same hash:\n%s\n%s", spec, other)
		}
		seen[hash] = spec
	}
}

func specOf(t *testing.T, text string) *networkingv1.NetworkPolicy {
	t.Helper()
	np := &networkingv1.NetworkPolicy{}
	if err := yaml.UnmarshalStrict([]byte(text), &np.Spec); err != nil {
		t.Fatal(err)
	}
	return np
}

// setOf is a set of policies with these specs.
func setOf(t *testing.T, specs ...string) baseline.Set {
	t.Helper()
	var templates []*networkingv1.NetworkPolicy
	for i, spec := range specs {
		np := specOf(t, spec)
		np.Name = fmt.Sprintf("p%d", i)
		templates = append(templates, np)
	}
	return baseline.NewSet("file", templates)
}
