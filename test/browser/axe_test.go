package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
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
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			report := company()
			report.Errors, report.Warnings = []string{"an error"}, []string{"a warning"}
			tb := open(t, report, "", bypass, scheme(theme))
			tb.do(click("#all"))
			if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](string(engine)+"; true")); err != nil {
				t.Fatal(err)
			}
			type result struct {
				Passes     int
				Violations []string
			}
			await := func(p *runtime.EvaluateParams) { chromedp.EvalAwaitPromise(p) }
			got, err := chromedp.Run(tb.ctx, chromedp.Evaluate[result](`axe.run(document, { resultTypes: ['violations', 'passes'] }).then((r) => ({ Passes: r.passes.length,
				Violations: r.violations.map((v) => v.impact + ' ' + v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')) }))`, await))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range got.Violations {
				t.Error(v)
			}
			if got.Passes < 20 {
				t.Errorf("only %d of axe's rules looked at anything", got.Passes)
			}
			t.Logf("axe: %d rules pass, %d are broken", got.Passes, len(got.Violations))
		})
	}
}
