package baseline_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The manifests are what users commit to their repositories: any change of
// them is a change in every one of those.
func TestPolicyAsManifest(t *testing.T) {
	for _, entry := range baseline.Catalogue {
		t.Run(entry.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := (&printers.YAMLPrinter{}).PrintObj(entry.Policy("shop"), &got); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", entry.Name+".yaml")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("manifest (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryEntryIsValidAndKnown(t *testing.T) {
	for _, entry := range baseline.Catalogue {
		t.Run(entry.Name, func(t *testing.T) {
			np := entry.Policy("shop")
			if problems := validation.NetworkPolicy(np); len(problems) > 0 {
				t.Errorf("the API server would refuse it: %v", problems)
			}
			if entry.Purpose == "" || entry.Advice == "" {
				t.Error("it does not say what it is for, and what to know before")
			}
			found, ok := baseline.Lookup(entry.Name)
			if !ok || found.ObjectName() != np.Name {
				t.Errorf("Lookup(%q) = %v, %v", entry.Name, found.Name, ok)
			}
			if np.Annotations[baseline.AnnotationSpecHash] != baseline.SpecHash(np) {
				t.Error("the recorded hash is not that of the spec")
			}
		})
	}
	if _, ok := baseline.Lookup("no-such-entry"); ok {
		t.Error("Lookup found an entry that does not exist")
	}
	if baseline.Catalogue[0].Name != baseline.DefaultEntry {
		t.Errorf("the first entry is %q, not the default", baseline.Catalogue[0].Name)
	}
}

// What one namespace's policy becomes must not be another's.
func TestPoliciesShareNothing(t *testing.T) {
	entry, _ := baseline.Lookup(baseline.DefaultEntry)
	first := entry.Policy("a")
	first.Spec.Ingress = append(first.Spec.Ingress[:0], networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{}}})
	first.Spec.PolicyTypes[0] = "Changed"
	first.Labels["x"] = "y"
	second := entry.Policy("b")
	if second.Spec.PolicyTypes[0] != networkingv1.PolicyTypeIngress || len(second.Spec.Ingress[0].From) != 0 || second.Labels["x"] != "" {
		t.Errorf("the catalogue was changed: %+v", second)
	}
}
