// Package manifests reads an inventory from manifests: files, directories,
// standard input, URLs, a kustomization. No cluster is contacted. It numbers
// the documents of a file, goes on after a bad one, and says for each what is
// wrong: file, document and field. What it could not read is a gap in the
// inventory, so that nothing that it hides is called compliant.
//
// A file is cut into its documents, and large lists into their items, by one
// goroutine; all processors decode them; and they are added in their order.
// Beside what the inventory keeps, a few of them are in memory at a time.
//
// The package must not judge, print or write.
package manifests
