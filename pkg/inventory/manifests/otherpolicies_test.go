package manifests_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// others lists policies of other kinds by name, and namespaces.
func others(inv *inventory.Inventory) (policies, namespaces []string) {
	for _, p := range inv.OtherPolicies {
		policies = append(policies, p.String())
	}
	for _, ns := range inv.Namespaces {
		namespaces = append(namespaces, ns.Name)
	}
	return policies, namespaces
}

func gapTexts(gaps []inventory.Gap) []string {
	var texts []string
	for _, gap := range gaps {
		texts = append(texts, gap.Namespace+"| "+gap.Err.Error())
	}
	return texts
}

func TestPoliciesOfOtherKindsAreCollected(t *testing.T) {
	inv := read(t, `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {endpointSelector: {}, ingress: [{}]}
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: all}
spec: {endpointSelector: {}, ingress: [{}]}
---
apiVersion: v1
kind: List
items:
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata: {name: calico, namespace: payments}
  spec: {selector: all()}
- apiVersion: crd.projectcalico.org/v1
  kind: GlobalNetworkPolicy
  metadata: {name: default.deny}
  spec: {selector: all()}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: cnp}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: anp}
spec: {priority: 1, subject: {namespaces: {}}}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec: {subject: {namespaces: {}}}
`)
	policies, namespaces := others(inv)
	want := []string{
		"CiliumNetworkPolicy shop/deny", "CiliumClusterwideNetworkPolicy all", "Calico NetworkPolicy payments/calico", "Calico GlobalNetworkPolicy default.deny",
		"ClusterNetworkPolicy cnp", "AdminNetworkPolicy anp", "BaselineAdminNetworkPolicy default",
	}
	if diff := cmp.Diff(want, policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"payments", "shop"}, namespaces); diff != "" {
		t.Errorf("namespaces, which only the kinds that live in one show (-want +got):\n%s", diff)
	}
	if len(inv.Gaps)+len(inv.OtherPoliciesUnknown)+len(inv.Warnings) > 0 {
		t.Errorf("gaps %v %v, warnings %v", inv.Gaps, inv.OtherPoliciesUnknown, inv.Warnings)
	}
}

func TestAPolicyOfAnotherKindWithoutNamespaceIsInTheDefaultOne(t *testing.T) {
	inv := read(t, "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x}, spec: {endpointSelector: {}, ingress: [{}]}}")
	policies, namespaces := others(inv)
	if diff := cmp.Diff([][]string{{"CiliumNetworkPolicy default/x"}, {"default"}}, [][]string{policies, namespaces}); diff != "" {
		t.Fatal(diff)
	}
	p := inv.OtherPolicies[0]
	in := p.Selects(otherpolicy.Namespace{Name: "default"}, otherpolicy.Pod{})
	elsewhere := p.Selects(otherpolicy.Namespace{Name: "shop"}, otherpolicy.Pod{})
	if in != otherpolicy.Surely || elsewhere != otherpolicy.Never {
		t.Errorf("selects %v in its namespace and %v elsewhere", in, elsewhere)
	}
}

func TestANamespaceOfAClusterwidePolicyIsIgnored(t *testing.T) {
	inv := read(t, "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: x, namespace: shop}, spec: {}}")
	policies, namespaces := others(inv)
	if diff := cmp.Diff([][]string{{"Calico GlobalNetworkPolicy x"}, nil}, [][]string{policies, namespaces}); diff != "" {
		t.Error(diff)
	}
}

func TestPoliciesOfOtherKindsThatCannotBeReadAreNoGapsOfTheBenchmark(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a field of the wrong type", "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: x, namespace: shop}, spec: {selector: [a]}}",
			`shop| standard input: document 1: NetworkPolicy "shop/x": spec.selector: Invalid type: it must not be a list`},
		{"a version that is not read", "{apiVersion: policy.networking.k8s.io/v1beta1, kind: ClusterNetworkPolicy, metadata: {name: x}}",
			`| standard input: document 1: ClusterNetworkPolicy "x": apiVersion policy.networking.k8s.io/v1beta1 is not read (policy.networking.k8s.io/v1alpha2 is)`},
		{"no name", "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {namespace: shop}, spec: {}}",
			`shop| standard input: document 1: CiliumNetworkPolicy "shop/(no name)": metadata.name: Required value`},
		{"a key twice", "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: shop}\nspec: {endpointSelector: {}}\nspec: {}\n",
			`shop| standard input: document 1: CiliumNetworkPolicy "shop/x": yaml: line 5: key "spec" already set in map`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := read(t, tt.text+"\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")
			if diff := cmp.Diff([]string{tt.want}, gapTexts(inv.OtherPoliciesUnknown)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if len(inv.Gaps)+len(inv.OtherPolicies) > 0 {
				t.Errorf("gaps %v, policies %v", inv.Gaps, inv.OtherPolicies)
			}
		})
	}
}

func TestOtherKindsOfTheSameGroupsAreNoPolicies(t *testing.T) {
	inv := read(t, `{apiVersion: cilium.io/v2, kind: CiliumNode, metadata: {name: node-1}}
---
{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: security}, spec: {order: 10}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {}}}`)
	if len(inv.OtherPolicies)+len(inv.OtherPoliciesUnknown)+len(inv.Gaps) > 0 {
		t.Errorf("policies %v, unknown %v, gaps %v", inv.OtherPolicies, inv.OtherPoliciesUnknown, inv.Gaps)
	}
	if got := len(inv.Namespace("shop").Policies); got != 1 {
		t.Errorf("%d NetworkPolicies", got)
	}
}
