package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// TestAccessibilityEngine runs axe-core, which npm brings (package.json). The
// page's own policy would keep it out, so this test alone bypasses it.
func TestAccessibilityEngine(t *testing.T) {
	engine, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	if os.IsNotExist(err) {
		t.Skip("axe-core is not there: npm ci --prefix test/browser fetches it")
	} else if err != nil {
		t.Fatal(err)
	}
	bypass := command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true})
	full := company()
	full.Errors, full.Warnings = []string{"an error"}, []string{"a warning"}
	fix := v1alpha1.NewFixReport()
	fix.Namespaces = []v1alpha1.NamespaceFix{{Name: "shop", Result: v1alpha1.ResultFixed, Policies: []string{"cis-default-allow"}}, {Name: "web", Result: v1alpha1.ResultKept, Reason: "changed"}}
	for _, test := range []struct {
		name, theme string
		report      k8sruntime.Object
		least       int // rules that find something to look at
	}{
		{"an audit", "light", full, 20}, {"an audit", "dark", full, 20}, {"an audit of nothing", "light", audited(), 15},
		{"pages", "light", large(200), 20}, {"a fix", "light", fix, 15}, {"a fix", "dark", fix, 15},
	} {
		t.Run(test.name+", "+test.theme, func(t *testing.T) {
			tb := open(t, test.report, "", bypass, scheme(test.theme))
			ask[bool](tb, "document.getElementById('all') && document.getElementById('all').click(), true")
			if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](string(engine)+"; true")); err != nil {
				t.Fatal(err)
			}
			type result struct {
				Passes     int
				Violations []string
			}
			await := func(p *runtime.EvaluateParams) { chromedp.EvalAwaitPromise(p) }
			got, err := chromedp.Run(tb.ctx, chromedp.Evaluate[result](`axe.run(document, { resultTypes: ['violations', 'passes'], rules: { 'target-size': { enabled: true } } }).then((r) => ({ Passes: r.passes.length,
				Violations: r.violations.map((v) => v.impact + ' ' + v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')) }))`, await))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range got.Violations {
				t.Error(v)
			}
			if got.Passes < test.least {
				t.Errorf("only %d of axe's rules looked at anything", got.Passes)
			}
			t.Logf("axe: %d rules pass, %d are broken", got.Passes, len(got.Violations))
		})
	}
}
