// Package rules is what the audit looks for beside the benchmark's letter: one file for each rule, with the check, the
// page that explains it, and an example in which it finds something. What a policy means is asked of pkg/netpol.
//
// To add a rule, add a file that registers it, and testdata/RULE with manifests in which it is found, nearly found, and
// silent. Nothing else needs to know of it: `explain`, --fail-on, the documentation and the tests take it from here.
//
// The package must not talk to a server, read files or the clock, or print; and no rule changes a verdict.
package rules
