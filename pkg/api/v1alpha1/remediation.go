package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DryRun is a strategy as kubectl names them.
type DryRun string

const (
	// DryRunNone writes to the cluster.
	DryRunNone DryRun = "none"
	// DryRunClient sends nothing that would change the cluster.
	DryRunClient DryRun = "client"
	// DryRunServer lets the server check each request without storing it.
	DryRunServer DryRun = "server"
)

// Result is what became of one namespace.
type Result string

const (
	// ResultPass is: nothing had to change.
	ResultPass Result = "PASS"
	// ResultFixed is: policies were created (in a dry run: would be).
	ResultFixed Result = "FIXED"
	// ResultRemoved is: policies were removed (in a dry run: would be).
	ResultRemoved Result = "REMOVED"
	// ResultKept is: policies were found that look like this tool's but are not its to remove.
	ResultKept Result = "KEPT"
	// ResultSkipped is: the namespace was left alone: system, terminating or excluded.
	ResultSkipped Result = "SKIPPED"
	// ResultExempt is: its annotation exempts the namespace.
	ResultExempt Result = "EXEMPT"
	// ResultError is: the namespace could not be done.
	ResultError Result = "ERROR"
)

// FixReport is what `fix` did.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type FixReport struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Source is the cluster.
	Source Source `json:"source"`
	// Scope says whether every namespace of the cluster was considered.
	Scope Scope `json:"scope"`
	// Policy is the entry of the catalogue that namespaces got, or the base name of the file of --policy-file.
	Policy string `json:"policy"`
	// DryRun says whether anything was written.
	DryRun DryRun `json:"dryRun"`
	// Run is the id of this run, as it stands in the annotation cis532.io/run of what it created.
	Run string `json:"run,omitempty"`
	// Summary counts the namespaces by result.
	Summary FixSummary `json:"summary"`
	// Errors are what concerns more than one namespace: what could not be read, and why.
	Errors []string `json:"errors,omitempty"`
	// Namespaces is the result of each namespace, by name.
	Namespaces []NamespaceFix `json:"namespaces"`
}

// NewFixReport returns an empty report with its apiVersion and kind.
func NewFixReport() *FixReport {
	return &FixReport{TypeMeta: typeMeta(KindFixReport), Namespaces: []NamespaceFix{}}
}

// FixSummary counts namespaces by result.
type FixSummary struct {
	// Namespaces is the number of rows.
	Namespaces int `json:"namespaces"`
	// Pass counts PASS.
	Pass int `json:"pass"`
	// Fixed counts FIXED.
	Fixed int `json:"fixed"`
	// Skipped counts SKIPPED.
	Skipped int `json:"skipped"`
	// Exempt counts EXEMPT.
	Exempt int `json:"exempt"`
	// Error counts ERROR.
	Error int `json:"error"`
}

// NamespaceFix is what became of one namespace.
type NamespaceFix struct {
	// Name is the namespace.
	Name string `json:"name"`
	// Result is what became of it.
	Result Result `json:"result"`
	// Reason says why, in one line.
	Reason string `json:"reason,omitempty"`
	// ManagedBy is the tool that keeps the Namespace object as a repository or a chart has it, where one does: policies
	// of the namespace belong there as well.
	ManagedBy *Manager `json:"managedBy,omitempty"`
	// Policies are the names of the NetworkPolicies that were created.
	Policies []string `json:"policies,omitempty"`
	// Verified says that a consistent read after the last write showed the policies as they were meant; absent in a dry run.
	Verified *bool `json:"verified,omitempty"`
}

// RollbackReport is what `rollback` did.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type RollbackReport struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Source is the cluster.
	Source Source `json:"source"`
	// Scope says whether every namespace of the cluster was considered.
	Scope Scope `json:"scope"`
	// DryRun says whether anything was written.
	DryRun DryRun `json:"dryRun"`
	// Run is the id of this run, absent in a dry run.
	Run string `json:"run,omitempty"`
	// Summary counts the namespaces by result.
	Summary RollbackSummary `json:"summary"`
	// Errors are what concerns more than one namespace: what could not be read, and why.
	Errors []string `json:"errors,omitempty"`
	// Namespaces is the result of each namespace that has a policy of this tool, or one that looks like it.
	Namespaces []NamespaceRollback `json:"namespaces"`
}

// NewRollbackReport returns an empty report with its apiVersion and kind.
func NewRollbackReport() *RollbackReport {
	return &RollbackReport{TypeMeta: typeMeta(KindRollbackReport), Namespaces: []NamespaceRollback{}}
}

// RollbackSummary counts namespaces by result.
type RollbackSummary struct {
	// Namespaces is the number of rows.
	Namespaces int `json:"namespaces"`
	// Removed counts REMOVED.
	Removed int `json:"removed"`
	// Kept counts KEPT.
	Kept int `json:"kept"`
	// Skipped counts SKIPPED.
	Skipped int `json:"skipped"`
	// Error counts ERROR.
	Error int `json:"error"`
}

// NamespaceRollback is what became of one namespace.
type NamespaceRollback struct {
	// Name is the namespace.
	Name string `json:"name"`
	// Result is what became of it.
	Result Result `json:"result"`
	// Reason says why, in one line.
	Reason string `json:"reason,omitempty"`
	// Policies are the names of the NetworkPolicies that were removed.
	Policies []string `json:"policies,omitempty"`
	// Kept are the NetworkPolicies that were left, each with the reason.
	Kept []KeptPolicy `json:"kept,omitempty"`
	// Verified says that a consistent read after the last write no longer showed the policies; absent in a dry run.
	Verified *bool `json:"verified,omitempty"`
}

// KeptPolicy is a NetworkPolicy that looks like this tool's and was left alone.
type KeptPolicy struct {
	// Name is the policy's name.
	Name string `json:"name"`
	// Reason says why it is not this tool's to remove.
	Reason string `json:"reason"`
}
