package control

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the expected texts anew")

func TestEachBenchmarkHasItsNumberAndTheSameTexts(t *testing.T) {
	got := map[string]v1alpha1.Control{}
	for _, name := range Names() {
		b, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = b.Control()
	}
	text, err := yaml.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/controls.yaml"
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestABenchmarkDoesNotReferToItself(t *testing.T) {
	for _, it := range items {
		c := it.benchmark.Control()
		if own := it.name + " " + it.id; slices.Contains(c.References, own) {
			t.Errorf("%s refers to %q", it.benchmark, own)
		}
		if !strings.HasPrefix(c.Benchmark, it.name) {
			t.Errorf("%s: %q does not begin with %q", it.benchmark, c.Benchmark, it.name)
		}
	}
}

func TestNoControlIsSharedBetweenReports(t *testing.T) {
	changed := CIS.Control()
	changed.Mappings[0].ID, changed.References[0] = "changed", "changed"
	if diff := cmp.Diff("4.4", CIS.Control().Mappings[0].ID); diff != "" {
		t.Error(diff)
	}
	if CIS.Control().References[0] == "changed" {
		t.Error("references are shared")
	}
}

func TestABenchmarkThatIsNotKnownIsAnError(t *testing.T) {
	for _, name := range []string{"", "CIS", "rke2", "cis "} {
		if b, err := Named(name); err == nil {
			t.Errorf("%q is taken for %s", name, b)
		}
	}
}

func TestRecognise(t *testing.T) {
	openShift := []string{"apps", "config.openshift.io", "project.openshift.io"}
	for name, c := range map[string]struct {
		facts Facts
		want  Benchmark
	}{
		"nothing is known":                  {Facts{}, CIS},
		"upstream":                          {Facts{ServerVersion: "v1.37.1", Server: "https://127.0.0.1:6443"}, CIS},
		"k3s":                               {Facts{ServerVersion: "v1.34.4+k3s1"}, CIS},
		"Amazon's service":                  {Facts{ServerVersion: "v1.34.2-eks-508b6b3"}, EKS},
		"EKS Distro, which anybody may run": {Facts{ServerVersion: "v1.27.1-eks-1-27-4"}, CIS},
		"GKE":                               {Facts{ServerVersion: "v1.34.1-gke.1234000"}, GKE},
		"a word that only looks like GKE's": {Facts{ServerVersion: "v1.34.1-gkeless.1"}, CIS},
		"AKS by its domain":                 {Facts{ServerVersion: "v1.34.1", Server: "https://shop-dns-1a2b.hcp.westeurope.azmk8s.io:443"}, AKS},
		"AKS in capitals":                   {Facts{Server: "https://SHOP.HCP.WESTEUROPE.AZMK8S.IO"}, AKS},
		"AKS with a private link":           {Facts{Server: "https://shop-1a2b.1234.privatelink.westeurope.azmk8s.io:443"}, AKS},
		"a domain that only ends like AKS'": {Facts{Server: "https://api.notazmk8s.io:443"}, CIS},
		"a path that names AKS":             {Facts{Server: "https://rancher.example.com/k8s/shop.azmk8s.io"}, CIS},
		"OpenShift":                         {Facts{ServerVersion: "v1.31.6", APIGroups: openShift}, OpenShift},
		"a resource definition of OpenShift's alone": {Facts{APIGroups: openShift[:2]}, CIS},
		"a version with a commit is not OpenShift":   {Facts{ServerVersion: "v1.27.6+f67aeb3"}, CIS},
		"a server that is no URL":                    {Facts{Server: "https://[::1"}, CIS},
		"a hostile version":                          {Facts{ServerVersion: "\x1b[31m-eks-\n"}, CIS},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Recognise(c.facts); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
