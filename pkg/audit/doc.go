// Package audit is the control: it judges an inventory by CIS Kubernetes
// Benchmark 5.3.2 and says how much isolation there is behind the verdict.
//
// Two questions are never mixed. The benchmark's letter ("Ensure that all
// Namespaces have Network Policies defined") decides the verdict; the posture
// and the findings say what the policies really isolate, and never turn the
// verdict around. No evidence is never compliance: what could not be read
// makes the namespaces that it concerns ERROR.
//
// The package must not talk to a server, read files or the clock, or print.
package audit
