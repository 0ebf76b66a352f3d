package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// htmlReport is a small audit with a text of each kind.
func htmlReport() *v1alpha1.AuditReport {
	two := 2
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = now
	r.Control = v1alpha1.Control{
		ID: "5.3.2", Title: "Ensure that all Namespaces have Network Policies defined", Benchmark: "CIS Kubernetes Benchmark 2.0.1", Level: 2,
		Assessment: "Manual", Description: "What it asks for.", Rationale: "Why.\nAnd why else.", Impact: "What may break.", Audit: "How it is judged.", Remediation: "What to do.",
		Mappings:   []v1alpha1.ControlMapping{{Framework: "CIS Controls v8", ID: "4.4", Title: "Firewalls"}, {Framework: "CIS Controls v7", ID: "14.2"}},
		References: []string{"Kubescape C-0206", "https://kubernetes.io/docs/", "javascript:alert(1)"},
	}
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443", ServerVersion: "v1.36.1"}
	r.NetworkPlugin = v1alpha1.NetworkPlugin{Name: "flannel", Enforcement: v1alpha1.EnforcementNotEnforced, Evidence: "DaemonSet kube-flannel/kube-flannel-ds"}
	r.Scope, r.Verdict = v1alpha1.ScopePartial, v1alpha1.VerdictFail
	r.Warnings = []string{"read controllers: forbidden"}
	r.Rules = []v1alpha1.RuleText{{ID: "dead-policy", Severity: v1alpha1.SeverityLow, Summary: "a policy <selects> no pod"}}
	r.Summary = v1alpha1.AuditSummary{Namespaces: 3, Pass: 1, Fail: 1, Exempt: 1}
	r.Namespaces = []v1alpha1.NamespaceAudit{
		{Name: "legacy-erp", Verdict: v1alpha1.VerdictExempt, Reason: `<img src=x onerror="alert(1)"> ` + "\u202eturned", Exemption: &v1alpha1.Exemption{Reason: "</script><!--"}},
		{
			Name: "payments", Verdict: v1alpha1.VerdictPass, Posture: &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureRestricted, Egress: v1alpha1.PosturePartial},
			Pods: &v1alpha1.PodCounts{Total: 1234}, Policies: []v1alpha1.PolicySummary{{Name: "api", PolicyTypes: []string{"Ingress"}, SelectedPods: &two}},
			Findings: []v1alpha1.Finding{
				{Rule: "dead-policy", Severity: v1alpha1.SeverityLow, Message: "NetworkPolicy \"api\" selects no pod", Remedy: "Remove it."},
				{Rule: "one-direction", Severity: v1alpha1.SeverityMedium, Message: "ingress only"},
			},
		},
		{
			Name: "shop", Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy", Posture: &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureOpen, Egress: v1alpha1.PostureOpen},
			Findings: []v1alpha1.Finding{{Rule: "no-policy", Severity: v1alpha1.SeverityHigh, Message: "no NetworkPolicy"}},
		},
	}
	return r
}

// htmlPages are a page of each kind.
func htmlPages() map[string]runtime.Object {
	fix, rollback := fixReport(v1alpha1.DryRunNone), rollbackReport(v1alpha1.DryRunNone)
	fix.Metadata.User, fix.Metadata.ToolVersion = "alice@example.com", "v1.2.3"
	rollback.Run = "20261116T120000Z-0badcafe"
	nothing := v1alpha1.NewAuditReport()
	nothing.Metadata.CreationTimestamp, nothing.Scope, nothing.Verdict = now, v1alpha1.ScopeFull, v1alpha1.VerdictError
	nothing.Errors = []string{"cannot list namespaces at the cluster scope: forbidden"}
	return map[string]runtime.Object{"audit": htmlReport(), "audit-nothing": nothing, "fix": fix, "fix-dry-run": fixReport(v1alpha1.DryRunServer), "rollback": rollback}
}

