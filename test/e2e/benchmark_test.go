package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The report gives the control's number in the benchmark of the cluster, which shows by what is read anyway.
func TestTheBenchmarkIsRecognised(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "shop")
	tm.create("shop", allowAll("mine"))
	for name, c := range map[string]struct {
		path, answer string
		args         []string
		id           string
	}{
		"upstream":                                   {id: "5.3.2"},
		"Amazon's service by its version":            {"/version", `{"gitVersion":"v1.34.2-eks-508b6b3"}`, nil, "4.3.2"},
		"also where the network plugin is named":     {"/version", `{"gitVersion":"v1.34.2-eks-508b6b3"}`, []string{"--network-plugin", "calico"}, "4.3.2"},
		"another that is named":                      {"/version", `{"gitVersion":"v1.34.2-eks-508b6b3"}`, []string{"--benchmark", "aks"}, "4.4.2"},
		"a version that is no version":               {"/version", `["v1.34.2-eks-508b6b3"]`, nil, "5.3.2"},
		"OpenShift by its API groups":                {"/apis", apiGroups("config.openshift.io", "project.openshift.io"), nil, "5.3.2"},
		"a version that nobody may read, with names": {"/version", "", []string{"--network-plugin", "calico"}, "5.3.2"},
	} {
		t.Run(name, func(t *testing.T) {
			kubeconfig := startProxy(t, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				switch {
				case c.path == "" || r.URL.Path != c.path:
					next.ServeHTTP(w, r)
				case c.answer == "":
					refuse(w, http.StatusForbidden, "Forbidden", "not for you")
				default:
					w.Header().Set("Content-Type", "application/json")
					_, _ = fmt.Fprint(w, c.answer)
				}
			})
			got := through(t, kubeconfig, append([]string{"audit", "-l", tm.selector(), "-o", "json"}, c.args...)...)
			wantExit(t, got, ok)
			report := decode[v1alpha1.AuditReport](t, got.Stdout)
			if report.Control.ID != c.id || report.Verdict != v1alpha1.VerdictPass {
				t.Errorf("control %s, want %s: %+v", report.Control.ID, c.id, report)
			}
			if c.path == "/apis" {
				wantText(t, report.Control.Benchmark, "OpenShift")
			}
		})
	}

	t.Run("it costs no request, and one where the plugin is named", func(t *testing.T) {
		count := func(args ...string) []string {
			var uris []string
			for _, e := range requests(t, tm, ok, append([]string{"audit", "-l", tm.selector()}, args...)...) {
				uris = append(uris, e.RequestURI)
			}
			slices.Sort(uris)
			return uris
		}
		if recognised, named := count(), count("--benchmark", "eks"); !slices.Equal(recognised, named) {
			t.Errorf("%q\nwith the benchmark named: %q", recognised, named)
		}
		recognised, named := count("--network-plugin", "calico"), count("--network-plugin", "calico", "--benchmark", "eks")
		if len(recognised) > len(named)+1 {
			t.Errorf("%q\nwith the benchmark named: %q", recognised, named)
		}
	})
}

// apiGroups is the list of API groups that a server with only these gives.
func apiGroups(names ...string) string {
	text := `{"kind":"APIGroupList","apiVersion":"v1","groups":[`
	for i, name := range names {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(`{"name":%q,"versions":[{"groupVersion":"%s/v1","version":"v1"}]}`, name, name)
	}
	return text + "]}"
}
