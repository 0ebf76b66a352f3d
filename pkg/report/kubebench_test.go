package report

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// The same number of a version means another document in each family of benchmarks.
func TestKubeBenchNamesTheBenchmarkAsKubeBenchDoes(t *testing.T) {
	for benchmark, want := range map[string]struct{ id, version, chapter, section string }{
		"CIS Kubernetes Benchmark 2.0.1 (the same in 1.8 to 1.12)": {"5.3.2", "cis-2.0.1", "Kubernetes Policies", "Network Policies and CNI"},
		"CIS Amazon EKS Benchmark 1.8 (the same in 1.7)":           {"4.3.2", "eks-1.8", "Policies", "CNI Plugin"},
		"CIS GKE Benchmark (from 1.6)":                             {"4.3.2", "gke-1.6", "Kubernetes Policies", "Network Policies and CNI"},
		"CIS AKS Benchmark 1.8 (the same in 1.7)":                  {"4.4.2", "aks-1.8", "Policies", "CNI Plugin"},
		"CIS Red Hat OpenShift Benchmark":                          {"5.3.2", "rh", "Kubernetes Policies", "Network Policies and CNI"},
	} {
		r := v1alpha1.NewAuditReport()
		r.Control = v1alpha1.Control{ID: want.id, Title: "Title", Benchmark: benchmark, Level: 2, Assessment: "Manual"}
		c := kubeBench(r).Controls[0]
		if c.Version != want.version || c.Text != want.chapter || c.Tests[0].Desc != want.section {
			t.Errorf("%s: %s, %q, %q; want %+v", benchmark, c.Version, c.Text, c.Tests[0].Desc, want)
		}
		if got := c.Tests[0].Results[0].TestDesc; got != "Title (Level 2, Manual)" {
			t.Error(got)
		}
	}
}
