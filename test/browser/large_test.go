package browser

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestTenThousandNamespacesStayUsable measures, for somebody who reads the log
// (go test -v), and holds the page to what makes it fast: few rows at a time.
func TestTenThousandNamespacesStayUsable(t *testing.T) {
	path := write(t, large(10000))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	tb := visit(t, "file://"+path)
	expect(tb, status, "1–100 of 10,000 namespaces")
	t.Logf("file: %.1f MB", float64(info.Size())/1e6)
	t.Logf("load: %s", ask[string](tb, `(() => { const n = performance.getEntriesByType('navigation')[0]; return Math.round(n.domInteractive) + ' ms to interactive, ' + Math.round(n.loadEventEnd) + ' ms to loaded'; })()`))
	expect(tb, "document.querySelectorAll('#rows tr').length", 100)

	// took runs something that changes the page, up to the layout after it, in milliseconds.
	took := func(what, action string) {
		t.Helper()
		ms := ask[float64](tb, "(() => { const start = performance.now(); "+action+"; document.body.getBoundingClientRect(); return performance.now() - start; })()")
		t.Logf("%s: %.0f ms", what, ms)
	}
	typing := func(text string) string {
		return fmt.Sprintf("const q = document.getElementById('query'); q.value = %q; q.dispatchEvent(new Event('input', { bubbles: true }))", text)
	}
	took("filter: the first letter", typing("t"))
	took("filter: a word in findings", typing("rule-7"))
	took("filter: one namespace", typing("team-09999"))
	expect(tb, names, "team-09999")
	expect(tb, status, "1 namespace, of 10,000 in all")
	took("filter: reset", typing(""))
	took("sort by name", "document.querySelector('th[data-key=name] button').click()")
	expect(tb, status, "1–100 of 10,000 namespaces")
	took("sort by findings", "document.querySelector('th[data-key=findings] button').click()")
	took("the last page", "document.getElementById('last').click()")
	expect(tb, status, "9,901–10,000 of 10,000 namespaces")
	took("open all of a page", "document.getElementById('all').click()")
	expect(tb, "document.querySelectorAll('tr.details').length", 100)
	tb.do(click("#all"))
	took("make all rows for the printer", "window.dispatchEvent(new Event('beforeprint'))")
	expect(tb, "document.querySelectorAll('#rows .name').length", 10000)
}

func TestANarrowScreenIsWideEnough(t *testing.T) {
	for _, width := range []int64{320, 380, 768, 1024} {
		report := company()
		report.Namespaces = append(report.Namespaces, large(3).Namespaces...)
		report.Namespaces[0].Name = "a-namespace-whose-name-is-as-long-as-kubernetes-lets-a-name-be-x"
		tb := open(t, report, "", command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500}))
		tb.do(click("#all"))
		expect(tb, "innerWidth", width)
		expect(tb, "document.documentElement.scrollWidth", width)
		// What is laid out as cards is a table to those who do not see it.
		expect(tb, "[...document.querySelectorAll('#table, #table *')].filter((e) => ['TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD'].includes(e.tagName) && !e.getAttribute('role')).length", 0)
		if dir := os.Getenv("CIS532_SCREENSHOTS"); dir != "" {
			picture, err := chromedp.Run(tb.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(fmt.Sprintf("%s/%d.png", dir, width), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
