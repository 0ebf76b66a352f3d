package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// smallAudit has each verdict once.
func smallAudit() *v1alpha1.AuditReport {
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = now
	r.Control = v1alpha1.Control{
		ID: "5.3.2", Title: "Ensure that all Namespaces have Network Policies defined", Benchmark: "CIS Kubernetes Benchmark 2.0.1", Level: 2,
		Description: "Each namespace needs a policy.", Audit: "List the policies.", Remediation: "Create policies.",
		Mappings: []v1alpha1.ControlMapping{{Framework: "CIS Controls v8", ID: "4.4"}},
	}
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443", ServerVersion: "v1.36.3"}
	r.NetworkPlugin = v1alpha1.NetworkPlugin{Name: "calico", Enforcement: v1alpha1.EnforcementEnforced}
	r.Scope, r.Verdict = v1alpha1.ScopeFull, v1alpha1.VerdictError
	open := &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureOpen, Egress: v1alpha1.PostureOpen}
	r.Namespaces = []v1alpha1.NamespaceAudit{
		{Name: "broken", Verdict: v1alpha1.VerdictError, Reason: "list NetworkPolicies: forbidden"},
		{Name: "kube-system", Verdict: v1alpha1.VerdictSkipped, Reason: "system namespace (kube-system)"},
		{Name: "legacy", Verdict: v1alpha1.VerdictExempt, Reason: "until it is replaced (until 2027-01-31)", Posture: open, NewPod: open, Exemption: &v1alpha1.Exemption{Reason: "until it is replaced", Until: "2027-01-31"}},
		{Name: "mesh", Verdict: v1alpha1.VerdictAccepted, Reason: "isolated by CiliumNetworkPolicy deny", Posture: open, NewPod: open, OtherPolicies: []v1alpha1.ObjectReference{{APIVersion: "cilium.io/v2", Kind: "CiliumNetworkPolicy", Name: "deny"}}},
		{
			Name: "orders", Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy", Posture: open, NewPod: open, Pods: &v1alpha1.PodCounts{Total: 3},
			ManagedBy: &v1alpha1.Manager{Tool: "Argo CD", Kind: "application", Name: "shop"},
			Findings:  []v1alpha1.Finding{{Rule: noPolicy, Severity: v1alpha1.SeverityHigh, Message: `namespace "orders" has no NetworkPolicy`, Remedy: "kubectl cis532 fix orders --dry-run=server"}},
		},
		{
			Name: "shop", Verdict: v1alpha1.VerdictPass, Posture: &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureDenied, Egress: v1alpha1.PostureOpen}, NewPod: open,
			Pods: &v1alpha1.PodCounts{Total: 2, SelectedIngress: 2, RestrictedIngress: 2}, Policies: []v1alpha1.PolicySummary{{Name: "deny"}, {Name: "web"}},
			Findings: []v1alpha1.Finding{
				{Rule: "one-direction", Severity: v1alpha1.SeverityLow, Message: "policies restrict ingress only", Remedy: "add policies for Egress"},
				{Rule: "unmatched-peer", Severity: v1alpha1.SeverityInfo, Message: `NetworkPolicy "web": spec.ingress[0].from[0] matches no pod`},
			},
		},
	}
	r.Summary = v1alpha1.AuditSummary{Namespaces: 6, Pass: 1, Fail: 1, Accepted: 1, Skipped: 1, Exempt: 1, Error: 1}
	r.Errors, r.Warnings = []string{"list NetworkPolicies: forbidden"}, []string{"list Services: forbidden"}
	r.Rules = []v1alpha1.RuleText{{ID: noPolicy, Severity: v1alpha1.SeverityHigh, Summary: "no policy", What: "What.", Why: "Why.", Remedy: "Do this:\n\n  kubectl apply"}}
	return r
}

