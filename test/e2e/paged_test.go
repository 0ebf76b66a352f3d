package e2e

import (
	"fmt"
	"net/http"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// While the pages of the lists are read, namespaces come and go, policies too. Whatever of that an audit sees: a namespace that
// never had a policy does not pass, one that had one all the time does not fail, and nothing is an error.
func TestWhatChangesBetweenPagesIsNoFalsePass(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "covered", "bare", "uncovered-meanwhile", "deleted-meanwhile")
	for _, name := range []string{"covered", "uncovered-meanwhile", "deleted-meanwhile"} {
		tm.create(name, denyAll("default-deny"))
	}
	var pages counter
	kubeconfig := startProxy(t, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Query().Has("continue") {
			switch n := pages.next(); n {
			case 1:
				tm.add("bare-and-new", nil)
			case 2:
				if err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("uncovered-meanwhile")).Delete(r.Context(), "default-deny", metav1.DeleteOptions{}); err != nil {
					t.Error(err)
				}
			case 3:
				if err := tm.client.CoreV1().Namespaces().Delete(r.Context(), tm.ns("deleted-meanwhile"), metav1.DeleteOptions{}); err != nil {
					t.Error(err)
				}
			}
		}
		onePage(w, r, next)
	})
	got := through(t, kubeconfig, "audit", "-o", "json", "-l", tm.selector())
	wantExit(t, got, found)
	if pages.total() < 4 {
		t.Fatalf("%d pages were followed: nothing changed between them", pages.total())
	}
	may := map[string][]v1alpha1.Verdict{
		"covered":             {v1alpha1.VerdictPass},
		"bare":                {v1alpha1.VerdictFail},
		"bare-and-new":        {v1alpha1.VerdictFail},
		"uncovered-meanwhile": {v1alpha1.VerdictPass, v1alpha1.VerdictFail},
		// Its policy stays until the namespace controller, which is not there, deletes it.
		"deleted-meanwhile": {v1alpha1.VerdictPass, v1alpha1.VerdictSkipped},
	}
	seen := map[string]v1alpha1.Verdict{}
	for _, row := range decode[v1alpha1.AuditReport](t, got.Stdout).Namespaces {
		seen[row.Name] = row.Verdict
	}
	for name, verdicts := range may {
		verdict, listed := seen[tm.ns(name)]
		if !listed && name != "bare-and-new" {
			t.Errorf("%s is not in the report", name)
		}
		right := !listed
		for _, v := range verdicts {
			right = right || v == verdict
		}
		if !right {
			t.Errorf("%s: %s, want %s", name, verdict, fmt.Sprint(verdicts))
		}
	}
}
