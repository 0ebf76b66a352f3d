package browser

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func TestAPageShowsAllOfItsReport(t *testing.T) {
	tb := open(t, company(), "")
	text := ask[string](tb, "document.body.innerText")
	for _, want := range []string{
		"ERROR", "The audit is incomplete", "7 namespaces: 2 passed, 1 failed, 1 accepted, 1 exempt, 1 skipped, 1 could not be judged",
		"prod", "https://10.0.0.1:6443", "v1.36.1", "2026-11-15 12:00:00 UTC", "cilium, enforces NetworkPolicies", "DaemonSet kube-system/cilium", "Full",
		"Ensure that all Namespaces have Network Policies defined", "level 2", "assessment manual", "Every namespace has a policy.", "One stolen pod is enough.",
		"What no rule allows is cut off.", "List the policies of each namespace.", "Create one.", "CIS Controls v8 4.4: Implement and Manage", "Kubescape C-0206",
		"baseline-only", "one-direction",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	tb.do(click("#all"))
	text = ask[string](tb, "document.getElementById('table').innerText")
	for _, want := range []string{
		"until it is replaced, SEC-1432", "until 2026-12-31 (UTC, inclusive)", "Argo CD application payments", "label argocd.argoproj.io/instance",
		"CiliumNetworkPolicy mesh cilium.io/v2", "policy-1 Ingress and Egress, selects 1 pod", "Remedy: Select more.",
		"ingress restricted, egress partial", "9 in all", "NetworkPolicies could not be read: forbidden",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the details do not say %q", want)
		}
	}
	if names := links(tb); !cmp.Equal(names, []string{"https://kubernetes.io/docs/concepts/services-networking/network-policies/"}) {
		t.Errorf("links to elsewhere: %q", names)
	}
}

// links are the addresses outside the page that it links to.
func links(tb *tab) []string {
	return ask[[]string](tb, "[...document.querySelectorAll('a')].map((a) => a.getAttribute('href')).filter((href) => !href.startsWith('#'))")
}

