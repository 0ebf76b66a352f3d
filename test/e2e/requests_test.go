package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// requests are what the API server's audit log says that a run of the plugin
// asked for. The run acts as a user of its own, so that other tests' requests are told apart.
func requests(t *testing.T, tm *team, exit int, args ...string) []testcluster.Event {
	t.Helper()
	user := "requests-" + tm.prefix
	since, err := cluster.Mark()
	if err != nil {
		t.Fatal(err)
	}
	wantExit(t, cis532(t, testcluster.Admin, append(args, "--as", user, "--as-group", "system:masters")...), exit)
	all, err := cluster.AuditLog(since)
	if err != nil {
		t.Fatal(err)
	}
	var own []testcluster.Event
	for _, event := range all {
		if event.Impersonated == user {
			own = append(own, event)
		}
	}
	if len(own) == 0 {
		t.Fatalf("%v: no request in the audit log", args)
	}
	return own
}

// Reading verbs never send what would change the cluster; a client dry run
// neither; a server dry run only what the server is told not to store.
func TestNothingIsWrittenByAuditGenerateAndDryRuns(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "bare", "fixed")
	fix(t, testcluster.Fixer, found, tm.ns("fixed"))
	before := tm.policies("fixed")

	scopes := map[string][]string{"selected": {"-l", tm.selector()}, "named": {tm.ns("bare"), tm.ns("fixed")}}
	for scope, narrowed := range scopes {
		for _, c := range []struct {
			name   string
			args   []string
			exit   int
			dryRun bool
		}{
			{"audit", []string{"audit"}, found, false},
			{"audit -o json", []string{"audit", "-o", "json"}, found, false},
			{"generate", []string{"generate"}, ok, false},
			{"generate --output-dir", []string{"generate", "--output-dir", t.TempDir()}, ok, false},
			{"fix --dry-run=client", []string{"fix", "--dry-run=client"}, found, false},
			{"fix --dry-run=server", []string{"fix", "--dry-run=server"}, found, true},
			{"rollback --dry-run=client", []string{"rollback", "--dry-run=client"}, found, false},
			{"rollback --dry-run=server", []string{"rollback", "--dry-run=server"}, found, true},
		} {
			t.Run(c.name+", "+scope, func(t *testing.T) {
				dryRuns := 0
				for _, e := range requests(t, tm, c.exit, append(c.args, narrowed...)...) {
					switch {
					case slices.Contains([]string{"get", "list", "watch"}, e.Verb):
					case c.dryRun && e.DryRun && (e.Verb == "create" || e.Verb == "delete"):
						dryRuns++
					default:
						t.Errorf("%s %s", e.Verb, e.RequestURI)
					}
					if strings.Contains(e.RequestURI, "resourceVersion=0") {
						t.Errorf("a read from a cache that may be stale: %s", e.RequestURI)
					}
				}
				if c.dryRun && dryRuns != 1 {
					t.Errorf("%d server dry runs, want 1", dryRuns)
				}
			})
		}
	}
	tm.wantPolicies("bare")
	if diff := cmp.Diff(before, tm.policies("fixed")); diff != "" {
		t.Errorf("something was changed (-before +after):\n%s", diff)
	}
}

// The fix role has no update and no patch; nor does fix need them.
func TestFixOnlyCreatesAndRollbackOnlyDeletes(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b", "c")
	for _, c := range []struct{ verb, writes string }{{"fix", "create"}, {"rollback", "delete"}} {
		written := map[string]int{}
		for _, e := range requests(t, tm, found, c.verb, "-l", tm.selector()) {
			switch e.Verb {
			case "get", "list", "watch":
			case c.writes:
				written[e.Namespace]++
				if e.Resource != "networkpolicies" || e.Group != networkingv1.GroupName || e.Subresource != "" {
					t.Errorf("%s: %s %s", c.verb, e.Verb, e.RequestURI)
				}
				if e.Verb == "create" && !strings.Contains(e.RequestURI, "fieldManager=kubectl-cis532") {
					t.Errorf("no field manager: %s", e.RequestURI)
				}
			default:
				t.Errorf("%s: %s %s", c.verb, e.Verb, e.RequestURI)
			}
		}
		if len(written) != 3 || written[tm.ns("a")] != 1 || written[tm.ns("b")] != 1 || written[tm.ns("c")] != 1 {
			t.Errorf("%s: writes by namespace: %v", c.verb, written)
		}
	}
}

// The number of requests of a run over the cluster does not depend on the
// number of its namespaces; there is no discovery either.
func TestRequestsOfAnAuditDoNotGrowWithTheNamespaces(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "first")
	count := func(args ...string) []string {
		var lines []string
		for _, e := range requests(t, tm, found, args...) {
			lines = append(lines, fmt.Sprintf("%s %s", e.Verb, e.RequestURI))
		}
		slices.Sort(lines)
		return lines
	}
	one := count("audit", "-l", tm.selector())
	for i := range 30 {
		tm.add(fmt.Sprintf("more-%02d", i), nil)
	}
	many := count("audit", "-l", tm.selector())
	if !slices.Equal(one, many) {
		t.Errorf("requests with one namespace:\n%s\nwith 31:\n%s", strings.Join(one, "\n"), strings.Join(many, "\n"))
	}
	if len(many) > 5 {
		t.Errorf("%d requests:\n%s", len(many), strings.Join(many, "\n"))
	}
	for _, line := range many {
		if !strings.HasPrefix(line, "list /api") {
			t.Errorf("not a list: %s", line)
		}
	}
}
