// Package gitops keeps a directory of policies for a Git repository: a file per
// namespace, and a kustomization.yaml that lists them. It knows its own files
// again, and neither changes nor removes any other.
//
// The package must not talk to a server, print, or decide which policies a
// namespace gets.
package gitops
