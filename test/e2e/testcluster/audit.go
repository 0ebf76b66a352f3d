package testcluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
)

// Event is one request of a user, as the API server's audit log has it. Requests
// of the server itself and of the harness are not in the log.
type Event struct {
	Verb string
	// User is who logged in; Impersonated is whom the request acted as, if that is another.
	User, Impersonated string
	// Group, Resource, Subresource, Namespace and Name say what the request was about;
	// all are empty for one like /version.
	Group, Resource, Subresource, Namespace, Name string
	// Code is the answer's HTTP status.
	Code int
	// DryRun is true where the request asked to change nothing.
	DryRun     bool
	UserAgent  string
	RequestURI string
}

// Writes says whether the request would change what the cluster stores. Access
// reviews and the like are created, but never stored.
func (e Event) Writes() bool {
	if e.DryRun || e.Group == "authorization.k8s.io" || e.Group == "authentication.k8s.io" {
		return false
	}
	return slices.Contains([]string{"create", "update", "patch", "delete", "deletecollection"}, e.Verb)
}

// Mark is a moment in the audit log.
type Mark int64

// Mark is the present moment.
func (c *Cluster) Mark() (Mark, error) {
	info, err := os.Stat(c.auditLog())
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("audit log: %w", err)
	}
	return Mark(info.Size()), nil
}

// AuditLog gives the requests since mark, in the order of their answers; the zero
// Mark is the start. A request is in the log before its answer is complete, a watch once it has begun.
func (c *Cluster) AuditLog(since Mark) ([]Event, error) {
	file, err := os.Open(c.auditLog())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.NewSectionReader(file, int64(since), 1<<40))
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	return parseAuditLog(content)
}

func (c *Cluster) auditLog() string { return filepath.Join(c.dir, "audit.log") }

// entry is the part of an audit.k8s.io/v1 Event that is used.
type entry struct {
	AuditID          string
	Verb             string
	RequestURI       string
	UserAgent        string
	User             struct{ Username string }
	ImpersonatedUser struct{ Username string }
	ObjectRef        struct{ APIGroup, Resource, Subresource, Namespace, Name string }
	ResponseStatus   struct{ Code int }
	RequestObject    struct{ DryRun []string }
}

func parseAuditLog(content []byte) ([]Event, error) {
	var events []Event
	seen := map[string]bool{}
	for len(content) > 0 {
		line, rest, complete := bytes.Cut(content, []byte("\n"))
		if !complete {
			break
		}
		content = rest
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("audit log: %w: %s", err, line)
		}
		// A watch is logged when it begins and when it ends.
		if seen[e.AuditID] {
			continue
		}
		seen[e.AuditID] = true
		event, err := e.event()
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

func (e entry) event() (Event, error) {
	uri, err := url.ParseRequestURI(e.RequestURI)
	if err != nil {
		return Event{}, fmt.Errorf("audit log: %w", err)
	}
	// Deletions carry their options in the body, everything else in the query.
	dryRun := uri.Query().Has("dryRun") || len(e.RequestObject.DryRun) > 0
	return Event{
		Verb: e.Verb, User: e.User.Username, Impersonated: e.ImpersonatedUser.Username,
		Group: e.ObjectRef.APIGroup, Resource: e.ObjectRef.Resource, Subresource: e.ObjectRef.Subresource,
		Namespace: e.ObjectRef.Namespace, Name: e.ObjectRef.Name,
		Code: e.ResponseStatus.Code, DryRun: dryRun, UserAgent: e.UserAgent, RequestURI: e.RequestURI,
	}, nil
}
