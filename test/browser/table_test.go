package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

const (
	names  = "[...document.querySelectorAll('#rows .name')].map((n) => n.textContent).join(' ')"
	status = "document.getElementById('status').textContent"
)

// choose sets a select as a user does.
func choose(tb *tab, id, value string) {
	tb.t.Helper()
	expect(tb, `(() => { const s = document.getElementById('`+id+`'); s.value = '`+value+`'; s.dispatchEvent(new Event('change', { bubbles: true })); return s.value; })()`, value)
}

func TestRowsAreFiltered(t *testing.T) {
	const all = "broken orders mesh legacy-erp payments search kube-system"
	tb := open(t, company(), "")
	expect(tb, names, all)
	expect(tb, status, "7 namespaces")
	for _, test := range []struct{ id, value, names, status string }{
		{"verdict-filter", "PASS", "payments search", "2 namespaces, of 7 in all"},
		{"verdict-filter", "FAIL", "orders", "1 namespace, of 7 in all"},
		{"ingress-filter", "restricted", "mesh payments", "2 namespaces, of 7 in all"},
		{"egress-filter", "denied", "mesh", "1 namespace, of 7 in all"},
		{"severity-filter", "high", "orders", "1 namespace, of 7 in all"},
		{"severity-filter", "medium", "orders payments search", "3 namespaces, of 7 in all"},
		{"severity-filter", "info", "orders legacy-erp payments search", "4 namespaces, of 7 in all"},
		{"severity-filter", "none", "broken mesh kube-system", "3 namespaces, of 7 in all"},
		{"rule-filter", "one-direction", "payments", "1 namespace, of 7 in all"},
		{"rule-filter", "no-policy", "orders", "1 namespace, of 7 in all"},
	} {
		choose(tb, test.id, test.value)
		expect(tb, names, test.names)
		expect(tb, status, test.status)
		choose(tb, test.id, "")
		expect(tb, names, all)
	}
	for _, test := range []struct{ query, names string }{
		{"SEARCH", "search"}, {"sec-1432", "legacy-erp"}, {"argo payments", "payments"}, {"dead-policy", "payments"}, {"forbidden", "broken"},
		{"CiliumNetworkPolicy", "mesh"}, {"no such thing", "No namespace matches."},
	} {
		tb.do(click("#filters button[type=reset]"))
		expect(tb, names, all)
		tb.do(enter("#query", test.query))
		if strings.HasPrefix(test.names, "No namespace") {
			expect(tb, "document.getElementById('rows').textContent", test.names)
			expect(tb, status, "0 namespaces, of 7 in all")
			continue
		}
		expect(tb, names, test.names)
	}
	choose(tb, "verdict-filter", "PASS")
	tb.do(click("#filters button[type=reset]"))
	expect(tb, names, all)
	expect(tb, status, "7 namespaces")
}

func TestRowsAreSorted(t *testing.T) {
	tb := open(t, company(), "")
	for _, test := range []struct{ key, ascending, descending string }{
		{"name", "broken kube-system legacy-erp mesh orders payments search", "search payments orders mesh legacy-erp kube-system broken"},
		{"ingress", "orders search mesh payments legacy-erp broken kube-system", "broken kube-system legacy-erp mesh payments search orders"},
		{"egress", "orders search payments mesh legacy-erp broken kube-system", "broken kube-system legacy-erp mesh payments search orders"},
		{"policies", "broken kube-system legacy-erp mesh orders search payments", "payments search legacy-erp mesh orders broken kube-system"},
		{"pods", "broken kube-system legacy-erp mesh search payments orders", "orders payments search mesh legacy-erp broken kube-system"},
		{"findings", "orders payments search legacy-erp broken kube-system mesh", "broken kube-system mesh legacy-erp search payments orders"},
		{"reason", "legacy-erp mesh payments search broken orders kube-system", "kube-system orders broken legacy-erp mesh payments search"},
		{"verdict", "broken orders mesh legacy-erp payments search kube-system", "kube-system payments search legacy-erp mesh orders broken"},
	} {
		header := "#table th[data-key=" + test.key + "]"
		tb.do(click(header + " button"))
		expect(tb, names, test.ascending)
		expect(tb, "[...document.querySelectorAll('th[aria-sort]')].map((th) => th.dataset.key + ' ' + th.getAttribute('aria-sort')).join()", test.key+" ascending")
		tb.do(click(header + " button"))
		expect(tb, names, test.descending)
		expect(tb, "[...document.querySelectorAll('th[aria-sort]')].map((th) => th.dataset.key + ' ' + th.getAttribute('aria-sort')).join()", test.key+" descending")
	}
}

