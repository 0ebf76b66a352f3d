package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

func TestWhatTheAPIServerFillsIn(t *testing.T) {
	for _, test := range []struct{ name, spec, want string }{
		{
			"without policyTypes and rules, ingress is isolated",
			`{}`,
			"podSelector: {}\npolicyTypes:\n- Ingress\n",
		},
		{
			"an egress rule adds Egress",
			`egress: [{}]`,
			"egress:\n- {}\npodSelector: {}\npolicyTypes:\n- Ingress\n- Egress\n",
		},
		{
			"an empty list of egress rules adds nothing",
			`{egress: [], policyTypes: []}`,
			"podSelector: {}\npolicyTypes:\n- Ingress\n",
		},
		{
			"policyTypes that are there stay, also if they ignore rules",
			`{egress: [{}], policyTypes: [Ingress]}`,
			"egress:\n- {}\npodSelector: {}\npolicyTypes:\n- Ingress\n",
		},
		{
			"a port without protocol is TCP, in both directions",
			`{ingress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}], egress: [{ports: [{}]}], policyTypes: [Ingress]}`,
			"egress:\n- ports:\n  - protocol: TCP\ningress:\n- ports:\n  - port: 53\n    protocol: TCP\n" +
				"  - port: 53\n    protocol: UDP\npodSelector: {}\npolicyTypes:\n- Ingress\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			np := policyWithSpec(t, test.spec)
			before := np.DeepCopy()
			defaulted := validation.Default(np)
			got, err := yaml.Marshal(defaulted.Spec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, np); diff != "" {
				t.Errorf("the argument was changed (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(np.ObjectMeta, defaulted.ObjectMeta); diff != "" {
				t.Errorf("the metadata was changed (-before +after):\n%s", diff)
			}
		})
	}
	if validation.Default(nil) != nil {
		t.Error("nil does not stay nil")
	}
}
