package baseline_test

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
)

// The guide's policy is known by the meaning of its fields, and by nothing that it does not have.
func TestTheGuidesPolicyIsRecognised(t *testing.T) {
	const (
		name  = "metadata: {name: cis-default-allow, labels: {cis-benchmark: 5.3.2}}\n"
		peers = "[{namespaceSelector: {}}, {podSelector: {}}]"
		spec  = "spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: " + peers + "}], egress: [{to: " + peers + "}]}\n"
	)
	for what, test := range map[string]struct {
		text string
		want bool
	}{
		"as the page has it":         {name + spec, true},
		"as the program makes it":    {"metadata: {name: cis-default-allow, labels: {cis-benchmark: 5.3.2, app: network-policy-manager}}\n" + spec, true},
		"without the label":          {"metadata: {name: cis-default-allow}\n" + spec, true},
		"without policyTypes":        {name + "spec: {podSelector: {}, ingress: [{from: " + peers + "}], egress: [{to: " + peers + "}]}\n", true},
		"with empty lists":           {name + "spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: " + peers + ", ports: []}], egress: [{to: " + peers + "}]}\n", true},
		"under another name":         {"metadata: {name: allow-cluster}\n" + spec, false},
		"with a label of its own":    {"metadata: {name: cis-default-allow, labels: {team: web}}\n" + spec, false},
		"with another label's value": {"metadata: {name: cis-default-allow, labels: {cis-benchmark: 5.2.1}}\n" + spec, false},
		"with another app's label":   {"metadata: {name: cis-default-allow, labels: {cis-benchmark: 5.3.2, app: web}}\n" + spec, false},
		"of one direction":           {name + "spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: " + peers + "}]}\n", false},
		"of some pods":               {name + "spec: {podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress], ingress: [{from: " + peers + "}], egress: [{to: " + peers + "}]}\n", false},
		"of one port":                {name + "spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: " + peers + ", ports: [{port: 80}]}], egress: [{to: " + peers + "}]}\n", false},
		"mended":                     {name + "spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}\n", false},
	} {
		np := &networkingv1.NetworkPolicy{}
		if err := yaml.UnmarshalStrict([]byte(test.text), np); err != nil {
			t.Fatal(err)
		}
		if got := baseline.IsGuides(np); got != test.want {
			t.Errorf("%s: %t, want %t", what, got, test.want)
		}
	}
	for _, entry := range baseline.Catalogue {
		if baseline.IsGuides(entry.Policy("shop")) {
			t.Errorf("%s is taken for the guide's", entry.Name)
		}
	}
}

// What a template says about how another object came to be is not said of those that are made from it.
func TestPoliciesOfATemplate(t *testing.T) {
	np := &networkingv1.NetworkPolicy{}
	if err := yaml.UnmarshalStrict([]byte(`
metadata:
  name: web
  uid: "1"
  resourceVersion: "2"
  labels: {team: web, app.kubernetes.io/managed-by: somebody}
  annotations: {note: kept, cis532.io/run: x, cis532.io/tool-version: y, cis532.io/policy: allow-all, kubectl.kubernetes.io/last-applied-configuration: "{}"}
spec: {ingress: [{ports: [{port: 80}]}]}
`), np); err != nil {
		t.Fatal(err)
	}
	got := baseline.NewSet("web.yaml", []*networkingv1.NetworkPolicy{np}).Policies("shop")[0]
	if got.Namespace != "shop" || got.UID != "" || got.ResourceVersion != "" || len(got.Spec.PolicyTypes) != 1 || len(got.Labels) != 3 || len(got.Annotations) != 3 {
		t.Errorf("%+v", got)
	}
	if got.Annotations[baseline.AnnotationPolicy] != "web.yaml" || got.Annotations["note"] != "kept" ||
		got.Labels[baseline.LabelManagedBy] != baseline.LabelManagedByValue || got.Annotations[baseline.AnnotationSpecHash] != baseline.SpecHash(got) {
		t.Errorf("%+v", got.ObjectMeta)
	}
}
