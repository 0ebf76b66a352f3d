package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// A thousand namespaces, 5 % faults, and an API server that is killed (SIGKILL) and started again in the middle: what is
// reported is what is there, nothing is there twice, no object of anybody else is touched, and the next run does the rest. The
// same for rollback. etcd and the test's own API server go on; the killed one is another on the same store.
func TestFixAndRollbackInAStorm(t *testing.T) {
	for _, c := range []struct {
		name   string
		speaks protocol
	}{{"HTTP/1.1", http1}, {"HTTP/2", http2}} {
		t.Run(c.name, func(t *testing.T) {
			seed := stormSeed(t)
			coast := newCoast(t, c.speaks)

			first := coast.fix(newStorm(seed))
			before := coast.ours()
			coast.wantFixTold(first, before)
			if first.Summary.Error == 0 {
				t.Error("nothing was left for the second run")
			}

			second := coast.fix(nil)
			after := coast.ours()
			coast.wantFixTold(second, after)
			if second.Summary.Error > 0 || second.Summary.Fixed != coast.bare-len(before) || len(after) != coast.bare {
				t.Errorf("the second run: %+v; there were %d policies, and there are %d", second.Summary, len(before), len(after))
			}
			for namespace, np := range before {
				if diff := cmp.Diff(np, after[namespace]); diff != "" {
					t.Errorf("%s: the second run changed what the first had made:\n%s", namespace, diff)
				}
			}

			back := coast.rollback(newStorm(seed + 1))
			coast.wantRollbackTold(back, after, coast.ours())
			if back.Summary.Error == 0 {
				t.Error("nothing was left for the second rollback")
			}
			rest := coast.rollback(nil)
			if rest.Summary.Error > 0 || len(coast.ours()) > 0 {
				t.Errorf("the second rollback: %+v, %d policies are left", rest.Summary, len(coast.ours()))
			}
			coast.wantForeignUntouched()
			coast.wantFewRequests()
		})
	}
}

// coast is a cluster with a thousand namespaces, at a second API server that can be killed.
type coast struct {
	*team
	server *testcluster.APIServer
	speaks protocol
	// bare is how many of the namespaces fail the audit.
	bare int
	// foreign are the policies that are somebody else's, by namespace.
	foreign map[string]networkingv1.NetworkPolicy
}

// kind is what the namespace with a number is: of 1,000, 20 with a policy, 20 with one that has the name of ours,
// 10 exempt, 5 terminating, and the rest bare.
func kind(i int) string {
	switch {
	case i%50 == 7:
		return "own"
	case i%50 == 19:
		return "same-name"
	case i%100 == 31:
		return "exempt"
	case i%200 == 43:
		return "terminating"
	default:
		return "bare"
	}
}

func newCoast(t *testing.T, speaks protocol) *coast {
	t.Helper()
	const namespaces = 1000
	whole := startWhole(t)
	server, err := whole.AddAPIServer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	})
	// The seed decides by name.
	tm := &team{t: t, cluster: whole, client: adminOf(t, whole), prefix: "storm"}
	c := &coast{team: tm, server: server, speaks: speaks}
	inParallel(namespaces, func(i int) {
		name := fmt.Sprintf("%s-%04d", kind(i), i)
		switch kind(i) {
		case "own":
			tm.add(name, nil)
			tm.create(name, denyAll("default-deny"))
		case "same-name":
			tm.add(name, nil)
			tm.create(name, denyAll(baselineName))
		case "exempt":
			tm.add(name, map[string]string{"cis532.io/exempt": "the storm leaves it in peace"})
		case "terminating":
			tm.add(name, nil)
			if err := tm.client.CoreV1().Namespaces().Delete(t.Context(), tm.ns(name), metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
		default:
			tm.add(name, nil)
		}
	})
	for i := range namespaces {
		if kind(i) == "bare" {
			c.bare++
		}
	}
	c.foreign = c.all()
	if c.bare != 945 || len(c.foreign) != 40 {
		t.Fatalf("%d bare namespaces, %d foreign policies", c.bare, len(c.foreign))
	}
	return c
}

