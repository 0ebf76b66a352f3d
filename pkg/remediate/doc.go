// Package remediate changes a cluster: fix creates what is missing and checks
// that it is there, rollback removes what this tool made. It is the only
// package that writes to a cluster.
//
// What somebody else made is never overwritten and never deleted: policies are
// created, not applied; a name that is taken is read and reported; deletions
// are guarded by UID and resourceVersion. A failure in one namespace leaves
// the others done.
//
// The package must not decide which namespaces fail (pkg/audit does), know
// flags, or print.
package remediate
