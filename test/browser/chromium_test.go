package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// deadline is for one test; a browser that hangs must not hang the tests.
const deadline = 3 * time.Minute

// action is a step in a tab.
type action = chromedp.Action[chromedp.Void]

// browser is Chromium, started once.
var browser context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		fmt.Fprintln(os.Stderr, "no Chromium: these tests need chromium in PATH (Debian: apt-get install chromium)")
		return 1
	}
	profile, err := os.MkdirTemp("", "cis532-chromium-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(profile) }()
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1280, 900),
		chromedp.WSURLReadTimeout(time.Minute))
	defer cancel()
	first, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(first); err != nil {
		fmt.Fprintf(os.Stderr, "start %s: %v\n", path, err)
		return 1
	}
	browser = first //nolint:fatcontext // one browser for all tests; it is set once
	return m.Run()
}

// tab is one page in the browser, and all that it said and asked for.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string
	requests []string
}

// open writes the document as HTML and opens it; before runs in the empty tab.
func open(t *testing.T, document k8sruntime.Object, fragment string, before ...action) *tab {
	t.Helper()
	return visit(t, "file://"+write(t, document)+fragment, before...)
}

// write writes the document as HTML into a file.
func write(t *testing.T, document k8sruntime.Object) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.WriteFile(f, "html", document); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// visit opens a tab. When the test ends it must have said nothing, and asked for nothing but files.
func visit(t *testing.T, url string, before ...action) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, deadline)
	t.Cleanup(cancel)
	tb := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, tb.hear); err != nil {
		t.Fatal(err)
	}
	tb.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	tb.do(append(before, chromedp.Navigate(url))...)
	t.Cleanup(tb.check)
	return tb
}

func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		tb.messages = append(tb.messages, "console."+e.Type.String())
	case *runtime.EventExceptionThrown:
		tb.messages = append(tb.messages, "exception: "+e.ExceptionDetails.Text+" "+exception(e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		tb.messages = append(tb.messages, string(e.Entry.Source)+": "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		tb.messages = append(tb.messages, "dialog: "+e.Message)
	case *network.EventRequestWillBeSent:
		tb.requests = append(tb.requests, e.Request.URL)
	}
}

func (tb *tab) check() {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	for _, message := range tb.messages {
		tb.t.Errorf("the console says: %s", message)
	}
	if len(tb.requests) == 0 {
		tb.t.Error("no request was seen, not even that for the page: the test is blind")
	}
	if i := slices.IndexFunc(tb.requests, func(url string) bool { return !strings.HasPrefix(url, "file:") }); i >= 0 {
		tb.t.Errorf("the page asked for %s", tb.requests[i])
	}
}

// said takes what was said so far, and thereby forgives it.
func (tb *tab) said() []string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	messages := tb.messages
	tb.messages = nil
	return messages
}

// asked forgets what was asked for so far, except for the page.
func (tb *tab) asked() {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.requests = slices.DeleteFunc(tb.requests, func(url string) bool { return !strings.HasPrefix(url, "file:") })
}

// do runs actions; one that fails ends the test.
func (tb *tab) do(actions ...action) {
	tb.t.Helper()
	if err := chromedp.Do(tb.ctx, actions...); err != nil {
		tb.t.Fatal(err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](tb *tab, expression string) T {
	tb.t.Helper()
	answer, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tb.t.Fatalf("%s: %v", expression, err)
	}
	return answer
}

// expect evaluates an expression until it is what was expected.
func expect[T comparable](tb *tab, expression string, want T) {
	tb.t.Helper()
	var got T
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if got = ask[T](tb, expression); got == want {
			return
		}
	}
	tb.t.Fatalf("%s is %v, want %v", expression, got, want)
}

// command is one of the protocol's, as a step.
func command[P, R any](c cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// click clicks on the first element that the CSS selector finds.
func click(selector string) action { return chromedp.Click(chromedp.CSS(selector)) }

// enter types a text into the element.
func enter(selector, text string) action { return chromedp.SendKeys(chromedp.CSS(selector), text) }

// scheme is the system's theme.
func scheme(name string) action {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// exception is what was thrown.
func exception(thrown *runtime.RemoteObject) string {
	if thrown == nil {
		return ""
	}
	return thrown.Description
}
