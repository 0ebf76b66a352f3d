package control

import (
	"fmt"
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Benchmark is one of the CIS benchmarks that have the control, by the word that --benchmark takes.
type Benchmark string

// The benchmarks.
const (
	CIS       Benchmark = "cis"
	EKS       Benchmark = "eks"
	GKE       Benchmark = "gke"
	AKS       Benchmark = "aks"
	OpenShift Benchmark = "openshift"
)

// Whether a benchmark has the control judged by hand or by a tool.
const (
	manual    = "Manual"
	automated = "Automated"
)

// item is where the control stands in a benchmark.
type item struct {
	benchmark Benchmark
	// document is the benchmark's name and version, with the versions in which the control stands alike.
	document string
	// name is the benchmark's name alone, as others refer to it.
	name       string
	id         string
	level      int
	assessment string
}

// items are the benchmarks. The control asks the same in each; its number, and whether a tool may judge it, differ.
var items = []item{
	{CIS, "CIS Kubernetes Benchmark 2.0.1 (the same in 1.8 to 1.12)", "CIS Kubernetes Benchmark", "5.3.2", 2, manual},
	{EKS, "CIS Amazon EKS Benchmark 1.8 (the same in 1.7)", "CIS Amazon EKS Benchmark", "4.3.2", 2, automated},
	{GKE, "CIS GKE Benchmark (from 1.6)", "CIS GKE Benchmark", "4.3.2", 2, automated},
	{AKS, "CIS AKS Benchmark 1.8 (the same in 1.7)", "CIS AKS Benchmark", "4.4.2", 2, automated},
	{OpenShift, "CIS Red Hat OpenShift Benchmark", "CIS Red Hat OpenShift Benchmark", "5.3.2", 2, manual},
}

// Names are the benchmarks, as Named takes them.
func Names() []string {
	names := make([]string, len(items))
	for i := range items {
		names[i] = string(items[i].benchmark)
	}
	return names
}

// Named returns the benchmark of that name.
func Named(name string) (Benchmark, error) {
	if !slices.Contains(Names(), name) {
		return "", fmt.Errorf("%q is not a benchmark that is known", name)
	}
	return Benchmark(name), nil
}

// Control is the control as it stands in the benchmark. One that is not known is taken for [CIS].
func (b Benchmark) Control() v1alpha1.Control {
	own := items[0]
	for _, it := range items {
		if it.benchmark == b {
			own = it
		}
	}
	c := v1alpha1.Control{
		ID: own.id, Title: title, Benchmark: own.document, Level: own.level, Assessment: own.assessment,
		Description: description, Rationale: rationale, Impact: impact, Audit: auditProcedure, Remediation: remediation,
		Mappings: slices.Clone(mappings),
	}
	if own.assessment == manual {
		c.Audit += byHand
	}
	for _, it := range items {
		if it.benchmark != own.benchmark {
			c.References = append(c.References, it.name+" "+it.id)
		}
	}
	c.References = append(c.References, references...)
	return c
}