// all are all policies there are, by namespace, from the API server that stands through it all; two in one namespace
// are an error.
func (c *coast) all() map[string]networkingv1.NetworkPolicy {
	c.t.Helper()
	list, err := c.client.NetworkingV1().NetworkPolicies("").List(c.t.Context(), metav1.ListOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	all := map[string]networkingv1.NetworkPolicy{}
	for _, np := range list.Items {
		if other, twice := all[np.Namespace]; twice {
			c.t.Errorf("namespace %q has %s and %s", np.Namespace, other.Name, np.Name)
		}
		all[np.Namespace] = np
	}
	return all
}

// ours are the policies but for those that were there before.
func (c *coast) ours() map[string]networkingv1.NetworkPolicy {
	c.t.Helper()
	all := c.all()
	for namespace, np := range c.foreign {
		if all[namespace].UID == np.UID {
			delete(all, namespace)
		}
	}
	return all
}

// through runs the plugin in a storm in which the API server is killed at the half of the changes, or with nil in fine weather.
func (c *coast) through(s *storm, verb string) testcluster.Result {
	c.t.Helper()
	args := []string{verb, "--report", "json=-", "-l", c.selector(), "--concurrency=16", "--timeout=2m"}
	if s == nil {
		calm := func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) }
		return through(c.t, startProxyTo(c.t, c.cluster, c.server.Server, testcluster.Fixer, c.speaks, calm), args...)
	}
	var restart sync.WaitGroup
	s.onChange = func(n int) {
		if n != c.bare/2 {
			return
		}
		if err := c.server.Kill(); err != nil {
			c.t.Errorf("kill the API server: %v", err)
		}
		restart.Go(func() {
			if err := c.server.Start(); err != nil {
				c.t.Error(err)
			}
		})
	}
	kubeconfig := startProxyTo(c.t, c.cluster, c.server.Server, testcluster.Fixer, c.speaks, s.meddle)
	got := through(c.t, kubeconfig, args...)
	restart.Wait()
	if s.report(c.t) < c.bare/100 || s.changes.total() < c.bare/2 {
		c.t.Error("that was no storm")
	}
	return got
}

// fix runs fix. Its exit code is 2 exactly where its report has an ERROR.
func (c *coast) fix(s *storm) *v1alpha1.FixReport {
	c.t.Helper()
	got := c.through(s, "fix")
	report := decode[v1alpha1.FixReport](c.t, got.Stdout)
	c.t.Logf("%+v", report.Summary)
	wantExit(c.t, got, exitOf(report.Summary.Fixed, report.Summary.Error))
	return report
}

// rollback runs rollback. Its exit code is 2 exactly where its report has an ERROR.
func (c *coast) rollback(s *storm) *v1alpha1.RollbackReport {
	c.t.Helper()
	got := c.through(s, "rollback")
	report := decode[v1alpha1.RollbackReport](c.t, got.Stdout)
	c.t.Logf("%+v", report.Summary)
	wantExit(c.t, got, exitOf(report.Summary.Removed, report.Summary.Error))
	return report
}

// exitOf is the exit code that a run has to end with.
func exitOf(changed, failed int) int {
	switch {
	case failed > 0:
		return troubled
	case changed > 0:
		return found
	default:
		return ok
	}
}

