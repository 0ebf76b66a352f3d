package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// VersionInfo is what `version -o json` prints.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type VersionInfo struct {
	metav1.TypeMeta `json:",inline"`
	// ClientVersion is this program.
	ClientVersion ClientVersion `json:"clientVersion"`
	// ServerVersion is the API server's gitVersion; absent with --client.
	ServerVersion string `json:"serverVersion,omitempty"`
}

// NewVersionInfo returns an empty document with its apiVersion and kind.
func NewVersionInfo() *VersionInfo {
	return &VersionInfo{TypeMeta: typeMeta(KindVersionInfo)}
}

// ClientVersion is the build of this program.
type ClientVersion struct {
	// GitVersion is the release, or "devel".
	GitVersion string `json:"gitVersion"`
	// GitCommit is the commit that it was built from, where the build knows it.
	GitCommit string `json:"gitCommit,omitempty"`
	// GitTreeState is clean or dirty, where the build knows it.
	GitTreeState string `json:"gitTreeState,omitempty"`
	// BuildDate is the commit's time, where the build knows it.
	BuildDate string `json:"buildDate,omitempty"`
	// GoVersion is the compiler.
	GoVersion string `json:"goVersion"`
	// Platform is the operating system and architecture.
	Platform string `json:"platform"`
}