func page(t *testing.T, document runtime.Object) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFile(&b, "html", document); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHTMLGolden compares each page with testdata/golden/html/KIND.html. Its
// style and script stand there by name only: they are files of their own.
func TestHTMLGolden(t *testing.T) {
	for name, document := range htmlPages() {
		t.Run(name, func(t *testing.T) {
			got := page(t, document)
			if again := page(t, document); again != got {
				t.Error("written twice, the page differs")
			}
			got = strings.Replace(got, htmlText("page.css"), "[page.css]", 1)
			for _, script := range []string{"theme.js", "details.js", "address.js", "table.js"} {
				got = strings.Replace(got, htmlText(script), "["+script+"]", 1)
			}
			before, rest, _ := strings.Cut(got, `http-equiv="Content-Security-Policy" content="`)
			_, rest, _ = strings.Cut(rest, `"`)
			compare(t, filepath.Join("testdata", "golden", "html", name+".html"), before+`http-equiv="Content-Security-Policy" content="[policy]"`+rest)
		})
	}
}

// TestHTMLNeedsNothingElse reads each page as a browser does.
func TestHTMLNeedsNothingElse(t *testing.T) {
	for name, document := range htmlPages() {
		t.Run(name, func(t *testing.T) {
			root, err := html.Parse(strings.NewReader(page(t, document)))
			if err != nil {
				t.Fatal(err)
			}
			var policy, style, script, data string
			for n := range root.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				content := ""
				if n.FirstChild != nil {
					content = n.FirstChild.Data
				}
				switch {
				case n.Data == "style":
					style += content
				case n.Data == "script" && attribute(n, "type") == "application/json":
					data = content
				case n.Data == "script":
					script += content
				case n.Data == "meta" && attribute(n, "http-equiv") != "":
					policy = attribute(n, "content")
				case n.Data == "link" || n.Data == "img" || n.Data == "iframe" || n.Data == "base":
					t.Errorf("there is a <%s>", n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") {
						t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
					}
				}
			}
			hash := func(text string) string {
				sum := sha256.Sum256([]byte(text))
				return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
			}
			want := fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'", hash(script), hash(style))
			if policy != want {
				t.Errorf("the policy is\n%s, want\n%s", policy, want)
			}
			if strings.ContainsFunc(data, func(r rune) bool { return hostile(r) || r == '<' }) {
				t.Errorf("the data holds what a reader may act upon: %q", data)
			}
			wantData, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			var got, wanted any
			if err := json.Unmarshal([]byte(data), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(wantData, &wanted); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("the data is not the document (-want +got):\n%s", diff)
			}
		})
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestHTMLLinksOnlyToAddresses(t *testing.T) {
	for text, want := range map[string]htmlReference{
		"https://example.com/a?b=c#d":            {URL: "https://example.com/a?b=c#d"},
		"The guide https://example.com/":         {Text: "The guide", URL: "https://example.com/"},
		"CIS Controls v8 4.4":                    {Text: "CIS Controls v8 4.4"},
		"":                                       {},
		"http://example.com/":                    {Text: "http://example.com/"},
		"javascript:alert(1)":                    {Text: "javascript:alert(1)"},
		"https://user:secret@example.com/":       {Text: "https://user:secret@example.com/"},
		"https:example.com":                      {Text: "https:example.com"},
		`https://example.com/"onclick="alert(1)`: {Text: `https://example.com/"onclick="alert(1)`},
		"https://example.com/\u202egnp":          {Text: "https://example.com/\u202egnp"},
	} {
		if got := newReference(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestHTMLBarsAreDividedInProportion(t *testing.T) {
	bar := newHTMLBar("b", "Title", htmlVerdicts, map[string]int{"PASS": 9999, "FAIL": 1})
	if bar.Text != "1 FAIL, 9,999 PASS" {
		t.Errorf("text %q", bar.Text)
	}
	want := []htmlSegment{
		{Name: "FAIL", Class: "k-fail", Count: 1, X: "0.000%", Width: "0.596%"}, // one among thousands stays visible
		{Name: "PASS", Class: "k-pass", Count: 9999, X: "0.596%", Width: "99.404%"},
	}
	if diff := cmp.Diff(want, bar.Segments); diff != "" {
		t.Error(diff)
	}
	if empty := newHTMLBar("b", "Title", htmlVerdicts, nil); empty.Text != "none" || empty.Segments != nil {
		t.Errorf("a bar of nothing: %+v", empty)
	}
}

func TestHTMLNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
