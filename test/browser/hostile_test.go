package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func TestHostileTextStaysText(t *testing.T) {
	report := hostile()
	tb := open(t, report, "")
	own := func(when string) {
		t.Helper()
		for expression, want := range map[string]int{
			"window.owned || 0": 0,
			"document.querySelectorAll('img, iframe, object, embed, base, link, [onerror], [onclick], [onload], [onfocus], [onmouseover], [autofocus], [style]').length": 0,
			"document.scripts.length": 2,
			"document.forms.length":   1,
			"document.querySelectorAll('svg').length - document.querySelectorAll('svg.patterns, svg.bar, svg.swatch').length": 0,
		} {
			if got := ask[int](tb, expression); got != want {
				t.Errorf("%s: %s is %d, want %d", when, expression, got, want)
			}
		}
	}
	own("at first")
	tb.do(click("#all"))
	expect(tb, "document.querySelectorAll('tr.details').length", len(report.Namespaces))
	own("opened")
	tb.do(enter("#query", "<img src"))
	expect(tb, "document.querySelectorAll('tr.details').length", 1)
	expect(tb, "document.querySelector('#rows .name').textContent", `<img src=x onerror="window.owned=1">`)
	own("filtered")
	tb.do(click("#filters button[type=reset]"), click("#all"))

	// Nothing hides or turns the text around it, and nothing makes the page wide.
	expect(tb, `/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\u061c]/.test(document.body.innerText)`, false)
	expect(tb, "document.documentElement.scrollWidth <= innerWidth", true)

	// Of all that looks like an address, only https ones are links.
	if diff := cmp.Diff([]string{"https://example.com/guide"}, links(tb)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestEachHostileNameCanBeOpenedAndLinked(t *testing.T) {
	report := hostile()
	for i := range report.Namespaces {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			tb := open(t, report, "")
			button := fmt.Sprintf("document.getElementById('open-%d')", i)
			ask[bool](tb, button+".click(), true")
			expect(tb, button+".getAttribute('aria-expanded')", "true")
			tb.do(chromedp.Reload())
			expect(tb, button+".getAttribute('aria-expanded')", "true")
			expect(tb, "window.owned || 0", 0)
		})
	}
}

func TestHostileRecordsOfChangesStayText(t *testing.T) {
	fix, rollback := v1alpha1.NewFixReport(), v1alpha1.NewRollbackReport()
	for _, ns := range hostile().Namespaces {
		fix.Namespaces = append(fix.Namespaces, v1alpha1.NamespaceFix{Name: ns.Name, Reason: ns.Name, Result: v1alpha1.ResultFixed, Policies: []string{ns.Name}, ManagedBy: ns.ManagedBy})
		rollback.Namespaces = append(rollback.Namespaces, v1alpha1.NamespaceRollback{Name: ns.Name, Reason: ns.Name, Result: v1alpha1.ResultRemoved, Policies: []string{ns.Name}})
		fix.Errors = append(fix.Errors, ns.Name)
		fix.Policy, fix.Run, rollback.Run = ns.Name, ns.Name, ns.Name
	}
	for _, tb := range []*tab{open(t, fix, ""), open(t, rollback, "")} {
		expect(tb, "window.owned || 0", 0)
		expect(tb, "document.querySelectorAll('img, [onerror], [onclick], [onfocus], [style], a').length", 0)
		expect(tb, "document.scripts.length", 2)
		expect(tb, "document.querySelectorAll('tbody tr').length", len(fix.Namespaces))
		expect(tb, "document.documentElement.scrollWidth <= innerWidth", true)
	}
}