func smallExpectations() *v1alpha1.ReachExpectations {
	r := v1alpha1.NewReachExpectations()
	r.Metadata.CreationTimestamp = now
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: []string{"deploy"}}
	r.File = "connections.txt"
	r.Summary = v1alpha1.ExpectationSummary{Lines: 4, Agreed: 1, Differed: 1, Unknown: 1, Invalid: 1}
	r.Agreed = []v1alpha1.Mismatch{{Line: 3, From: "shop/web", To: "data/db", Port: "5432/TCP", Expected: v1alpha1.ReachAllowed, Got: v1alpha1.ReachAllowed}}
	r.Mismatches = []v1alpha1.Mismatch{
		{Line: 1, From: "shop/web", To: "data/db", Port: "80/TCP", Expected: v1alpha1.ReachDenied, Got: v1alpha1.ReachAllowed, Decided: "ingress: data/db ingress[0]"},
		{Line: 4, From: "a/b", To: "203.0.113.7", Port: "443/TCP", Expected: v1alpha1.ReachAllowed, Got: v1alpha1.ReachUnknown, Decided: "egress: unknown labels"},
		{Line: 5, Error: "2 fields, not 4: SOURCE DESTINATION PORT/PROTOCOL allow|deny"},
	}
	return r
}

func smallReach() *v1alpha1.ReachReport {
	r := v1alpha1.NewReachReport()
	r.Metadata.CreationTimestamp, r.Verdict = now, v1alpha1.ReachDenied
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: []string{"-"}}
	r.Connections = []v1alpha1.Connection{{
		From: "shop/pod/web", To: "data/pod/db", Via: "data/service/db 5432/TCP", Port: 5432, Protocol: "TCP", Verdict: v1alpha1.ReachDenied,
		Egress:  &v1alpha1.DirectionDecision{Verdict: v1alpha1.ReachAllowed, Reason: "allowed", Rules: []v1alpha1.RuleReference{{Policy: "shop/web", Rule: "egress[0]"}}},
		Ingress: &v1alpha1.DirectionDecision{Verdict: v1alpha1.ReachDenied, Reason: "denied", Policies: []string{"data/deny"}}, Notes: []string{"|a note|"},
	}}
	return r
}

func smallMatrix() *v1alpha1.ReachMatrix {
	m := v1alpha1.NewReachMatrix()
	m.Metadata.CreationTimestamp, m.Workloads = now, 2
	m.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: []string{"deploy"}}
	m.Entries = []v1alpha1.MatrixEntry{
		{From: "data/pod/db", To: "shop/pod/web", Verdict: v1alpha1.ReachDenied},
		{From: "shop/pod/web", To: "data/pod/db", Verdict: v1alpha1.ReachAllowed, Allowed: []string{"TCP 5432"}},
	}
	return m
}

// TestFormatsGolden compares each kind of document in each of its formats, but those that have goldens of their own, with testdata/golden/formats-KIND.txt.
func TestFormatsGolden(t *testing.T) {
	for name, document := range map[string]runtime.Object{
		"audit": smallAudit(), "fix": fixReport(v1alpha1.DryRunNone), "fix-dry-run": fixReport(v1alpha1.DryRunServer), "rollback": rollbackReport(v1alpha1.DryRunNone),
		"reach": smallReach(), "matrix": smallMatrix(), "expectations": smallExpectations(),
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, format := range FileFormats(document) {
				if format == "json" || format == "yaml" || format == "html" {
					continue
				}
				fmt.Fprintf(&got, "=== %s\n", format)
				if err := WriteFile(&got, format, document); err != nil {
					t.Errorf("%s: %v", format, err)
				}
			}
			compare(t, filepath.Join("testdata", "golden", "formats-"+name+".txt"), strings.ReplaceAll(got.String(), "\r", "<CR>"))
		})
	}
}

func TestFormatsWriteAnEmptyDocument(t *testing.T) {
	for _, document := range []runtime.Object{
		v1alpha1.NewAuditReport(), v1alpha1.NewFixReport(), v1alpha1.NewRollbackReport(), v1alpha1.NewReachReport(), v1alpha1.NewReachMatrix(), v1alpha1.NewReachExpectations(),
	} {
		for _, format := range FileFormats(document) {
			var text bytes.Buffer
			if err := WriteFile(&text, format, document); err != nil || !strings.HasSuffix(text.String(), "\n") {
				t.Errorf("%T as %s: %v %q", document, format, err, text.String())
			}
		}
	}
	r := v1alpha1.NewAuditReport()
	r.Verdict, r.Errors = v1alpha1.VerdictError, []string{"the API server cannot be reached"}
	agree(t, r)
}

