package otherpolicy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// policy reads an object from YAML.
func policy(t testing.TB, text string) *otherpolicy.Policy {
	t.Helper()
	p, err := readYAML(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readYAML(t testing.TB, text string) (*otherpolicy.Policy, error) {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ APIVersion, Kind string }
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	return otherpolicy.Read(schema.FromAPIVersionAndKind(header.APIVersion, header.Kind), raw)
}

var (
	shop = otherpolicy.Namespace{Name: "shop", Labels: map[string]string{"team": "retail", "kubernetes.io/metadata.name": "shop"}}
	web  = otherpolicy.Pod{Labels: map[string]string{"app": "web"}, ServiceAccount: "default"}
)

// effects is what a policy does, in words.
func effects(p *otherpolicy.Policy) string {
	return "ingress: " + words(p.Effect(netpol.Ingress)) + "; egress: " + words(p.Effect(netpol.Egress))
}

func words(e otherpolicy.Effect) string {
	var said []string
	for _, w := range []struct {
		word string
		is   bool
	}{
		{"allows", e.Allows}, {"denies", e.Denies}, {"default deny", e.DefaultDeny}, {"of pods", e.PodsOnly}, {"yields", e.YieldsToNetworkPolicy},
	} {
		if w.is {
			said = append(said, w.word)
		}
	}
	if len(said) == 0 {
		return "nothing"
	}
	return strings.Join(said, ", ")
}

func TestEveryKindIsFoundByItsName(t *testing.T) {
	for _, kind := range otherpolicy.Kinds() {
		found, ok := otherpolicy.KindOf(kind.GVK())
		if !ok || found != kind {
			t.Errorf("%v: found %v", kind, found)
		}
		if kind.GVR().Resource != strings.ToLower(kind.Kind[:len(kind.Kind)-1]+"ies") {
			t.Errorf("%s is no plural of %s", kind.Resource, kind.Kind)
		}
	}
}

func TestOtherKindsAndVersionsAreNotRead(t *testing.T) {
	for _, apiVersion := range []string{"networking.k8s.io/v1", "projectcalico.org/v4", "cilium.io/v3", "policy.networking.k8s.io/v1"} {
		_, err := otherpolicy.Read(schema.FromAPIVersionAndKind(apiVersion, "NetworkPolicy"), []byte(`{"metadata":{"name":"x"}}`))
		if !errors.Is(err, otherpolicy.ErrNotRead) {
			t.Errorf("%s: %v", apiVersion, err)
		}
	}
}

func TestAPolicyIsNamedByKindAndName(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {endpointSelector: {}}}", "CiliumNetworkPolicy shop/deny"},
		{"{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: default-deny}, spec: {}}", "Calico GlobalNetworkPolicy default-deny"},
		{"{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: default.deny, namespace: shop}, spec: {}}", "Calico NetworkPolicy shop/default.deny"},
	} {
		if got := policy(t, tt.text).String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestWhatCannotBeReadIsAnErrorThatNamesTheField(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no name", "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {namespace: shop}, spec: {}}", "metadata.name: Required value"},
		{"a label that is a boolean", "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x}, spec: {endpointSelector: {matchLabels: {app: true}}}}",
			"spec.endpointSelector.matchLabels: Invalid type: it must not be a boolean"},
		{"a Cilium policy without spec and specs", "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x}}", "spec: Required value"},
		{"a Calico policy without spec", "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: x}}", "spec: Required value"},
		{"a selector that is a list", "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: x}, spec: {selector: []}}", "spec.selector: Invalid type: it must not be a list"},
		{"a tier that there is not", "{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: x}, spec: {tier: Middle}}",
			`spec.tier: Unsupported value: "Middle": must be Admin or Baseline`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readYAML(t, tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestUnknownFieldsAreLeftOut(t *testing.T) {
	p := policy(t, "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: x, colour: red}, spec: {selector: all(), mood: good}, status: {}}")
	if got := p.Selects(shop, web); got != otherpolicy.Surely {
		t.Errorf("selects %v", got)
	}
}
