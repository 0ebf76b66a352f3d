package apiserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Action is what a request tried, for messages.
type Action struct {
	// Verb is the API verb: list, create, ...
	Verb string
	// Resource is the resource with its group, networkpolicies.networking.k8s.io, or a path that is none, /version.
	Resource string
	// Namespace is the namespace; empty for the cluster scope.
	Namespace string
	// Name is the object; empty for a collection.
	Name string
}

// String is "list networkpolicies.networking.k8s.io in namespace "shop"".
func (a Action) String() string {
	text := a.Verb + " " + a.Resource
	if a.Name != "" {
		text += fmt.Sprintf(" %q", a.Name)
	}
	if a.Namespace != "" {
		return text + fmt.Sprintf(" in namespace %q", a.Namespace)
	}
	switch {
	case a.Name != "" || strings.HasPrefix(a.Resource, "/"):
		return text
	case a.Resource == "namespaces" || a.Resource == "nodes":
		return text + " at the cluster scope"
	default:
		return text + " in all namespaces"
	}
}

// Cause tells apart why a request failed.
type Cause string

const (
	// CauseForbidden is a permission that RBAC (or another authorizer) does not give.
	CauseForbidden Cause = "Forbidden"
	// CauseUnauthorized is credentials that the server does not accept.
	CauseUnauthorized Cause = "Unauthorized"
	// CauseTerminating is a namespace that is being deleted.
	CauseTerminating Cause = "Terminating"
	// CauseQuota is a ResourceQuota that is used up.
	CauseQuota Cause = "Quota"
	// CauseDenied is an admission webhook or policy that refused the object.
	CauseDenied Cause = "Denied"
	// CauseNotFound is an object, or its namespace, that does not exist.
	CauseNotFound Cause = "NotFound"
	// CauseUnreachable is a server that cannot be connected to.
	CauseUnreachable Cause = "Unreachable"
	// CauseInterrupted is a run that was ended.
	CauseInterrupted Cause = "Interrupted"
	// CauseOther is anything else.
	CauseOther Cause = "Other"
)

// Error is a request that failed, told in one line with the way out.
type Error struct {
	// Action is what was tried.
	Action Action
	// Cause tells why.
	Cause Cause
	// message is the whole line.
	message string
	err     error
}

// Error implements error.
func (e *Error) Error() string { return e.message }

// Unwrap returns the error of the client.
func (e *Error) Unwrap() error { return e.err }

// CauseOf returns the cause of an error of Explain, CauseOther for others.
func CauseOf(err error) Cause {
	var e *Error
	if errors.As(err, &e) {
		return e.Cause
	}
	return CauseOther
}

var (
	userInMessage  = regexp.MustCompile(`(?s)User "((?:[^"\\]|\\.)*)"`)
	quotaInMessage = regexp.MustCompile(`exceeded quota|is forbidden: failed quota|status unknown for quota`)
	rbacInMessage  = regexp.MustCompile(`(?s)User ".*" cannot [a-z:-]+ (resource|path) "`)
	// The verb is "impersonate", or since Kubernetes 1.36 one that is narrower, like "impersonate-on:user-info:list".
	impersonationInMessage = regexp.MustCompile(`(?s)User ".*" cannot impersonate[a-z:-]* resource "`)
)

