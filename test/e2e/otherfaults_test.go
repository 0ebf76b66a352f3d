package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// isListOf says that a request lists a resource.
func isListOf(r *http.Request, resource string) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+resource)
}

// A kind that is gone between the question which groups there are and the list has no policies.
func aKindGoesAway(t *testing.T, c *testcluster.Cluster) {
	tm := newTeamIn(t, c, "bare", "cilium")
	tm.apply(ciliumDenies)
	kubeconfig := startProxyOf(t, c, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if isListOf(r, "ciliumnetworkpolicies") {
			got := c.Kubectl(testcluster.Admin, "delete", "crd", "ciliumnetworkpolicies.cilium.io", "--timeout="+deadline.String())
			if got.ExitCode != 0 {
				t.Error(got.Stderr)
			}
			until(t, "the kind is gone", func() bool {
				return c.Kubectl(testcluster.Admin, "get", "ciliumnetworkpolicies.cilium.io").ExitCode != 0
			})
		}
		next.ServeHTTP(w, r)
	})
	got := c.Run(nil, plugin, "audit", "-o", "json", "-l", tm.selector(), "--kubeconfig", kubeconfig, "--accept", "cilium")
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	if report.Summary.Fail != 2 || report.Summary.Accepted != 0 || len(report.Warnings) > 0 {
		t.Errorf("%+v, warnings %q", report.Summary, report.Warnings)
	}
}

// unavailable is a group whose API server nobody runs.
const unavailable = `{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v3.projectcalico.org}, spec: {
  group: projectcalico.org, version: v3, groupPriorityMinimum: 1500, versionPriority: 20, insecureSkipTLSVerify: true,
  service: {name: calico-api, namespace: TEAM-calico}}}`

// Calico's API server may be down: the verdicts are the same, and what it would have said is unknown.
func TestAGroupWhoseServerIsDownIsUnknown(t *testing.T) {
	t.Parallel()
	c := startWhole(t)
	tm := newTeamIn(t, c, "calico", "covered")
	tm.create("covered", denyAll("default-deny"))
	tm.apply(unavailable)
	until(t, "the group is listed and does not answer", func() bool {
		groups := c.Kubectl(testcluster.Admin, "get", "--raw", "/apis")
		list := c.Kubectl(testcluster.Admin, "get", "--raw", "/apis/projectcalico.org/v3/networkpolicies")
		return strings.Contains(groups.Stdout, "projectcalico.org/v3") && list.ExitCode != 0 && !strings.Contains(list.Stderr, "NotFound")
	})
	const (
		namespaced = "cannot list networkpolicies.projectcalico.org in all namespaces: "
		global     = "cannot list globalnetworkpolicies.projectcalico.org in all namespaces: "
	)
	got := tm.cis532(testcluster.Auditor, "audit", "-o", "json", "--accept", "calico")
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	if s := report.Summary; s.Pass != 1 || s.Fail != 1 || s.Error+s.Accepted > 0 {
		t.Errorf("%+v", s)
	}
	wantText(t, got.Stderr, "warning: "+namespaced, "warning: "+global, "whether policies of that kind have a say is unknown")
	wantText(t, row(t, report, tm.ns("calico")).Reason, "no NetworkPolicy; what isolates it otherwise is unknown: cannot list ")

	r := fixed(t, tm.fix(testcluster.Fixer, troubled), tm.ns("calico"))
	if r.Result != v1alpha1.ResultError {
		t.Errorf("%+v", r)
	}
	wantText(t, r.Reason, "whether policies of another kind isolate its pods is unknown: cannot list ")
	tm.wantPolicies("calico")

	// It was asked a few times, not until the run's time was up.
	asked := map[string]int{}
	for _, e := range requests(t, tm, found, "audit", "-l", tm.selector()) {
		asked[e.Group+"/"+e.Resource]++
	}
	for _, resource := range []string{"networkpolicies", "globalnetworkpolicies"} {
		if n := asked["projectcalico.org/"+resource]; n < 2 || n > 4 {
			t.Errorf("%s were asked for %d times", resource, n)
		}
	}

	// Where Calico's storage can be read, that is the answer.
	wantExit(t, c.Kubectl(testcluster.Admin, "apply", "-f", "testdata/crds/crd.projectcalico.org_networkpolicies.yaml", "-f", "testdata/crds/crd.projectcalico.org_globalnetworkpolicies.yaml"), 0)
	for _, kind := range []string{"networkpolicies.crd.projectcalico.org", "globalnetworkpolicies.crd.projectcalico.org"} {
		until(t, kind+" is served", func() bool { return c.Kubectl(testcluster.Admin, "get", kind).ExitCode == 0 })
	}
	tm.apply(`{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: default.deny, namespace: TEAM-calico}, spec: {tier: default, selector: all(), types: [Ingress, Egress]}}`)
	until(t, "the group is listed", func() bool {
		return strings.Contains(c.Kubectl(testcluster.Admin, "get", "--raw", "/apis").Stdout, "crd.projectcalico.org/v1")
	})
	report = tm.audit(testcluster.Auditor, ok, "--accept", "calico")
	if r := row(t, report, tm.ns("calico")); r.Verdict != v1alpha1.VerdictAccepted || len(report.Warnings) > 0 {
		t.Errorf("%+v, warnings %q", r, report.Warnings)
	}
}

// A group that never answers does not hold the run up until its end.
func TestAGroupThatNeverAnswersIsUnknown(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "bare")
	var asked counter
	kubeconfig := startProxy(t, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case r.URL.Path == "/apis":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"policy.networking.k8s.io","versions":[{"groupVersion":"policy.networking.k8s.io/v1alpha2","version":"v1alpha2"}]}]}`))
		case isListOf(r, "clusternetworkpolicies"):
			asked.next()
			stall(r)
		default:
			next.ServeHTTP(w, r)
		}
	})
	got := through(t, kubeconfig, "audit", "-l", tm.selector(), "--request-timeout=1s")
	wantExit(t, got, found)
	wantText(t, got.Stderr, "warning: cannot list clusternetworkpolicies.policy.networking.k8s.io in all namespaces: no answer from the API server", "FAIL: 1 namespace")
	if n := asked.total(); n < 1 || n > 4 {
		t.Errorf("it was asked %d times", n)
	}
}
