package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The objects of the two report APIs are applied to a real API server, which validates them strictly, and read back.
func TestReportsOfTheReportAPIs(t *testing.T) {
	c := startWhole(t)
	wantExit(t, c.Kubectl(testcluster.Admin, "apply", "-f", "testdata/reports/wgpolicyk8s.io_clusterpolicyreports.yaml",
		"-f", filepath.Join(moduleDir(t, "github.com/openreports/reports-api"), "config/crd/openreports.io_clusterreports.yaml")), ok)
	wantExit(t, c.Kubectl(testcluster.Admin, "wait", "--for=condition=Established", "--timeout="+deadline.String(), "crd", "--all"), ok)
	for _, name := range []string{"shop", "orders", "legacy"} {
		wantExit(t, c.Kubectl(testcluster.Admin, "create", "namespace", name), ok)
	}
	wantExit(t, c.Kubectl(testcluster.Admin, "annotate", "namespace", "legacy", `cis532.io/exempt=<b>"y": {a: [b]} # until SEC-1, @octocat`), ok)

	for format, kind := range map[string]string{"openreports": "clusterreports.openreports.io", "policyreport": "clusterpolicyreports.wgpolicyk8s.io"} {
		t.Run(format, func(t *testing.T) {
			until(t, kind+" is served", func() bool { return c.Kubectl(testcluster.Admin, "get", kind).ExitCode == 0 })
			t.Run("of the cluster", func(t *testing.T) { appliedAndReadBack(t, c, format, kind) })
			t.Run("of manifests", func(t *testing.T) { appliedAndReadBack(t, c, format, kind, "-f", "../../testdata/shop") })
			t.Run("of more namespaces than one object holds", func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "many.yaml")
				if err := os.WriteFile(file, []byte(manyNamespaces(500)), 0o600); err != nil {
					t.Fatal(err)
				}
				if parts := appliedAndReadBack(t, c, format, kind, "-f", file); parts < 2 {
					t.Errorf("%d objects: this was to be more than one", parts)
				}
				prunedAndReadBack(t, c, format, kind, file)
			})
		})
	}
}

// appliedAndReadBack audits, applies the reports with kubectl, reads them back, and compares with the audit's JSON.
func appliedAndReadBack(t *testing.T, c *testcluster.Cluster, format, kind string, source ...string) (objects int) {
	t.Helper()
	user := []string{"--context=" + testcluster.Auditor}
	if len(source) > 0 {
		user = nil
	}
	audited := c.Run(nil, plugin, slices.Concat([]string{"audit", "-o", "json"}, source, user)...)
	report := decode[v1alpha1.AuditReport](t, audited.Stdout)
	made := c.Run(nil, plugin, slices.Concat([]string{"audit", "-o", format}, source, user)...)
	if made.ExitCode != audited.ExitCode {
		t.Errorf("exit code %d, with -o json %d", made.ExitCode, audited.ExitCode)
	}
	for _, way := range [][]string{{"apply", "--validate=strict"}, {"apply", "--validate=strict", "--server-side", "--force-conflicts"}} {
		got := c.KubectlInput(strings.NewReader(made.Stdout), testcluster.Admin, append(way, "-f", "-")...)
		wantExit(t, got, ok)
		if strings.Contains(got.Stderr, "Warning") {
			t.Errorf("%v: %s", way, got.Stderr)
		}
	}
	stored := decode[openreports.ClusterReportList](t, c.Kubectl(testcluster.Admin, "get", kind, "-l", "app.kubernetes.io/managed-by=kubectl-cis532", "-o", "json").Stdout)
	verdicts, findings := map[string]string{}, 0
	for _, object := range stored.Items {
		for _, result := range object.Results {
			switch {
			case result.Result == "warn":
				findings++
			case result.Timestamp.Seconds == 0 || len(result.Subjects) != 1:
				t.Errorf("a result without a time or a subject: %+v", result)
			default:
				verdicts[result.Subjects[0].Name] = result.Properties["verdict"] + " " + result.Properties["reason"]
			}
		}
	}
	want := 0
	for _, ns := range report.Namespaces {
		if got := verdicts[ns.Name]; got != string(ns.Verdict)+" "+ns.Reason {
			t.Errorf("namespace %s is %q, want %s %s", ns.Name, got, ns.Verdict, ns.Reason)
		}
		for _, f := range ns.Findings {
			if f.Rule != "no-policy" {
				want++
			}
		}
	}
	if len(verdicts) != len(report.Namespaces) || findings != want {
		t.Errorf("%d namespaces and %d findings are stored, want %d and %d", len(verdicts), findings, len(report.Namespaces), want)
	}
	wantExit(t, c.Kubectl(testcluster.Admin, "delete", kind, "-l", "app.kubernetes.io/managed-by=kubectl-cis532"), ok)
	return len(stored.Items)
}

// prunedAndReadBack applies the report of many namespaces, that of a run over one of them, and that of few, as docs/formats.md
// prunes: what a smaller report has no part for is gone, and a narrowed one stays.
func prunedAndReadBack(t *testing.T, c *testcluster.Cluster, format, kind, many string) {
	t.Helper()
	allowed := map[string]string{"openreports": "openreports.io/v1alpha1/ClusterReport", "policyreport": "wgpolicyk8s.io/v1alpha2/ClusterPolicyReport"}[format]
	apply := func(way []string, audit ...string) {
		made := c.Run(nil, plugin, append([]string{"audit", "-q", "--exit-zero", "-o", format}, audit...)...)
		wantExit(t, c.KubectlInput(strings.NewReader(made.Stdout), testcluster.Admin, append([]string{"apply", "-f", "-"}, way...)...), ok)
	}
	prune := []string{"--prune", "-l", "cis532.io/report=cis-5.3.2", "--prune-allowlist=" + allowed}
	apply(prune, "-f", many)
	apply(nil, "shop", "-f", "../../testdata/shop", "--no-exemptions")
	apply(prune, "-f", "../../testdata/shop")
	stored := decode[openreports.ClusterReportList](t, c.Kubectl(testcluster.Admin, "get", kind, "-o", "json").Stdout)
	var names []string
	for _, object := range stored.Items {
		names = append(names, object.Name)
	}
	if len(names) != 2 || names[0] != "cis-5.3.2" || !strings.HasPrefix(names[1], "cis-5.3.2-") || strings.Contains(names[1], "part") {
		t.Errorf("stored are %v, want the whole report and the narrowed one", names)
	}
	wantExit(t, c.Kubectl(testcluster.Admin, "delete", kind, "-l", "app.kubernetes.io/managed-by=kubectl-cis532"), ok)
}

func manyNamespaces(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team-" + strings.Repeat("x", 40) + "-" + string(rune('a'+i/26/26%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26)) + "}\n")
	}
	return b.String()
}

// moduleDir is where Go keeps a module that this one needs.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