func TestTheEmbeddedDocumentIsTheReport(t *testing.T) {
	for name, want := range map[string]*v1alpha1.AuditReport{"a small report": company(), "a hostile report": hostile()} {
		t.Run(name, func(t *testing.T) {
			tb := open(t, want, "")
			got := ask[string](tb, "JSON.stringify(JSON.parse(document.getElementById('report').textContent))")
			wantJSON, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var gotValue, wantValue any
			if err := json.Unmarshal([]byte(got), &gotValue); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(wantJSON, &wantValue); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wantValue, gotValue); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPicturesHaveTheirNumbersAsText(t *testing.T) {
	tb := open(t, company(), "")
	got := ask[[]string](tb, `[...document.querySelectorAll('svg[role=img]')].map((svg) => svg.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).textContent).join(': '))`)
	want := []string{
		"Verdicts: 1 FAIL, 1 ERROR, 2 PASS, 1 ACCEPTED, 1 EXEMPT, 1 SKIPPED",
		"Ingress: 1 open, 1 allow-all, 2 restricted, 1 not-applicable",
		"Egress: 1 open, 1 cluster-wide, 1 partial, 1 denied, 1 unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// The parts fill their bar, in proportion.
	for i, want := range []string{"14 14 29 14 14 14", "20 20 40 20", "20 20 20 20 20"} {
		expect(tb, `(() => { const bar = document.querySelectorAll('svg[role=img]')[`+string(rune('0'+i))+`]; const all = bar.getBoundingClientRect().width;
			return [...bar.querySelectorAll('rect:not(.over)')].map((r) => Math.round(100 * r.width.baseVal.value / all)).join(' '); })()`, want)
	}
}

func TestWithoutJavaScriptThePageStillReports(t *testing.T) {
	disabled := command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for name, test := range map[string]struct {
		report *v1alpha1.AuditReport
		says   []string
	}{
		"a small report, all of it": {company(), []string{"ERROR", "All namespaces are in it", "orders", "no NetworkPolicy", "Every namespace has a policy.", "payments", "allow-all"}},
		"a large one, in part":      {large(2000), []string{"FAIL", "only 500 of 2,000 namespaces are shown", "team-00000", "team-01990"}},
	} {
		t.Run(name, func(t *testing.T) {
			tb := open(t, test.report, "", disabled)
			text := ask[string](tb, "document.body.innerText") // the protocol's scripts run all the same
			for _, want := range test.says {
				if !strings.Contains(text, want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			if strings.Contains(text, "Open all") || strings.Contains(text, "Theme") {
				t.Error("a control is shown that can do nothing")
			}
		})
	}
}

func TestOnlyAWholeAuditThatPassesIsGreen(t *testing.T) {
	passed := func(change func(*v1alpha1.AuditReport)) *v1alpha1.AuditReport {
		r := audited(namespace("shop", v1alpha1.VerdictPass, v1alpha1.PostureDenied, v1alpha1.PostureDenied, 1, 1))
		change(r)
		return r
	}
	const green = "rgb(233, 245, 242)"
	for name, test := range map[string]struct {
		change func(*v1alpha1.AuditReport)
		says   string
		green  bool
	}{
		"a whole audit":             {func(*v1alpha1.AuditReport) {}, "No namespace fails.", true},
		"a partial one":             {func(r *v1alpha1.AuditReport) { r.Scope = v1alpha1.ScopePartial }, "Partial scope", false},
		"policies nobody enforces":  {func(r *v1alpha1.AuditReport) { r.NetworkPlugin.Enforcement = v1alpha1.EnforcementNotEnforced }, "They stop no traffic.", false},
		"errors beside the verdict": {func(r *v1alpha1.AuditReport) { r.Errors = []string{"list pods: forbidden"} }, "list pods: forbidden", false},
		"an error":                  {func(r *v1alpha1.AuditReport) { r.Verdict = v1alpha1.VerdictError }, "The audit is incomplete", false},
		"nothing":                   {func(r *v1alpha1.AuditReport) { *r = *audited() }, "No namespace passed", false},
		"a failure":                 {func(r *v1alpha1.AuditReport) { r.Verdict, r.Summary.Fail = v1alpha1.VerdictFail, 1 }, "has no NetworkPolicy", false},
	} {
		t.Run(name, func(t *testing.T) {
			tb := open(t, passed(test.change), "", scheme("light"))
			got := ask[string](tb, "getComputedStyle(document.querySelector('.verdict')).backgroundColor")
			if (got == green) != test.green {
				t.Errorf("the verdict's ground is %s", got)
			}
			if text := ask[string](tb, "document.querySelector('main').innerText"); !strings.Contains(text, test.says) {
				t.Errorf("the page does not say %q: %s", test.says, text)
			}
		})
	}
}

func TestTheThemeIsTheSystemsUntilSomebodyChooses(t *testing.T) {
	const ground, dark, light = "getComputedStyle(document.body).backgroundColor", "rgb(20, 23, 27)", "rgb(255, 255, 255)"
	tb := open(t, company(), "", scheme("dark"))
	expect(tb, ground, dark)
	tb.do(click("#theme")) // light
	expect(tb, ground, light)
	tb.do(chromedp.Reload())
	expect(tb, ground, light)
	tb.do(click("#theme")) // dark
	tb.do(scheme("light"))
	expect(tb, ground, dark)
	tb.do(click("#theme")) // the system's again
	expect(tb, ground, light)
}

func TestThePolicyOfThePageStopsWhatItDoesNotName(t *testing.T) {
	tb := open(t, company(), "")
	ask[string](tb, `(() => { const s = document.createElement('div'); try { s.innerHTML = '<b>markup</b>'; return 'made'; } catch (e) { return e.name; } })()`)
	expect(tb, `document.querySelectorAll('b').length`, 0)
	ask[bool](tb, `(() => { const i = document.createElement('img'); i.src = 'https://192.0.2.1/x.png'; document.body.append(i); return true; })()`)
	expect(tb, `document.images[0].complete`, true)
	tb.asked()
	if said := strings.Join(tb.said(), "\n"); !strings.Contains(said, "Content Security Policy") || !strings.Contains(said, "192.0.2.1") {
		t.Errorf("the policy stopped nothing: %s", said)
	}
}

// TestTheBinaryWritesThePage is the way that users go.
func TestTheBinaryWritesThePage(t *testing.T) {
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "kubectl-cis532"), "./cmd/kubectl-cis532")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := filepath.Join(dir, "audit.html")
	audit := exec.CommandContext(t.Context(), filepath.Join(dir, "kubectl-cis532"), "audit", "-R", "-f", filepath.Join("..", "..", "testdata"), "--exit-zero", "--report", path)
	if out, err := audit.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	tb := visit(t, "file://"+path)
	expect(tb, "document.getElementById('status').textContent", "17 namespaces")
	expect(tb, "document.getElementById('verdict').textContent", "Verdict: FAIL")
}

func TestAReportOfNothingShowsNothing(t *testing.T) {
	report := audited()
	report.Verdict, report.Errors = v1alpha1.VerdictError, []string{"cannot list namespaces: forbidden"}
	tb := open(t, report, "")
	expect(tb, "document.querySelectorAll('.bar, .legend').length", 0)
	expect(tb, "document.getElementById('filters').checkVisibility() || document.getElementById('all').checkVisibility()", false)
	expect(tb, "document.getElementById('rows').textContent", "There is no namespace in this report.")
}
