package report

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/control"
	manifestreader "github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// said is what a report says, whatever its format: whether the run passes as a
// whole, the verdict of each namespace, and its findings as [severity] rule: message.
type said struct {
	Passes   bool
	Verdicts map[string]v1alpha1.Verdict
	Findings map[string][]string
}

func newSaid() said {
	return said{Verdicts: map[string]v1alpha1.Verdict{}, Findings: map[string][]string{}}
}

// find notes a finding.
func (s said) find(namespace string, text string) {
	s.Findings[namespace] = append(s.Findings[namespace], normal(text))
}

// normal is a text as each format may have it: without what only keeps it harmless.
func normal(text string) string {
	text = strings.NewReplacer("\u200b", "", `\[`, "[", `\]`, "]").Replace(OneLine(text))
	text = keptFromComputing.ReplaceAllString(text, "${1}${2}")
	// JSON has no bytes that are no characters.
	text = invalidByte.ReplaceAllString(text, `\ufffd`)
	return strings.Join(strings.Fields(text), " ")
}

// keptFromComputing is what CSV puts in front of what a spreadsheet would compute.
var keptFromComputing = regexp.MustCompile(`(;[ \x{a0}\x{3000}"]*)'+([=+\-@＝＋－＠])`)

var invalidByte = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// saidBy is what the document itself says.
func saidBy(r *v1alpha1.AuditReport) said {
	s := newSaid()
	s.Passes = r.Verdict == v1alpha1.VerdictPass
	for _, ns := range r.Namespaces {
		s.Verdicts[ns.Name] = ns.Verdict
		for _, f := range ns.Findings {
			s.find(ns.Name, fmt.Sprintf("[%s] %s: %s", f.Severity, f.Rule, f.Message))
		}
	}
	return s
}

// agree holds every format of an audit to the document. A new format needs a reader here.
func agree(t interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}, r *v1alpha1.AuditReport,
) {
	t.Helper()
	want := saidBy(r)
	for _, findings := range want.Findings {
		slices.Sort(findings)
	}
	for _, format := range FileFormats(r) {
		read, ok := readers[format]
		if !ok {
			t.Fatalf("no reader for %s: the formats must agree", format)
		}
		var text bytes.Buffer
		if err := WriteFile(&text, format, r); err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		got, err := read(text.Bytes())
		if err != nil {
			t.Errorf("%s: its reader: %v\n%s", format, err, text.String())
			continue
		}
		for _, findings := range got.Findings {
			slices.Sort(findings)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s says something else (-document +format):\n%s", format, diff)
		}
		if !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
			t.Errorf("%s does not end with a line break", format)
		}
	}
}

func TestAllFormatsAgreeOnTheSampleCompany(t *testing.T) {
	agree(t, sampleCompany(t))
}

func TestAllFormatsAgreeOnHostileTexts(t *testing.T) {
	agree(t, hostileReport())
}

func TestAllFormatsAgreeOnAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, anyReport(t)) })
}

// sampleCompany is the audit of testdata/shop.
func sampleCompany(t *testing.T) *v1alpha1.AuditReport {
	t.Helper()
	inv, err := manifestreader.Read(context.Background(), manifestreader.Options{Paths: []string{"../../testdata/shop"}})
	if err != nil {
		t.Fatal(err)
	}
	r := audit.Run(inv, audit.Options{Now: now.Time})
	if len(r.Namespaces) < 10 {
		t.Fatalf("only %d namespaces", len(r.Namespaces))
	}
	return r
}

