package e2e

import (
	"fmt"
	"net/url"
	"regexp"
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
	since, err := tm.cluster.Mark()
	if err != nil {
		t.Fatal(err)
	}
	wantExit(t, on(t, tm.cluster, testcluster.Admin, append(args, "--as", user, "--as-group", "system:masters")...), exit)
	all, err := tm.cluster.AuditLog(since)
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

// isReview says that a request asks who the user is, or what the user may do. Nothing of it is stored.
func isReview(e testcluster.Event) bool {
	return e.Verb == "create" && (e.Resource == "selfsubjectreviews" || e.Resource == "selfsubjectaccessreviews")
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
					case slices.Contains([]string{"get", "list", "watch"}, e.Verb), isReview(e) && strings.HasPrefix(c.name, "fix"), isReview(e) && strings.HasPrefix(c.name, "rollback"):
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
			if isReview(e) {
				continue
			}
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

// plainAudit are the requests of an audit of a cluster whose policies ask for nothing more, and which has no policies of
// other kinds. A request more must be meant: each is one that a large cluster, and a small role, has to bear.
var plainAudit = []string{
	"get /apis",
	"get /version",
	"list /api/v1/namespaces",
	"list /api/v1/pods?fieldSelector=status.phase!=Succeeded,status.phase!=Failed",
	"list /api/v1/pods?fieldSelector=status.phase!=Succeeded,status.phase!=Failed,spec.hostNetwork=true",
	"list /apis/apps/v1/daemonsets",
	"list /apis/networking.k8s.io/v1/networkpolicies",
}

// wholePods are requests with whole pods in place of their metadata, as where ports or dnsPolicy matter.
func wholePods(lines []string) []string {
	whole := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, "/pods?") })
	whole = append(whole, "list /api/v1/pods?fieldSelector=status.phase!=Succeeded,status.phase!=Failed")
	slices.Sort(whole)
	return whole
}

// lines are requests as "VERB URI", sorted.
func lines(t *testing.T, events []testcluster.Event) []string {
	t.Helper()
	var all []string
	for _, e := range events {
		uri, err := url.PathUnescape(e.RequestURI)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Verb+" "+uri)
	}
	slices.Sort(all)
	return all
}

// The number of requests of a run over the cluster does not depend on the
// number of its namespaces.
func TestRequestsOfAnAuditDoNotGrowWithTheNamespaces(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "first")
	count := func(want []string, exit int, args ...string) {
		t.Helper()
		got := lines(t, requests(t, tm, exit, append(args, "-l", tm.selector())...))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: requests (-want +got):\n%s", args, diff)
		}
	}
	count(plainAudit, found, "audit")
	for i := range 30 {
		tm.add(fmt.Sprintf("more-%02d", i), nil)
	}
	count(plainAudit, found, "audit")

	guarded := []string{"get /apis", "list /api/v1/namespaces", "list /apis/networking.k8s.io/v1/networkpolicies"}
	count(guarded, ok, "generate")
	count(guarded, found, "fix", "--dry-run=client")
	count(guarded[1:], ok, "generate", "--ignore-other-policies")
	count(guarded[1:], found, "fix", "--dry-run=client", "--ignore-other-policies")
}

// What changes something sends one write for each namespace that it changes, and no read: its lists and watches are as many
// for three namespaces as for thirty.
func TestRequestsOfAFixAndARollbackGrowByOneWriteANamespace(t *testing.T) {
	t.Parallel()
	for _, narrowed := range []string{"by a selector", "the whole cluster"} {
		t.Run(narrowed, func(t *testing.T) {
			t.Parallel()
			tm := newTeamIn(t, startWhole(t))
			count := func(verb, write string, namespaces int) (reads []string) {
				t.Helper()
				args := []string{verb, "--exclude", "default"}
				if verb == "rollback" {
					args = []string{verb}
				}
				if narrowed == "by a selector" {
					args = append(args, "-l", tm.selector())
				}
				writes := 0
				for _, line := range lines(t, requests(t, tm, found, args...)) {
					switch method, _, _ := strings.Cut(line, " "); method {
					case write:
						writes++
					default:
						// A watch names the version that it goes on from.
						line = anyVersion.ReplaceAllString(line, "resourceVersion=N")
						reads = append(reads, line)
					}
				}
				if extra := slices.ContainsFunc(reads, func(line string) bool { return strings.Contains(line, "/namespaces/") }); extra {
					t.Errorf("%s reads namespace by namespace: %q", verb, reads)
				}
				// Who the user is and what the user may do is asked once, by creating a review of it.
				const mostReviews = 5
				if more := writes - namespaces; more < 0 || more > mostReviews {
					t.Errorf("%s of %d namespaces: %d requests to %s", verb, namespaces, writes, write)
				}
				return append(reads, fmt.Sprintf("%d %s more than namespaces", writes-namespaces, write))
			}
			add := func(from, to int) {
				inParallel(to-from, func(i int) { tm.add(fmt.Sprintf("n%02d", from+i), nil) })
			}
			add(0, 3)
			fixThree, backThree := count("fix", "create", 3), count("rollback", "delete", 3)
			add(3, 30)
			fixThirty, backThirty := count("fix", "create", 30), count("rollback", "delete", 30)
			if diff := cmp.Diff(fixThree, fixThirty); diff != "" {
				t.Errorf("fix: -of three +of thirty:\n%s", diff)
			}
			if diff := cmp.Diff(backThree, backThirty); diff != "" {
				t.Errorf("rollback: -of three +of thirty:\n%s", diff)
			}
			t.Logf("fix: %q\nrollback: %q", fixThirty, backThirty)
		})
	}
}

var anyVersion = regexp.MustCompile(`resourceVersion=\d+`)
