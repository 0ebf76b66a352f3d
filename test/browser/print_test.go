package browser

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// watchPrinting notes what stands in the page when it is printed.
const watchPrinting = `window.addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#rows .name').length + ' rows, ' +
	document.querySelectorAll('tr.details').length + ' details: ' + document.getElementById('printed').textContent; }), 0`

func TestAllRowsThatMatchArePrinted(t *testing.T) {
	tb := open(t, large(2000), "")
	ask[int](tb, watchPrinting)
	pdf := func() int {
		t.Helper()
		file, err := chromedp.Run(tb.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(file, []byte("/Type /Page\n"))
	}
	tb.do(click("#rows .name button"))
	whole := pdf()
	expect(tb, "window.printed", "2000 rows, 1 details: All 2,000 namespaces. Details are printed of 1 of them, those that were open.")
	// Afterwards the table has its pages again.
	expect(tb, "document.querySelectorAll('#rows .name').length", 100)
	expect(tb, "document.getElementById('printed').hidden", true)

	choose(tb, "verdict-filter", "FAIL")
	some := pdf()
	expect(tb, "window.printed.startsWith('200 rows, 1 details: 200 of 2,000 namespaces: those with verdict “FAIL”.')", true)
	tb.do(click("#all"))
	all := pdf()
	expect(tb, "window.printed", "200 rows, 200 details: 200 of 2,000 namespaces: those with verdict “FAIL”.")
	t.Logf("pages: %d of 2,000 rows, %d of 200, %d of 200 with their details", whole, some, all)
	if whole <= all || all <= some || some < 2 {
		t.Errorf("pages: %d of all rows, %d of some, %d of some with their details", whole, some, all)
	}
}

func TestPaperIsWhiteAndHasNoControls(t *testing.T) {
	tb := open(t, company(), "")
	tb.do(click("#theme"), click("#theme")) // dark
	expect(tb, "getComputedStyle(document.body).backgroundColor", "rgb(20, 23, 27)")
	tb.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	}))
	expect(tb, "getComputedStyle(document.body).color", "rgb(26, 31, 37)")
	visible := ask[string](tb, "[...document.querySelectorAll('button, input, select, nav, .skip')].filter((e) => e.checkVisibility() && !e.matches('.name button, th button')).map((e) => e.outerHTML).join()")
	if visible != "" {
		t.Errorf("printed controls: %s", visible)
	}
	expect(tb, "Math.max(...[...document.querySelectorAll('#rows .name bdi')].map((name) => name.getBoundingClientRect().height)) < 30", true) // in one line
	if text := ask[string](tb, "document.body.innerText"); !strings.Contains(text, "Ensure that all Namespaces") || !strings.Contains(text, "payments") {
		t.Errorf("not printed: %s", text)
	}
}
