// Package cmd holds the verbs of the command line, one file each: flags become
// Options, and Options run. It wires the readers, the audit, the remediation
// and the reports together, and maps their results to exit codes in one place.
//
// The package must not contain domain logic: what a namespace's verdict is, or
// what a policy means, is decided elsewhere.
package cmd
