package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Verdict is the answer to the control's question, for one namespace or for a whole report.
type Verdict string

const (
	// VerdictPass is a namespace with at least one NetworkPolicy.
	VerdictPass Verdict = "PASS"
	// VerdictFail is a namespace without any NetworkPolicy.
	VerdictFail Verdict = "FAIL"
	// VerdictAccepted is a namespace without any NetworkPolicy whose pods a policy of another kind isolates, where
	// the run was told to accept that kind.
	VerdictAccepted Verdict = "ACCEPTED"
	// VerdictSkipped is a namespace that was not judged: system, terminating or excluded.
	VerdictSkipped Verdict = "SKIPPED"
	// VerdictExempt is a namespace that its annotation exempts.
	VerdictExempt Verdict = "EXEMPT"
	// VerdictError is a namespace (or a report) for which the evidence is missing.
	VerdictError Verdict = "ERROR"
)

// Posture is how isolated pods are in one direction, judged from NetworkPolicies alone.
type Posture string

const (
	// PostureOpen is: no policy selects the pods.
	PostureOpen Posture = "open"
	// PostureAllowAll is: selected, and the rules together allow every peer and port.
	PostureAllowAll Posture = "allow-all"
	// PostureClusterWide is: every pod is allowed, not every address.
	PostureClusterWide Posture = "cluster-wide"
	// PosturePartial is a mix of pods that are isolated and pods that are not.
	PosturePartial Posture = "partial"
	// PostureRestricted is: some rules, less than those of cluster-wide.
	PostureRestricted Posture = "restricted"
	// PostureDenied is: no rule allows anything.
	PostureDenied Posture = "denied"
	// PostureNotApplicable is: only pods on the host network, which no policy can isolate.
	PostureNotApplicable Posture = "not-applicable"
	// PostureUnknown is: a fact is missing that would be needed to say.
	PostureUnknown Posture = "unknown"
)

// Severity ranks findings.
type Severity string

// The severities, from the worst.
const (
	SeverityHigh   Severity = "high"
	SeverityMedium Severity = "medium"
	SeverityLow    Severity = "low"
	SeverityInfo   Severity = "info"
)

// AuditReport is what `audit` found out: the verdict of CIS Kubernetes
// Benchmark 5.3.2 for each namespace, and the isolation behind it.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type AuditReport struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Control is the benchmark's item.
	Control Control `json:"control"`
	// Source is where the facts come from.
	Source Source `json:"source"`
	// NetworkPlugin is what was recognised of the network plugin, which enforces NetworkPolicies or does not.
	NetworkPlugin NetworkPlugin `json:"networkPlugin"`
	// Scope says whether every namespace of the source was considered.
	Scope Scope `json:"scope"`
	// Verdict is PASS, FAIL or ERROR: ERROR beats FAIL beats PASS.
	Verdict Verdict `json:"verdict"`
	// Summary counts the namespaces by verdict.
	Summary AuditSummary `json:"summary"`
	// Errors are the reasons for ERROR that concern more than one namespace: what could not be read, and why.
	Errors []string `json:"errors,omitempty"`
	// Warnings are facts beside the verdict that could not be read, or are doubtful.
	Warnings []string `json:"warnings,omitempty"`
	// Namespaces is the verdict of each namespace, by name.
	Namespaces []NamespaceAudit `json:"namespaces"`
	// Rules are what is to be known about the rules that found something, and about no-policy, the worst first.
	Rules []RuleText `json:"rules,omitempty"`
}

// NewAuditReport returns an empty report with its apiVersion and kind.
func NewAuditReport() *AuditReport {
	return &AuditReport{TypeMeta: typeMeta(KindAuditReport), Namespaces: []NamespaceAudit{}}
}

// Control is the benchmark's item that a report is about: its number there, and what it says in our own words.
type Control struct {
	// ID is the item's number.
	ID string `json:"id"`
	// Title is the item's wording.
	Title string `json:"title"`
	// Benchmark is the document that it stands in.
	Benchmark string `json:"benchmark"`
	// Level is the profile level of the benchmark.
	Level int `json:"level"`
	// Assessment says whether the benchmark has it judged by hand or by a tool: Manual or Automated.
	Assessment string `json:"assessment,omitempty"`
	// Description says what the control asks for.
	Description string `json:"description,omitempty"`
	// Rationale says why it matters.
	Rationale string `json:"rationale,omitempty"`
	// Impact says what may break where it is met.
	Impact string `json:"impact,omitempty"`
	// Audit says how it is judged.
	Audit string `json:"audit,omitempty"`
	// Remediation says how to meet it.
	Remediation string `json:"remediation,omitempty"`
	// Mappings are the safeguards of other frameworks that it serves.
	Mappings []ControlMapping `json:"mappings,omitempty"`
	// References are the same control elsewhere, and what to read.
	References []string `json:"references,omitempty"`
}

// ControlMapping is a safeguard of another framework.
type ControlMapping struct {
	// Framework is its name and version, such as "CIS Controls v8".
	Framework string `json:"framework"`
	// ID is the safeguard's number.
	ID string `json:"id"`
	// Title is its wording, in short.
	Title string `json:"title,omitempty"`
}

// AuditSummary counts namespaces by verdict.
type AuditSummary struct {
	// Namespaces is the number of rows.
	Namespaces int `json:"namespaces"`
	// Pass counts PASS.
	Pass int `json:"pass"`
	// Fail counts FAIL.
	Fail int `json:"fail"`
	// Accepted counts ACCEPTED.
	Accepted int `json:"accepted"`
	// Skipped counts SKIPPED.
	Skipped int `json:"skipped"`
	// Exempt counts EXEMPT.
	Exempt int `json:"exempt"`
	// Error counts ERROR.
	Error int `json:"error"`
}