// wantFixTold checks each row of a fix against what is there. Whatever the weather, more than half must have been done.
func (c *coast) wantFixTold(report *v1alpha1.FixReport, ours map[string]networkingv1.NetworkPolicy) {
	c.t.Helper()
	told := map[string]bool{}
	for _, row := range report.Namespaces {
		if told[row.Name] {
			c.t.Errorf("%s is told twice", row.Name)
		}
		told[row.Name] = true
		np, there := ours[row.Name]
		_, others := c.foreign[row.Name]
		good := false
		switch row.Result {
		case v1alpha1.ResultFixed:
			good = there && isTrue(row.Verified) && np.Name == baselineName && np.Annotations["cis532.io/run"] == report.Run
		case v1alpha1.ResultPass:
			good = there || others
		case v1alpha1.ResultExempt:
			good = !there && strings.Contains(row.Name, "-exempt-")
		case v1alpha1.ResultSkipped:
			good = !there && strings.Contains(row.Name, "-terminating-")
		case v1alpha1.ResultError:
			good = row.Reason != "" && !isTrue(row.Verified) && strings.Contains(row.Name, "-bare-")
			c.t.Logf("ERROR %s (policy: %t): %s", row.Name, there, row.Reason)
		}
		if !good {
			c.t.Errorf("policy of ours: %t, of others: %t, row %+v", there, others, row)
		}
	}
	if s := report.Summary; len(told) != 1000 || s.Exempt != 10 || s.Skipped != 5 || s.Error+s.Fixed+s.Pass != 985 || s.Error > c.bare/2 {
		c.t.Errorf("%d namespaces are told, %+v", len(told), s)
	}
}

// wantRollbackTold checks each row of a rollback against what was there and what is left.
func (c *coast) wantRollbackTold(report *v1alpha1.RollbackReport, before, left map[string]networkingv1.NetworkPolicy) {
	c.t.Helper()
	told := map[string]bool{}
	for _, row := range report.Namespaces {
		if told[row.Name] {
			c.t.Errorf("%s is told twice", row.Name)
		}
		told[row.Name] = true
		_, was := before[row.Name]
		_, is := left[row.Name]
		good := false
		switch row.Result {
		case v1alpha1.ResultRemoved:
			good = was && !is && isTrue(row.Verified)
		case v1alpha1.ResultKept:
			good = !was && !is && strings.Contains(row.Name, "-same-name-")
		case v1alpha1.ResultError:
			good = was && row.Reason != "" && !isTrue(row.Verified)
			c.t.Logf("ERROR %s (policy: %t): %s", row.Name, is, row.Reason)
		}
		if !good {
			c.t.Errorf("policy of ours before: %t, now: %t, row %+v", was, is, row)
		}
	}
	if s := report.Summary; len(told) != len(before)+20 || s.Kept != 20 || s.Error+s.Removed != len(before) || s.Error > c.bare/2 {
		c.t.Errorf("%d namespaces are told, %+v", len(told), s)
	}
}

// wantForeignUntouched checks that what others made is there as it was, resourceVersion included, and nothing else.
func (c *coast) wantForeignUntouched() {
	c.t.Helper()
	if diff := cmp.Diff(c.foreign, c.all()); diff != "" {
		c.t.Errorf("foreign policies (-want +got):\n%s", diff)
	}
}

// wantFewRequests checks in the audit log that the plugin only ever created and deleted policies with the name of ours in
// bare namespaces, and succeeded with each at most once. A request that the server was at when it was killed may be missing.
func (c *coast) wantFewRequests() {
	c.t.Helper()
	events, err := c.server.AuditLog()
	if err != nil {
		c.t.Fatal(err)
	}
	done := map[string]int{}
	for _, e := range events {
		if e.User != testcluster.Fixer {
			continue
		}
		if e.Verb == "update" || e.Verb == "patch" || e.Verb == "deletecollection" {
			c.t.Errorf("%s %s", e.Verb, e.RequestURI)
		}
		if !e.Writes() {
			continue
		}
		// The name of what is created is known once the server has read it.
		named := e.Name == baselineName || e.Name == "" && e.Code >= http.StatusBadRequest
		if e.Group != networkingv1.GroupName || e.Resource != "networkpolicies" || !named || !strings.Contains(e.Namespace, "-bare-") {
			c.t.Errorf("%s %s: %d", e.Verb, e.RequestURI, e.Code)
		}
		if e.Code < http.StatusBadRequest {
			done[e.Verb+" "+e.Namespace]++
		}
	}
	for change, times := range done {
		if times > 1 {
			c.t.Errorf("%s: %d times", change, times)
		}
	}
	if len(done) < c.bare {
		c.t.Errorf("%d changes in the audit log", len(done))
	}
}
