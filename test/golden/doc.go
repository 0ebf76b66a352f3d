// Package golden compares all that each verb writes in each format, with files:
// stdout, stderr and the exit code, in a pipe and on terminals of some widths.
//
// `go test ./test/golden -update` writes the files anew; read the diff. The
// verbs that change a cluster are there with what they do without one: their
// reports' formats are compared in pkg/report, and the verbs in test/e2e.
package golden
