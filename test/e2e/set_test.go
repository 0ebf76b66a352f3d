package e2e

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// What happens between the policies of one namespace: all of them are there in
// the end, or none.
func TestSeveralPoliciesAreMadeOrTakenBack(t *testing.T) {
	theirs := func(tm *team, np *networkingv1.NetworkPolicy) {
		if _, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Create(tm.t.Context(), np, metav1.CreateOptions{FieldManager: "somebody"}); err != nil {
			tm.t.Error(err)
		}
	}
	for name, c := range map[string]struct {
		// meddle does something instead of the n-th creation, or before it where it answers false.
		meddle   func(tm *team, n int, w http.ResponseWriter, r *http.Request, next http.Handler) bool
		exit     int
		result   v1alpha1.Result
		reason   string
		policies []string
	}{
		"the answer to the first is lost": {func(_ *team, n int, _ http.ResponseWriter, r *http.Request, next http.Handler) bool {
			if n == 1 {
				dropAnswer(r, next)
			}
			return false
		}, found, v1alpha1.ResultFixed, "created deny, web", []string{"deny", "web"}},
		"the second is refused": {func(_ *team, n int, w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n == 2 {
				refuse(w, http.StatusForbidden, "Forbidden", "not this one")
			}
			return n == 2
		}, troubled, v1alpha1.ResultError, "; deny was taken back", nil},
		"the second is made, and answered with a refusal": {func(_ *team, n int, w http.ResponseWriter, r *http.Request, next http.Handler) bool {
			if n == 2 {
				next.ServeHTTP(httptest.NewRecorder(), r)
				refuse(w, http.StatusForbidden, "Forbidden", "not this one")
			}
			return n == 2
		}, troubled, v1alpha1.ResultError, "deny was taken back; web was taken back", nil},
		"a policy appears before the second": {func(tm *team, n int, _ http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n == 2 {
				theirs(tm, denyAll("theirs"))
			}
			return false
		}, ok, v1alpha1.ResultPass, `NetworkPolicy "theirs" appeared meanwhile: deny, web were taken back`, []string{"theirs"}},
		"somebody takes the name of the second": {func(tm *team, n int, _ http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n == 2 {
				theirs(tm, denyAll("web"))
			}
			return false
		}, ok, v1alpha1.ResultPass, `NetworkPolicy "web" appeared meanwhile, made by somebody else; deny was taken back`, []string{"web"}},
		"the namespace begins to terminate before the second": {func(tm *team, n int, _ http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n == 2 {
				if err := tm.terminate(); err != nil {
					tm.t.Error(err)
				}
			}
			return false
		}, ok, v1alpha1.ResultSkipped, "terminating; deny was taken back", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			file := filepath.Join(t.TempDir(), "template.yaml")
			writeFile(t, file, twoPolicies)
			var creations counter
			kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if isPolicyRequest(r, http.MethodPost) && c.meddle(tm, creations.next(), w, r, next) {
					return
				}
				next.ServeHTTP(w, r)
			})
			got := through(t, kubeconfig, "fix", "--policy-file", file, "--yes", "--report", "json=-", "-l", tm.selector())
			wantExit(t, got, c.exit)
			row := fixed(t, decode[v1alpha1.FixReport](t, got.Stdout), tm.ns("a"))
			if row.Result != c.result || !strings.Contains(row.Reason, c.reason) {
				t.Errorf("row %+v, want %s %q", row, c.result, c.reason)
			}
			tm.wantPolicies("a", c.policies...)
		})
	}
}

// A run that is killed between two policies cannot take the first back. The
// next one does not pass that over, and rollback makes way for the whole.
func TestAPartOfASetIsTold(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	file := filepath.Join(t.TempDir(), "template.yaml")
	writeFile(t, file, twoPolicies)
	var creations counter
	reached := make(chan struct{})
	kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if isPolicyRequest(r, http.MethodPost) && creations.next() == 2 {
			close(reached)
			stall(r)
			return
		}
		next.ServeHTTP(w, r)
	})
	cmd := exec.Command(plugin, "fix", "--yes", "--policy-file", file, tm.ns("a"), "--kubeconfig="+kubeconfig)
	cmd.Env = cluster.Env()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	tm.wantPolicies("a", "deny")

	whole := []string{"fix", "--yes", "--policy-file", file, tm.ns("a")}
	passed := cis532(t, testcluster.Fixer, whole...)
	wantExit(t, passed, ok)
	wantText(t, passed.Stdout, "of template.yaml it has deny, not web")
	wantText(t, passed.Stderr, "warning: 1 namespace ("+tm.ns("a")+") has only a part of what --policy-file "+file+" makes: a run was cut short, or somebody removed the rest. "+
		"kubectl cis532 rollback "+tm.ns("a")+" --context fixer removes that part, and fix then makes the whole")
	tm.wantPolicies("a", "deny")
	wantNoText(t, cis532(t, testcluster.Fixer, "fix", tm.ns("a")).Stderr, "part of")

	wantExit(t, cis532(t, testcluster.Fixer, "rollback", tm.ns("a")), found)
	wantExit(t, cis532(t, testcluster.Fixer, whole...), found)
	tm.wantPolicies("a", "deny", "web")
	wantNoText(t, cis532(t, testcluster.Fixer, whole...).Stderr, "part of")
}
