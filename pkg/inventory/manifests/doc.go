// Package manifests reads an inventory from manifests: files, directories,
// standard input, URLs, a kustomization. No cluster is contacted. It numbers
// the documents of a file, goes on after a bad one, and says for each what is
// wrong: file, document and field. What it could not read is a gap in the
// inventory, so that nothing that it hides is called compliant.
//
// The package must not judge, print or write.
package manifests
