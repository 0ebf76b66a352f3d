package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ReachVerdict is the answer to "may this connection be made?".
type ReachVerdict string

const (
	// ReachAllowed : the policies let it pass.
	ReachAllowed ReachVerdict = "allowed"
	// ReachDenied : the policies do not let it pass.
	ReachDenied ReachVerdict = "denied"
	// ReachUnknown : the input does not tell; the notes say why.
	ReachUnknown ReachVerdict = "unknown"
)

// ReachReport is what `reach SOURCE DESTINATION` found out.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type ReachReport struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Source is where the facts come from.
	Source Source `json:"source"`
	// Verdict is that of all connections together: unknown where they differ.
	Verdict ReachVerdict `json:"verdict"`
	// Connections are the connections that the question means: one for each pod at either end, and each port of a Service.
	Connections []Connection `json:"connections"`
	// Warnings are doubtful facts, each in one line.
	Warnings []string `json:"warnings,omitempty"`
}

// NewReachReport returns an empty report with its apiVersion and kind.
func NewReachReport() *ReachReport {
	return &ReachReport{TypeMeta: typeMeta(KindReachReport), Connections: []Connection{}}
}

// Connection is one connection, and what decides it.
type Connection struct {
	// From is the source: NAMESPACE/KIND/NAME, or an IP address.
	From string `json:"from"`
	// To is the destination: NAMESPACE/KIND/NAME, or an IP address.
	To string `json:"to"`
	// Via is the Service, as NAMESPACE/service/NAME and its port, whose pod the destination is.
	Via string `json:"via,omitempty"`
	// Port is the destination's port; absent where all ports were asked for.
	Port int32 `json:"port,omitempty"`
	// Protocol is TCP, UDP or SCTP; absent where all ports were asked for.
	Protocol string `json:"protocol,omitempty"`
	// Verdict is the answer. Where all ports were asked for: allowed where any port is.
	Verdict ReachVerdict `json:"verdict"`
	// Allowed is all that may pass, where all ports were asked for, as "TCP 80", "UDP 1-65535" or "everything".
	Allowed []string `json:"allowed,omitempty"`
	// Unknown is what may pass or not, in the same form.
	Unknown []string `json:"unknown,omitempty"`
	// Egress is what the source's policies say.
	Egress *DirectionDecision `json:"egress,omitempty"`
	// Ingress is what the destination's policies say.
	Ingress *DirectionDecision `json:"ingress,omitempty"`
	// Notes are what one should know beside the verdict.
	Notes []string `json:"notes,omitempty"`
}

// DirectionDecision is what one direction says to a connection.
type DirectionDecision struct {
	// Verdict is this direction's.
	Verdict ReachVerdict `json:"verdict"`
	// Reason says how it came about, as one word.
	Reason string `json:"reason"`
	// Rules are those that allow, or where it is unknown may.
	Rules []RuleReference `json:"rules,omitempty"`
	// Policies are those that isolate the pod in this direction, as NAMESPACE/NAME.
	Policies []string `json:"policies,omitempty"`
	// OtherPolicies are policies of other kinds that select the pod, or may, and could decide otherwise: KIND [NAMESPACE/]NAME.
	OtherPolicies []string `json:"otherPolicies,omitempty"`
}

// RuleReference is one rule of a policy.
type RuleReference struct {
	// Policy is NAMESPACE/NAME.
	Policy string `json:"policy"`
	// Rule is the path of the rule in the spec, as ingress[0].
	Rule string `json:"rule"`
}

// ReachMatrix is who reaches whom.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type ReachMatrix struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Source is where the facts come from.
	Source Source `json:"source"`
	// Port and Protocol are what was asked for; absent for all ports.
	Port     int32  `json:"port,omitempty"`
	Protocol string `json:"protocol,omitempty"`
	// Workloads is how many were compared.
	Workloads int `json:"workloads"`
	// Entries is each pair of workloads, without a workload's way to itself.
	Entries []MatrixEntry `json:"entries"`
	// Warnings are doubtful facts, each in one line.
	Warnings []string `json:"warnings,omitempty"`
}

// NewReachMatrix returns an empty matrix with its apiVersion and kind.
func NewReachMatrix() *ReachMatrix {
	return &ReachMatrix{TypeMeta: typeMeta(KindReachMatrix), Entries: []MatrixEntry{}}
}

// MatrixEntry is what may pass from one workload to another.
type MatrixEntry struct {
	// From and To are NAMESPACE/KIND/NAME; in a table also NAMESPACE/* for all workloads of a namespace that are alike.
	From string `json:"from"`
	To   string `json:"to"`
	// Verdict is the answer. Where all ports were asked for: allowed where any port is.
	Verdict ReachVerdict `json:"verdict"`
	// Allowed and Unknown are as in Connection, where all ports were asked for.
	Allowed []string `json:"allowed,omitempty"`
	Unknown []string `json:"unknown,omitempty"`
}

// ReachExpectations is how expectations of connections compare with the policies.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type ReachExpectations struct {
	metav1.TypeMeta `json:",inline"`
	// Metadata says when the report was made.
	Metadata ReportMetadata `json:"metadata"`
	// Source is where the facts come from.
	Source Source `json:"source"`
	// File is where the expectations were read; "-" is standard input.
	File string `json:"file"`
	// Summary counts the lines.
	Summary ExpectationSummary `json:"summary"`
	// Mismatches are the lines that do not hold, and those that cannot be decided or read.
	Mismatches []Mismatch `json:"mismatches"`
	// Agreed are the lines that hold, by line. They are for formats that list every line, and no part of the document:
	// there the summary counts them.
	Agreed []Mismatch `json:"-"`
	// Warnings are doubtful facts, each in one line.
	Warnings []string `json:"warnings,omitempty"`
}

// NewReachExpectations returns an empty comparison with its apiVersion and kind.
func NewReachExpectations() *ReachExpectations {
	return &ReachExpectations{TypeMeta: typeMeta(KindReachExpectations), Mismatches: []Mismatch{}}
}

// ExpectationSummary counts the lines of an expectations file.
type ExpectationSummary struct {
	// Lines is how many lines expect something.
	Lines int `json:"lines"`
	// Agreed is how many hold.
	Agreed int `json:"agreed"`
	// Differed is how many do not.
	Differed int `json:"differed"`
	// Unknown is how many cannot be decided.
	Unknown int `json:"unknown"`
	// Invalid is how many cannot be read, or name what does not exist.
	Invalid int `json:"invalid"`
}

// Mismatch is a line of an expectations file that does not simply hold.
type Mismatch struct {
	// Line is the line's number, from 1.
	Line int `json:"line"`
	// From, To and Port are as the line gives them.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Port string `json:"port,omitempty"`
	// Expected is allowed or denied.
	Expected ReachVerdict `json:"expected,omitempty"`
	// Got is the verdict; absent where the line is invalid.
	Got ReachVerdict `json:"got,omitempty"`
	// Error says what is wrong with an invalid line.
	Error string `json:"error,omitempty"`
	// Decided is what decided it, in one line: policies and rules per direction.
	Decided string `json:"decided,omitempty"`
}