// NamespaceAudit is what is known about one namespace.
type NamespaceAudit struct {
	// Name is the namespace.
	Name string `json:"name"`
	// Verdict is the answer by the benchmark's letter.
	Verdict Verdict `json:"verdict"`
	// Reason says why, in one line.
	Reason string `json:"reason,omitempty"`
	// DeclaredIn is where the Namespace object stands, or the first object that lives in the namespace where there is
	// none; absent where no file was read.
	DeclaredIn *DeclaredIn `json:"declaredIn,omitempty"`
	// Exemption is the exemption that holds, where the verdict is EXEMPT.
	Exemption *Exemption `json:"exemption,omitempty"`
	// Posture is the isolation of the namespace's live pods per direction.
	Posture *DirectionalPosture `json:"posture,omitempty"`
	// NewPod is what a new pod without labels would get.
	NewPod *DirectionalPosture `json:"newPod,omitempty"`
	// Pods counts the pods behind Posture; absent where pods could not be read.
	Pods *PodCounts `json:"pods,omitempty"`
	// Policies are the NetworkPolicies of the namespace; absent where they could not be read.
	Policies []PolicySummary `json:"policies,omitempty"`
	// ManagedBy is the tool that keeps the Namespace object as a repository or a chart has it, where one does: policies
	// of the namespace belong there as well.
	ManagedBy *Manager `json:"managedBy,omitempty"`
	// OtherPolicies are policies of other kinds that have a say in the namespace.
	OtherPolicies []ObjectReference `json:"otherPolicies,omitempty"`
	// Findings are what the rules found.
	Findings []Finding `json:"findings,omitempty"`
}

// Exemption is an exemption of a namespace, as its annotations give it.
type Exemption struct {
	// Reason is the text of the annotation cis532.io/exempt.
	Reason string `json:"reason"`
	// Until is the last day on which it holds (UTC, inclusive), as YYYY-MM-DD; absent where it does not end.
	Until string `json:"until,omitempty"`
}

// DirectionalPosture is a posture per direction.
type DirectionalPosture struct {
	// Ingress is the posture for connections to the pods.
	Ingress Posture `json:"ingress"`
	// Egress is the posture for connections from the pods.
	Egress Posture `json:"egress"`
}

// PodCounts counts the pods of a namespace; finished pods do not count.
type PodCounts struct {
	// Total is all pods, also those on the host network.
	Total int `json:"total"`
	// SelectedIngress is the pods on the pod network that a policy selects for ingress.
	SelectedIngress int `json:"selectedIngress"`
	// SelectedEgress is the same for egress.
	SelectedEgress int `json:"selectedEgress"`
	// RestrictedIngress is the pods on the pod network whose ingress is restricted or denied.
	RestrictedIngress int `json:"restrictedIngress"`
	// RestrictedEgress is the same for egress.
	RestrictedEgress int `json:"restrictedEgress"`
	// HostNetwork is the pods on the host network, which no policy can isolate.
	HostNetwork int `json:"hostNetwork"`
}

// PolicySummary is one NetworkPolicy of a namespace.
type PolicySummary struct {
	// Name is the policy's name.
	Name string `json:"name"`
	// PolicyTypes is the directions that it isolates, after defaulting.
	PolicyTypes []string `json:"policyTypes,omitempty"`
	// SelectedPods is the number of live pods that it selects; absent where pods or its selector could not be read.
	SelectedPods *int `json:"selectedPods,omitempty"`
	// DeclaredIn is where it stands; absent where no file was read.
	DeclaredIn *DeclaredIn `json:"declaredIn,omitempty"`
}

// DeclaredIn is a place in manifests.
type DeclaredIn struct {
	// File is the file as it was given, or found below a directory that was given; or a URL.
	File string `json:"file"`
	// Document counts the documents of the file, from 1.
	Document int `json:"document"`
	// Line is that on which the document begins, from 1.
	Line int `json:"line"`
}

// ObjectReference names an object.
type ObjectReference struct {
	// APIVersion is GROUP/VERSION.
	APIVersion string `json:"apiVersion"`
	// Kind is its kind.
	Kind string `json:"kind"`
	// Name is its name; of an object in another namespace than the row's there is none.
	Name string `json:"name"`
}

// Finding is something that a rule found in a namespace.
type Finding struct {
	// Rule is the stable id, as `explain` takes it.
	Rule string `json:"rule"`
	// Severity ranks it.
	Severity Severity `json:"severity"`
	// Message says what was found, naming the objects.
	Message string `json:"message"`
	// Remedy says what to do.
	Remedy string `json:"remedy,omitempty"`
}

// RuleText is what is to be known about a rule, as `explain` says it.
type RuleText struct {
	// ID is the rule's, as findings and `explain` have it.
	ID string `json:"id"`
	// Severity is that of most of its findings; a finding may have another.
	Severity Severity `json:"severity"`
	// Summary says in one line what it finds.
	Summary string `json:"summary"`
	// What says what exactly counts, and what does not.
	What string `json:"what,omitempty"`
	// Why says what can go wrong.
	Why string `json:"why,omitempty"`
	// Remedy says how to mend it.
	Remedy string `json:"remedy,omitempty"`
}
