package browser

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// paint gives what the selector finds a colour that nothing else has, so that
// it is found again in a PDF, whose text is not.
const (
	paint   = `(() => { const s = new CSSStyleSheet(); s.replaceSync('SELECTOR { color: rgb(0, 51, 102) !important; }'); document.adoptedStyleSheets.push(s); return true; })()`
	painted = "0 .2 .4 rg"
)

// isPrinted says whether a text that the selector finds stands in the PDF of the page.
func isPrinted(t *testing.T, tb *tab, selector string) bool {
	t.Helper()
	ask[bool](tb, strings.Replace(paint, "SELECTOR", selector, 1))
	file, err := chromedp.Run(tb.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil {
		t.Fatal(err)
	}
	for rest, ok := file, true; ok; {
		if _, rest, ok = bytes.Cut(rest, []byte("stream\n")); !ok {
			break
		}
		if r, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
			content, _ := io.ReadAll(r)
			if bytes.Contains(content, []byte(painted)) {
				return true
			}
		}
	}
	return false
}

// TestTheHeaderOfATableCanRepeat looks at what decides it: Chromium repeats a
// table's header on each page, but without the text of a button in it.
func TestTheHeaderOfATableCanRepeat(t *testing.T) {
	tb := open(t, company(), "", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	expect(tb, "[...document.querySelectorAll('#table thead th button')].map((b) => getComputedStyle(b).display).join(' ')", "contents contents contents contents contents contents contents contents")
	expect(tb, "getComputedStyle(document.querySelector('#table thead')).display", "table-header-group")
	expect(tb, "getComputedStyle(document.querySelector('#table thead th')).position", "static")
}

func TestPaperHasTheFindingsWithoutJavaScript(t *testing.T) {
	tb := open(t, company(), "", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	if !isPrinted(t, tb, "#table details bdi") {
		t.Error("no finding is printed")
	}
}

func TestPaperSaysWhatThePicturesMean(t *testing.T) {
	if !isPrinted(t, open(t, company(), ""), ".legend td.meaning") {
		t.Error("no verdict or posture is explained")
	}
}
