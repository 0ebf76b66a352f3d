package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// controls is what the filters say, in the order of the page.
const controls = "['query', 'verdict-filter', 'ingress-filter', 'egress-filter', 'severity-filter', 'rule-filter'].map((id) => document.getElementById(id).value).join('|')"

func TestTheAddressHoldsWhatTheTableShows(t *testing.T) {
	tb := open(t, company(), "")
	expect(tb, "location.hash", "")
	choose(tb, "verdict-filter", "PASS")
	choose(tb, "severity-filter", "medium")
	tb.do(enter("#query", "policy-0"), click("#table th[data-key=pods] button"), click("#table th[data-key=pods] button"))
	expect(tb, names, "payments search")
	expect(tb, "location.hash", "#text=policy-0&verdict=PASS&findings=medium&sort=-pods")
	tb.do(chromedp.Reload())
	expect(tb, names, "payments search")
	expect(tb, controls, "policy-0|PASS|||medium|")
	expect(tb, "document.querySelector('th[aria-sort]').dataset.key + ' ' + document.querySelector('th[aria-sort]').getAttribute('aria-sort')", "pods descending")
	// What is opened and then filtered away is not what a link is about.
	tb.do(click("#open-5"))
	expect(tb, "location.hash", "#text=policy-0&verdict=PASS&findings=medium&sort=-pods&ns=payments")
	choose(tb, "severity-filter", "high")
	expect(tb, "location.hash", "#text=policy-0&verdict=PASS&findings=high&sort=-pods")
	tb.do(click("#filters button[type=reset]"), click("#table th[data-key=verdict] button"))
	expect(tb, "location.hash", "#ns=payments")
}

// Browsers bring back what stood in controls, once a page is there again: the
// table must not show anything else than they say.
func TestComingBackShowsWhatWasLeft(t *testing.T) {
	tb := open(t, large(200), "")
	choose(tb, "verdict-filter", "FAIL")
	choose(tb, "size", "50")
	expect(tb, status, "20 namespaces, of 200 in all")
	tb.do(chromedp.Navigate("about:blank"), chromedp.NavigateBack())
	tb.asked()
	expect(tb, "document.readyState", "complete")
	expect(tb, controls, "|FAIL||||")
	expect(tb, status, "20 namespaces, of 200 in all")
	tb.do(click("#filters button[type=reset]"))
	expect(tb, status, "1–"+ask[string](tb, "document.getElementById('size').value")+" of 200 namespaces")
}

func TestARuleLeadsToTheNamespacesThatItFound(t *testing.T) {
	tb := open(t, company(), "")
	tb.do(click(".rules a[href='#rule=one-direction']"))
	expect(tb, names, "payments")
	expect(tb, controls, "|||||one-direction")
	expect(tb, "document.activeElement.id", "namespaces")
	ask[bool](tb, "history.back(), true")
	expect(tb, status, "7 namespaces")
	expect(tb, controls, "|||||")
	ask[bool](tb, "history.forward(), true")
	expect(tb, names, "payments")
	// A link to a section leaves the table as it is.
	tb.do(click("nav a[href='#control']"))
	expect(tb, "location.hash", "#control")
	expect(tb, names, "payments")
}

func TestAnAddressInVainIsSaid(t *testing.T) {
	for fragment, want := range map[string]string{
		"#rule=gone":                    "There is no rule “gone” in this report. 7 namespaces",
		"#verdict=GREEN&rule=gone&ns=x": "There is no verdict “GREEN”, and no rule “gone”, and no namespace “x” in this report. 7 namespaces",
		"#sort=constructor":             "7 namespaces",
		"#sort=-__proto__&text=%":       "0 namespaces, of 7 in all",
		"#ns=%ff%zz":                    "There is no namespace “\\ufffd%zz” in this report. 7 namespaces",
		"#<img src=x onerror=1>=1":      "7 namespaces",
		"#text=a&text=b&toString=1":     "7 namespaces",
	} {
		tb := open(t, company(), fragment)
		expect(tb, status, want)
	}
}
