package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// around is a meddler that does something before the first request that
// creates or deletes a policy, and something else between its answer and the plugin.
func around(t *testing.T, method string, before, after func() error) meddler {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		first := false
		if isPolicyRequest(r, method) {
			once.Do(func() { first = true })
		}
		if !first {
			next.ServeHTTP(w, r)
			return
		}
		act := func(do func() error) {
			if do == nil {
				return
			}
			if err := do(); err != nil {
				t.Errorf("meddle with %s %s: %v", r.Method, r.URL.Path, err)
			}
		}
		act(before)
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		act(after)
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}

// What somebody does between the plugin's reads and writes: fix takes its own
// policy back, or says what is wrong; it never leaves an allow-all beside a
// policy that appeared, and never calls verified what is not.
func TestFixGuardsAgainstWhatHappensMeanwhile(t *testing.T) {
	create := func(np *networkingv1.NetworkPolicy) func(*team) error {
		return func(tm *team) error {
			_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Create(context.Background(), np, metav1.CreateOptions{FieldManager: "somebody"})
			return err
		}
	}
	for _, c := range []struct {
		name          string
		before, after func(*team) error
		exit          int
		result        v1alpha1.Result
		reason        string
		verified      *bool
		policies      []string
	}{
		{
			name: "a policy appears before the request", before: create(denyAll("default-deny")), exit: ok,
			result: v1alpha1.ResultPass, reason: `NetworkPolicy "default-deny" appeared meanwhile: cis-default-allow was taken back`,
			policies: []string{"default-deny"},
		},
		{
			name: "a policy appears before the answer", after: create(denyAll("default-deny")), exit: ok,
			result: v1alpha1.ResultPass, reason: `NetworkPolicy "default-deny" appeared meanwhile: cis-default-allow was taken back`,
			policies: []string{"default-deny"},
		},
		{
			name: "somebody takes the name", before: create(denyAll(baselineName)), exit: ok,
			result: v1alpha1.ResultPass, reason: `NetworkPolicy "cis-default-allow" appeared meanwhile, made by somebody else`,
			policies: []string{baselineName},
		},
		{
			name: "somebody removes ours",
			after: func(tm *team) error {
				return tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Delete(context.Background(), baselineName, metav1.DeleteOptions{})
			},
			exit: troubled, result: v1alpha1.ResultError, reason: "created cis-default-allow, but it is no longer there: somebody removed it", verified: new(bool),
		},
		{
			name: "somebody changes ours",
			after: func(tm *team) error {
				_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Patch(context.Background(), baselineName,
					types.MergePatchType, []byte(`{"spec":{"egress":[]}}`), metav1.PatchOptions{})
				return err
			},
			exit: troubled, result: v1alpha1.ResultError,
			reason:   "created cis-default-allow, but its spec is not what was sent: an admission webhook or policy may have changed it",
			verified: new(bool), policies: []string{baselineName},
		},
		{
			name: "the namespace begins to terminate before the request", before: (*team).terminate, exit: ok,
			result: v1alpha1.ResultSkipped, reason: "terminating",
		},
		{
			name: "the namespace begins to terminate before the answer", after: (*team).terminate, exit: troubled,
			result: v1alpha1.ResultError, reason: "created cis-default-allow, but the namespace is now being deleted", verified: new(bool),
			policies: []string{baselineName},
		},
		{
			name: "the namespace is deleted before the request", before: (*team).deleteA, exit: troubled,
			result: v1alpha1.ResultError, reason: `" not found`,
		},
		{
			name: "the namespace is deleted before the answer", after: (*team).deleteA, exit: troubled,
			result: v1alpha1.ResultError, reason: "created cis-default-allow, but the namespace was deleted meanwhile", verified: new(bool),
		},
	} {
		for _, scope := range []string{"selected", "named"} {
			t.Run(c.name+", "+scope, func(t *testing.T) {
				t.Parallel()
				tm := newTeam(t, "a")
				bind := func(do func(*team) error) func() error {
					if do == nil {
						return nil
					}
					return func() error { return do(tm) }
				}
				kubeconfig := startProxy(t, testcluster.Fixer, around(t, http.MethodPost, bind(c.before), bind(c.after)))
				args := []string{"fix", "--report", "json=-", "-l", tm.selector()}
				if scope == "named" {
					args = []string{"fix", "--report", "json=-", tm.ns("a")}
				}
				got := through(t, kubeconfig, args...)
				wantExit(t, got, c.exit)
				row := fixed(t, decode[v1alpha1.FixReport](t, got.Stdout), tm.ns("a"))
				if row.Result != c.result || !strings.Contains(row.Reason, c.reason) {
					t.Errorf("row %+v, want %s %q", row, c.result, c.reason)
				}
				if diff := cmp.Diff(c.verified, row.Verified); diff != "" {
					t.Errorf("verified (-want +got):\n%s", diff)
				}
				tm.wantPolicies("a", c.policies...)
			})
		}
	}
}

