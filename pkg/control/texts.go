package control

import "github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"

// title is the control's, the same in all benchmarks.
const title = "Ensure that all Namespaces have Network Policies defined"

// The texts say in our own words what the benchmarks say, and what is true where they are short: a policy isolates the
// pods that it selects, not its namespace.
const (
	description = "Every namespace of the cluster has at least one NetworkPolicy, so that the traffic of its pods can be isolated. " +
		"The letter asks whether there is one, not what it does, and exempts no namespace, system or not."

	rationale = "Workloads of different owners and of different worth share the network of a cluster. Where nothing separates them, " +
		"whoever takes over one pod can attack all the others. A NetworkPolicy says which connections the pods that it selects may have. " +
		"It belongs to a namespace, and a pod that no policy of its namespace selects may connect to everything, and be connected to by everything."

	impact = "A pod that a policy selects loses, in the directions that the policy names, every connection that no policy allows. " +
		"Before a policy that restricts is introduced, find out which connections the workload needs."

	auditProcedure = "List the namespaces (kubectl get namespaces) and the policies (kubectl get networkpolicy --all-namespaces), " +
		"review what they do, and make sure that each namespace has at least one. " +
		"`kubectl cis532 audit --include-system --no-exemptions` does so, and says what isolation there is behind it."

	// byHand is added where a benchmark leaves the judgement to a person.
	byHand = " The benchmark has this judged by hand: that the policies are there is counted here, whether they are good enough is for a person to say."

	remediation = "Create NetworkPolicies in each namespace that has none. `kubectl cis532 fix` gives it one that allows everything, which meets the letter, " +
		"cuts nothing and isolates nothing; replace it by policies that allow what the workloads need. " +
		"None of them does anything without a network plugin that enforces NetworkPolicies."
)

// mappings are the safeguards of the CIS Controls that the benchmarks name.
var mappings = []v1alpha1.ControlMapping{
	{Framework: "CIS Controls v8", ID: "4.4", Title: "Implement and Manage a Firewall on Servers"},
	{Framework: "CIS Controls v7", ID: "14.2", Title: "Enable Firewall Filtering Between VLANs"},
}

// references are the same control outside of the benchmarks, and what to read.
var references = []string{
	"Kubescape C-0206",
	"https://www.cisecurity.org/cis-benchmarks",
	"https://kubernetes.io/docs/concepts/services-networking/network-policies/",
}