// Explain says what a request tried and why it failed. nil stays nil.
func (c *Clients) Explain(action Action, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Action: action, err: err, Cause: CauseOther}
	status := apiStatus(err)
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		e.Cause = CauseTerminating
		e.message = fmt.Sprintf("cannot %s: the namespace is being deleted", action)
	case apierrors.IsForbidden(err) && quotaInMessage.MatchString(status):
		e.Cause = CauseQuota
		e.message = fmt.Sprintf("cannot %s: %s (raise the ResourceQuota, or make room in it)", action, afterForbidden(status))
	case isDenied(err, status):
		e.Cause = CauseDenied
		e.message = fmt.Sprintf("cannot %s: refused by the API server: %s", action, afterForbidden(status))
	case apierrors.IsForbidden(err) && impersonationInMessage.MatchString(status):
		e.Cause = CauseForbidden
		e.message = fmt.Sprintf("cannot %s: %s may not impersonate others (--as, --as-group, --as-uid)", action, user(status))
	case apierrors.IsForbidden(err):
		e.Cause = CauseForbidden
		e.message = fmt.Sprintf("cannot %s: forbidden for %s", action, user(status))
	case apierrors.IsUnauthorized(err):
		e.Cause = CauseUnauthorized
		e.message = fmt.Sprintf("cannot %s: the API server %s does not accept the credentials (%s)", action, c.Server, oneLine(status))
	case apierrors.IsNotFound(err):
		e.Cause = CauseNotFound
		if status == fmt.Sprintf("%s %q not found", action.Resource, action.Name) {
			status = "not found" // the object is named already
		}
		e.message = fmt.Sprintf("cannot %s: %s", action, oneLine(status))
	case status == "" && errors.Is(err, context.DeadlineExceeded) && c.answered.Load():
		e.Cause = CauseUnreachable
		e.message = fmt.Sprintf("cannot %s: no answer from the API server %s in time (--request-timeout, --timeout)", action, c.Server)
	case errors.Is(err, context.Canceled):
		e.Cause = CauseInterrupted
		e.message = fmt.Sprintf("interrupted: %s", action)
	case status == "" && isUnreachable(err):
		e.Cause = CauseUnreachable
		e.message = fmt.Sprintf("cannot reach the API server %s%s: %s", c.Server, c.contextNote(), reason(err))
	case status == "":
		e.message = fmt.Sprintf("cannot %s: %s", action, reason(err))
	default:
		e.message = fmt.Sprintf("cannot %s: %s", action, oneLine(status))
	}
	return e
}

func (c *Clients) contextNote() string {
	if c.Context == "" {
		return ""
	}
	return fmt.Sprintf(" (context %q)", c.Context)
}

// isDenied says that admission refused the object: whoever may create such
// objects was not allowed this one. A ValidatingAdmissionPolicy answers 422
// unless it says otherwise, and without the fields that an invalid object has.
func isDenied(err error, status string) bool {
	if apierrors.IsInvalid(err) {
		return strings.Contains(status, " is forbidden: ValidatingAdmissionPolicy ")
	}
	return apierrors.IsForbidden(err) && !rbacInMessage.MatchString(status)
}

// isUnreachable says that there was no connection, as opposed to an answer that could not be used.
func isUnreachable(err error) bool {
	var certErr *tls.CertificateVerificationError
	var unknownAuthority x509.UnknownAuthorityError
	return isConnectionError(err) || errors.As(err, &certErr) || errors.As(err, &unknownAuthority) ||
		errors.Is(err, context.DeadlineExceeded)
}

// apiStatus is the server's message; empty where the error is not the server's.
func apiStatus(err error) string {
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Status != "" {
		return status.Status().Message
	}
	var known apierrors.APIStatus
	if errors.As(err, &known) && known.Status().Reason != metav1.StatusReasonUnknown {
		return known.Status().Message
	}
	return ""
}

// reason is the innermost text of a connection's failure, without the URL of the request.
func reason(err error) string {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time (--request-timeout, --timeout)"
	}
	return oneLine(err.Error())
}

// user names the user of a forbidden answer.
func user(status string) string {
	m := userInMessage.FindStringSubmatch(status)
	if m == nil {
		return "this user (" + oneLine(status) + ")"
	}
	return fmt.Sprintf("user %q", m[1])
}

// afterForbidden is what the server says behind the object's name.
func afterForbidden(status string) string {
	if _, after, ok := strings.Cut(status, " is forbidden: "); ok {
		status = after
	}
	return oneLine(status)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