// terminate begins the deletion of namespace "a"; nobody ends it here. It
// returns when admission knows.
func (tm *team) terminate() error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := tm.client.CoreV1().Namespaces().Delete(ctx, tm.ns("a"), metav1.DeleteOptions{}); err != nil {
		return err
	}
	for {
		_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Create(ctx, denyAll("probe"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("namespace %q does not terminate: %w", tm.ns("a"), ctx.Err())
		case err != nil:
			return nil
		}
	}
}

// deleteA deletes namespace "a" and all that is in it. It returns when admission knows.
func (tm *team) deleteA() error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := removeNamespace(ctx, tm.client, tm.ns("a")); err != nil {
		return err
	}
	for {
		_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Create(ctx, denyAll("probe"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("namespace %q is not gone: %w", tm.ns("a"), ctx.Err())
		case apierrors.IsNotFound(err):
			return nil
		}
	}
}

// A policy that appears while the run is at other namespaces is seen by the
// watch: nothing is sent to that namespace at all.
func TestFixLeavesOutANamespaceInWhichAPolicyAppeared(t *testing.T) {
	t.Parallel()
	tm := newTeam(t)
	for i := range 40 {
		tm.add(fmt.Sprintf("n%02d", i), nil)
	}
	last := tm.ns("n39")
	var posts sync.Map
	seen := make(chan struct{})
	var sawOnce, createOnce sync.Once
	kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case isPolicyRequest(r, http.MethodGet) && r.URL.Query().Has("watch"):
			next.ServeHTTP(&eavesdropper{ResponseWriter: w, word: last, heard: func() { sawOnce.Do(func() { close(seen) }) }}, r)
			return
		case isPolicyRequest(r, http.MethodPost):
			createOnce.Do(func() {
				tm.create("n39", denyAll("default-deny"))
				select {
				case <-seen:
				case <-time.After(deadline):
					t.Error("the watch did not bring the policy")
				}
			})
			posts.Store(namespaceOf(r), true)
		}
		next.ServeHTTP(w, r)
	})
	got := through(t, kubeconfig, "fix", "--report", "json=-", "-l", tm.selector(), "--concurrency=1", "--timeout=60s")
	wantExit(t, got, found)
	report := decode[v1alpha1.FixReport](t, got.Stdout)
	if report.Summary.Fixed != 39 || report.Summary.Pass != 1 {
		t.Errorf("summary %+v", report.Summary)
	}
	row := fixed(t, report, last)
	if row.Result != v1alpha1.ResultPass || row.Reason != `NetworkPolicy "default-deny" appeared meanwhile` {
		t.Errorf("row %+v", row)
	}
	if _, sent := posts.Load(last); sent {
		t.Error("a policy was sent to the namespace all the same")
	}
	tm.wantPolicies("n39", "default-deny")
}

// Two runs at once, both in a storm: each namespace has one policy, and one of them says that it made it.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	const namespaces = 200
	tm := newTeam(t)
	inParallel(namespaces, func(i int) { tm.add(fmt.Sprintf("n%03d", i), nil) })
	seed := stormSeed(t)
	var storms [2]*storm
	var kubeconfigs [2]string
	meet := rendezvous(t, len(storms))
	for i := range storms {
		// Neither sends a creation before the other is about to, too.
		storms[i] = newStorm(seed + uint64(i))
		storms[i].patient = true
		storms[i].onChange = func(n int) { meet(n == 1) }
		kubeconfigs[i] = startProxy(t, testcluster.Fixer, storms[i].meddle)
	}
	var reports [2]*v1alpha1.FixReport
	inParallel(len(reports), func(i int) {
		got := through(t, kubeconfigs[i], "fix", "--report", "json=-", "-l", tm.selector(), "--concurrency=8", "--timeout=2m")
		reports[i] = decode[v1alpha1.FixReport](t, got.Stdout)
		wantExit(t, got, exitOf(reports[i].Summary.Fixed, 0))
	})
	for i, r := range reports {
		storms[i].report(t)
		t.Logf("%+v", r.Summary)
		if s := r.Summary; s.Fixed+s.Pass != namespaces {
			t.Errorf("summary %+v", s)
		}
	}
	for i := range namespaces {
		name := fmt.Sprintf("n%03d", i)
		tm.wantPolicies(name, baselineName)
		run := tm.policies(name)[baselineName].Annotations["cis532.io/run"]
		for _, r := range reports {
			row := fixed(t, r, tm.ns(name))
			made := r.Run == run
			if made != (row.Result == v1alpha1.ResultFixed) || made != isTrue(row.Verified) {
				t.Errorf("run %s made it, run %s says %+v", run, r.Run, row)
			}
		}
	}
}