func TestTheKeyboardAloneIsEnough(t *testing.T) {
	tb := open(t, company(), "")
	const focus = "document.activeElement.id || (document.activeElement.closest('[data-key]') || {dataset: {}}).dataset.key || document.activeElement.getAttribute('href') || document.activeElement.textContent"
	var order []string
	for range 40 {
		tb.do(chromedp.KeyEvent(kb.Tab))
		order = append(order, ask[string](tb, focus))
		if order[len(order)-1] == "open-4" {
			break
		}
	}
	want := []string{
		"#namespaces", "#summary", "#control", "#findings", "#namespaces", "theme", "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
		"#rule=baseline-only", "#rule=one-direction", "#rule=dead-policy", "#rule=unused-exemption",
		"query", "verdict-filter", "ingress-filter", "egress-filter", "severity-filter", "rule-filter", "Reset", "all",
		"name", "verdict", "ingress", "egress", "policies", "pods", "findings", "reason", "open-0", "open-4",
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Fatal(diff)
	}
	const button = "document.getElementById('open-4')"
	tb.do(chromedp.KeyEvent(kb.Enter))
	expect(tb, button+".getAttribute('aria-expanded')", "true")
	expect(tb, "document.getElementById("+button+".getAttribute('aria-controls')).innerText.includes('Remedy: Select more.')", true)
	expect(tb, focus, "open-4")
	tb.do(chromedp.KeyEvent(" "))
	expect(tb, button+".getAttribute('aria-expanded')", "false")
	expect(tb, "document.querySelectorAll('tr.details').length", 0)
	expect(tb, focus, "open-4")
	// What has the focus shows it.
	expect(tb, "getComputedStyle("+button+").outlineStyle", "solid")
}

func TestALinkToANamespaceSurvivesAReload(t *testing.T) {
	tb := open(t, large(1000), "")
	tb.do(enter("#query", "team-00777"), click("#open-777"))
	expect(tb, "location.hash", "#text=team-00777&ns=team-00777")
	tb.do(click("#filters button[type=reset]"))
	expect(tb, "location.hash", "#ns=team-00777")
	tb.do(chromedp.Reload())
	const there = "(() => { const b = document.getElementById('open-777'); const r = b && b.getBoundingClientRect(); return !!b && b === document.activeElement && b.getAttribute('aria-expanded') === 'true' && r.top >= 0 && r.bottom <= innerHeight; })()"
	expect(tb, there, true)
	expect(tb, "document.getElementById('page').textContent", "Page 8 of 10")
	// Another link, while a filter hides its row.
	tb.do(enter("#query", "team-00001"))
	expect(tb, names, "team-00001")
	ask[string](tb, "location.hash = '#ns=team-00778'")
	expect(tb, "document.activeElement.id", "open-778")
	ask[string](tb, "location.hash = '#ns=nowhere'")
	expect(tb, status+".startsWith('There is no namespace “nowhere” in this report.')", true)
}

func TestPagesAreTurned(t *testing.T) {
	tb := open(t, large(250), "")
	expect(tb, status, "1–100 of 250 namespaces")
	tb.do(click("#next"), click("#next"))
	expect(tb, status, "201–250 of 250 namespaces")
	expect(tb, "document.getElementById('next').getAttribute('aria-disabled')", "true")
	tb.do(click("#next"))
	expect(tb, "document.getElementById('page').textContent", "Page 3 of 3")
	tb.do(click("#first"))
	expect(tb, "document.getElementById('page').textContent", "Page 1 of 3")
	choose(tb, "size", "500")
	expect(tb, status, "250 namespaces")
	expect(tb, "document.querySelectorAll('#rows .name').length", 250)
}