func TestFormatOfAFile(t *testing.T) {
	for path, want := range map[string]string{
		"a.json": "json", "a.yml": "yaml", "a.YAML": "yaml", "summary.md": "markdown", "a.markdown": "markdown", "a.csv": "csv", "junit.xml": "junit", "a.junit": "junit",
		"a.sarif": "sarif", "results.sarif.json": "sarif", "sarif.json": "sarif", "a.openreports.yaml": "openreports", "a.policyreport.yml": "policyreport",
		"a.kube-bench.json": "kube-bench", "dir.csv/v1.2.json": "json",
	} {
		if got, ok := FormatOfFile(path, v1alpha1.NewAuditReport()); !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", path, got, ok, want)
		}
	}
	for path, want := range map[string]string{"a.txt": "txt", "csv": "", "dir.csv/report": "", "a": ""} {
		if got, ok := FormatOfFile(path, v1alpha1.NewAuditReport()); ok || got != want {
			t.Errorf("%s: %q, %v, want %q and false", path, got, ok, want)
		}
	}
	if got, ok := FormatOfFile("a.sarif", v1alpha1.NewFixReport()); ok {
		t.Errorf("a fix has no SARIF, got %q", got)
	}
}

func TestMarkdownFitsIntoACommentAndSaysWhatItLeftOut(t *testing.T) {
	r := largeReport(5000)
	for i := range 2500 {
		r.Namespaces[i].Verdict, r.Namespaces[i].Reason = v1alpha1.VerdictPass, ""
	}
	r.Namespaces = append(r.Namespaces, v1alpha1.NamespaceAudit{Name: "unread", Verdict: v1alpha1.VerdictError, Reason: strings.Repeat("<@", 20000)})
	var text bytes.Buffer
	if err := WriteFile(&text, "markdown", r); err != nil {
		t.Fatal(err)
	}
	if text.Len() > 65536 {
		t.Errorf("%d bytes: GitHub takes 65,536", text.Len())
	}
	s, err := readMarkdown(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	shown, failing := len(s.Verdicts), 0
	for _, verdict := range s.Verdicts {
		if verdict == v1alpha1.VerdictFail {
			failing++
		}
	}
	if shown < 100 || failing != shown {
		t.Errorf("%d namespaces are shown, %d of them fail: what fails goes first", shown, failing)
	}
	if want := fmt.Sprintf("**%d namespaces had no room here**: 1 ERROR, %d FAIL, 2500 PASS", len(r.Namespaces)-shown, 2500-failing); !strings.Contains(text.String(), want) {
		t.Errorf("the page does not say %q", want)
	}
	if !strings.Contains(text.String(), "findings had no room here**: ") {
		t.Error("the page does not say which findings it left out")
	}
}

func TestReportsOfTheReportAPIsCanBeApplied(t *testing.T) {
	r := largeReport(3000)
	r.Namespaces[7].Reason = strings.Repeat("long ", 100_000)
	names := map[string]bool{}
	for _, document := range documentsOf(t, r, "openreports") {
		data, err := yaml.YAMLToJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 262144 {
			t.Errorf("%d bytes: kubectl apply has room for 262,144 in its annotation", len(data))
		}
		var object struct {
			Metadata struct{ Name string }
		}
		if err := yaml.Unmarshal(data, &object); err != nil {
			t.Fatal(err)
		}
		names[object.Metadata.Name] = true
	}
	if len(names) < 3 || !names["cis-5.3.2"] || !names["cis-5.3.2-part-2"] {
		t.Errorf("the names are %v", names)
	}
	part := largeReport(1)
	part.Scope = v1alpha1.ScopePartial
	if text := documentsOf(t, part, "policyreport")[0]; bytes.Contains(text, []byte(`"name":"cis-5.3.2"`)) {
		t.Errorf("a run over some namespaces takes the place of one over all:\n%s", text)
	}
}

func documentsOf(t *testing.T, r *v1alpha1.AuditReport, format string) [][]byte {
	t.Helper()
	var text bytes.Buffer
	if err := WriteFile(&text, format, r); err != nil {
		t.Fatal(err)
	}
	return bytes.Split(text.Bytes(), []byte("\n---\n"))
}

func TestJUnitIsRedWhereEvidenceIsMissing(t *testing.T) {
	r := smallAudit()
	r.Namespaces = slices.DeleteFunc(r.Namespaces, func(ns v1alpha1.NamespaceAudit) bool { return ns.Verdict != v1alpha1.VerdictPass })
	var text bytes.Buffer
	if err := WriteFile(&text, "junit", r); err != nil {
		t.Fatal(err)
	}
	suites, err := junit.Ingest(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if totals := suites[0].Totals; totals.Error != 1 || totals.Passed != 1 {
		t.Errorf("totals are %+v: only what was seen passes", totals)
	}
}
