package cmd

import (
	"errors"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// The exit codes of the automation guide's table. 2 beats 1 beats 0.
const (
	// ExitOK : audit PASS; fix and rollback: nothing had to change.
	ExitOK = 0
	// ExitFound : audit FAIL, or findings that --fail-on names; fix and rollback: changed, or in a dry run would change.
	ExitFound = 1
	// ExitError : could not decide, could not be done, bad usage, unreachable cluster.
	ExitError = 2
)

// outcomeError is a result that decides the exit code and has been reported already.
type outcomeError struct{ code int }

// Error implements error.
func (e outcomeError) Error() string { return "reported already" }

// outcome turns a result into the error that carries its exit code.
func outcome(found, failed, exitZero bool) error {
	switch {
	case failed:
		return outcomeError{ExitError}
	case found && !exitZero:
		return outcomeError{ExitFound}
	default:
		return nil
	}
}

// auditOutcome maps an audit to its exit code. found says that --fail-on found something.
func auditOutcome(r *v1alpha1.AuditReport, found, exitZero bool) error {
	return outcome(found || r.Verdict == v1alpha1.VerdictFail, r.Verdict == v1alpha1.VerdictError, exitZero)
}

// reachOutcome maps an answer about a connection to its exit code, as `kubectl auth can-i` does.
func reachOutcome(v v1alpha1.ReachVerdict) error {
	return outcome(v == v1alpha1.ReachDenied, v == v1alpha1.ReachUnknown, false)
}

// expectOutcome maps expectations to their exit code.
func expectOutcome(s v1alpha1.ExpectationSummary) error {
	return outcome(s.Differed > 0, s.Invalid > 0 || s.Unknown > 0 || s.Lines == 0, false)
}

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var reported outcomeError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &reported):
		return reported.code
	default:
		return ExitError
	}
}
