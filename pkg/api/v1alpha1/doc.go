// Package v1alpha1 holds the documents that leave the program: typed,
// versioned objects of the API group cis532.io, printed as JSON and YAML as
// kubectl prints its own. A field that was published is never given another
// meaning; a fact that could not be read is "unknown" or absent, never a guess.
//
// The package must not compute anything: it is read by other programs, and
// filled in by pkg/audit, pkg/remediate and pkg/reach.
//
// +k8s:deepcopy-gen=package
package v1alpha1
