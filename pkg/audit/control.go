package audit

import "github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"

// Control is the benchmark's item. Its letter exempts no namespace, system or not.
var Control = v1alpha1.Control{
	ID:        "5.3.2",
	Title:     "Ensure that all Namespaces have Network Policies defined",
	Benchmark: "CIS Kubernetes Benchmark 2.0.1 (the same in 1.8 to 1.12)",
	Level:     2,
	References: []string{
		"CIS Amazon EKS Benchmark 4.3.2", "CIS GKE Benchmark 4.3.2", "CIS AKS Benchmark 4.4.2",
		"CIS Red Hat OpenShift Benchmark 5.3.2", "CIS Controls v8 4.4", "CIS Controls v7 14.2", "Kubescape C-0206",
	},
}
