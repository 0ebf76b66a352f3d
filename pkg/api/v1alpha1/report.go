package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ReportMetadata says when a report was made.
type ReportMetadata struct {
	// CreationTimestamp is when the report was made, in UTC.
	CreationTimestamp metav1.Time `json:"creationTimestamp"`
	// User is whom the API server took the run for, where the run may change something and the server says.
	User string `json:"user,omitempty"`
	// ToolVersion is the version of kubectl-cis532, where the run may change something.
	ToolVersion string `json:"toolVersion,omitempty"`
}

// SourceKind says where the facts of a report come from.
type SourceKind string

const (
	// SourceCluster is a live API server.
	SourceCluster SourceKind = "Cluster"
	// SourceManifests is files, directories or standard input.
	SourceManifests SourceKind = "Manifests"
)

// Source names what a report is about.
type Source struct {
	// Kind is Cluster or Manifests.
	Kind SourceKind `json:"kind"`
	// Context is the kubeconfig context, for a cluster.
	Context string `json:"context,omitempty"`
	// Server is the URL of the API server, for a cluster.
	Server string `json:"server,omitempty"`
	// ServerVersion is the API server's version, where it was asked for.
	ServerVersion string `json:"serverVersion,omitempty"`
	// Paths are the files, directories and URLs, for manifests; "-" is standard input.
	Paths []string `json:"paths,omitempty"`
}

// Scope says whether every namespace of the source was considered.
type Scope string

const (
	// ScopeFull is every namespace of the source (system namespaces may be skipped, by name).
	ScopeFull Scope = "Full"
	// ScopePartial is a run narrowed by names, -n, a selector or --exclude.
	ScopePartial Scope = "Partial"
)