// rendezvous lets nobody pass before as many have come as are meant: comes says that the caller is one of them.
func rendezvous(t *testing.T, expected int) func(comes bool) {
	var here counter
	all := make(chan struct{})
	return func(comes bool) {
		if comes && here.next() == expected {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(deadline):
			t.Error("somebody did not come")
		}
	}
}

// Two runs with two policies: each sees the other's beside its own, and takes its own back. If that leaves nothing, it is
// not called PASS by both.
func TestTwoRunsWithTwoPolicies(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	// Both have seen a bare namespace when they create, and both have created when they look again.
	creating, created := rendezvous(t, 2), rendezvous(t, 2)
	var kubeconfigs [2]string
	for i := range kubeconfigs {
		var sent atomic.Bool
		kubeconfigs[i] = startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			switch {
			case isPolicyRequest(r, http.MethodPost):
				creating(true)
				sent.Store(true)
			case isPolicyList(r) && sent.Load():
				created(true)
			}
			next.ServeHTTP(w, r)
		})
	}
	var reports [2]*v1alpha1.FixReport
	inParallel(len(reports), func(i int) {
		got := through(t, kubeconfigs[i], "fix", "--report", "json=-", "-l", tm.selector(), "--yes", "--policy", []string{"allow-all", "default-deny"}[i])
		reports[i] = decode[v1alpha1.FixReport](t, got.Stdout)
	})
	results := []v1alpha1.Result{fixed(t, reports[0], tm.ns("a")).Result, fixed(t, reports[1], tm.ns("a")).Result}
	switch policies := tm.policies("a"); {
	case len(policies) > 1:
		t.Errorf("%d policies, %v", len(policies), results)
	case len(policies) == 0 && !slices.Contains(results, v1alpha1.ResultError):
		t.Errorf("no policy is left, and the runs say %v", results)
	}
}

// eavesdropper says when a word passes by.
type eavesdropper struct {
	http.ResponseWriter
	word  string
	heard func()
}

func (e *eavesdropper) Write(p []byte) (int, error) {
	n, err := e.ResponseWriter.Write(p)
	if strings.Contains(string(p), e.word) {
		e.Flush()
		e.heard()
	}
	return n, err
}

// Flush implements http.Flusher.
func (e *eavesdropper) Flush() { e.ResponseWriter.(http.Flusher).Flush() }

// What somebody does between rollback's reads and its deletion.
func TestRollbackGuardsAgainstWhatHappensMeanwhile(t *testing.T) {
	remove := func(tm *team) error {
		return tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Delete(context.Background(), baselineName, metav1.DeleteOptions{})
	}
	for _, c := range []struct {
		name     string
		before   func(*team) error
		exit     int
		result   v1alpha1.Result
		reason   string
		policies []string
	}{
		{"the policy is replaced by another of its name", func(tm *team) error {
			if err := remove(tm); err != nil {
				return err
			}
			_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Create(context.Background(), denyAll(baselineName), metav1.CreateOptions{})
			return err
		}, troubled, v1alpha1.ResultError, "it was changed meanwhile", []string{baselineName}},
		{"the policy is edited", func(tm *team) error {
			_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Patch(context.Background(), baselineName,
				types.MergePatchType, []byte(`{"spec":{"egress":[]}}`), metav1.PatchOptions{})
			return err
		}, troubled, v1alpha1.ResultError, "it was changed meanwhile", []string{baselineName}},
		{"the policy is removed", remove, ok, v1alpha1.ResultKept, "it was already gone", nil},
		{"the namespace is deleted", (*team).deleteA, ok, v1alpha1.ResultKept, "it was already gone", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			fix(t, testcluster.Fixer, found, "-l", tm.selector())
			kubeconfig := startProxy(t, testcluster.Fixer, around(t, http.MethodDelete, func() error { return c.before(tm) }, nil))
			got := through(t, kubeconfig, "rollback", "--report", "json=-", "-l", tm.selector())
			wantExit(t, got, c.exit)
			row := rolledBack(t, decode[v1alpha1.RollbackReport](t, got.Stdout), tm.ns("a"))
			if row.Result != c.result || !strings.Contains(row.Reason, c.reason) {
				t.Errorf("row %+v, want %s %q", row, c.result, c.reason)
			}
			tm.wantPolicies("a", c.policies...)
		})
	}
}

// counter counts requests that a meddler picks.
type counter struct{ n atomic.Int64 }

// next counts one more and says the how many-th it is, from 1.
func (c *counter) next() int { return int(c.n.Add(1)) }

// total is how many were counted.
func (c *counter) total() int { return int(c.n.Load()) }