// hostileTexts are what people, or their enemies, write into annotations.
var hostileTexts = []string{
	"=HYPERLINK(\"http://evil\",\"x\")", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "a;=1+1", "a; \"-1\"", "b\n=1", "!1 %2 $3 &4 ~bug", "a\r\nb,\"c\"", "'quoted'",
	"|pipe|", "`tick` ``", "<script>alert(1)</script>", "<!-- -->", "</details>", "&lt;", "[link](http://evil)", "![img](http://evil)", "http://evil.example/x", "www.evil.example",
	"@octocat and @org/team", "fixes #12, owner/repo#3, GH-4", "**bold** _it_ ~~gone~~ $x$", "# heading", "- [ ] task", `back\slash \[ \| \`, "me@example.com", "{0} {{1}}",
	"]]>", "\x00\x01\x1b[31mred\x1b[0m", "\u0085\u009b\u2028\u2029", "\u202egnp.exe\u202c", "\ufeff\ufffe\uffff\ufffd", "\xff\xfe", "日本語 🎉", "y", "null", "~", "---", "!!binary x", "%YAML",
}

// hostileReport has each hostile text as a reason and in a finding.
func hostileReport() *v1alpha1.AuditReport {
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = now
	r.Control = control.CIS.Control()
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "arn:aws:eks:eu-1:1:cluster/<b>|", Server: "https://10.0.0.1:6443", ServerVersion: "v1.36.3"}
	r.Scope, r.Verdict = v1alpha1.ScopeFull, v1alpha1.VerdictError
	r.Errors, r.Warnings = []string{"list pods: " + hostileTexts[0]}, []string{hostileTexts[10]}
	verdicts := []v1alpha1.Verdict{v1alpha1.VerdictPass, v1alpha1.VerdictFail, v1alpha1.VerdictAccepted, v1alpha1.VerdictSkipped, v1alpha1.VerdictExempt, v1alpha1.VerdictError}
	for i, text := range hostileTexts {
		ns := v1alpha1.NamespaceAudit{Name: fmt.Sprintf("team-%d", i), Verdict: verdicts[i%len(verdicts)], Reason: text}
		if ns.Verdict == v1alpha1.VerdictFail {
			ns.Findings = append(ns.Findings, v1alpha1.Finding{Rule: noPolicy, Severity: v1alpha1.SeverityHigh, Message: "no policy: " + text})
		}
		ns.Findings = append(ns.Findings, v1alpha1.Finding{Rule: "dead-policy", Severity: v1alpha1.SeverityLow, Message: text, Remedy: text})
		r.Namespaces = append(r.Namespaces, ns)
	}
	return r
}

// anyReport is a report with texts of any kind. Names are those that Kubernetes takes, as reports never have others.
func anyReport(t *rapid.T) *v1alpha1.AuditReport {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostileTexts), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 20), func(b []byte) string { return string(b) }))
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = metav1.NewTime(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0).UTC())
	r.Control = control.CIS.Control()
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: []string{text.Draw(t, "path")}}
	r.Scope = rapid.SampledFrom([]v1alpha1.Scope{v1alpha1.ScopeFull, v1alpha1.ScopePartial}).Draw(t, "scope")
	r.Errors = rapid.SliceOfN(text, 0, 2).Draw(t, "errors")
	severity := rapid.SampledFrom(severityOrder)
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?`), 0, 8, rapid.ID[string]).Draw(t, "names") {
		ns := v1alpha1.NamespaceAudit{Name: name, Reason: text.Draw(t, "reason")}
		ns.Verdict = rapid.SampledFrom([]v1alpha1.Verdict{
			v1alpha1.VerdictPass, v1alpha1.VerdictFail, v1alpha1.VerdictAccepted, v1alpha1.VerdictSkipped, v1alpha1.VerdictExempt, v1alpha1.VerdictError,
		}).Draw(t, "verdict")
		if ns.Verdict == v1alpha1.VerdictFail {
			ns.Findings = append(ns.Findings, v1alpha1.Finding{Rule: noPolicy, Severity: v1alpha1.SeverityHigh, Message: text.Draw(t, "message")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "findings") {
			ns.Findings = append(ns.Findings, v1alpha1.Finding{
				Rule: rapid.StringMatching(`[a-z]{1,5}-[a-z]{1,5}`).Draw(t, "rule"), Severity: severity.Draw(t, "severity"), Message: text.Draw(t, "message"), Remedy: text.Draw(t, "remedy"),
			})
		}
		if rapid.Bool().Draw(t, "declared") {
			ns.DeclaredIn = &v1alpha1.DeclaredIn{File: text.Draw(t, "file"), Document: 1, Line: rapid.IntRange(0, 9).Draw(t, "line")}
		}
		r.Namespaces = append(r.Namespaces, ns)
	}
	r.Summary.Namespaces = len(r.Namespaces)
	r.Verdict = verdictOf(r)
	return r
}

// verdictOf is the verdict that an audit gives to such a run.
func verdictOf(r *v1alpha1.AuditReport) v1alpha1.Verdict {
	is := func(verdict v1alpha1.Verdict) bool {
		return slices.ContainsFunc(r.Namespaces, func(ns v1alpha1.NamespaceAudit) bool { return ns.Verdict == verdict })
	}
	switch {
	case len(r.Errors) > 0 || is(v1alpha1.VerdictError):
		return v1alpha1.VerdictError
	case is(v1alpha1.VerdictFail):
		return v1alpha1.VerdictFail
	default:
		return v1alpha1.VerdictPass
	}
}
