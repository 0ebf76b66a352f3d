package e2e

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// A cluster with two API servers, one of which no longer hears from the store: its cache lags behind what the other one has
// taken. No verdict and no FIXED may come from that cache; and as soon as it hears again, what happened meanwhile counts.
func TestAnAPIServerThatLagsBehindItsStore(t *testing.T) {
	t.Parallel()
	c := startWhole(t)
	way := openWay(t, c.Etcd)
	lagging, err := c.AddAPIServerBehind(t.TempDir(), way.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		way.open()
		if err := lagging.Kill(); err != nil {
			t.Error(err)
		}
	})
	tm := newTeamIn(t, c, "covered", "bare")
	at := []string{"--server=" + lagging.Server, "--concurrency=4"}
	// The lagging server knows of two namespaces that fail.
	until(t, "the second API server has both namespaces", func() bool {
		report := on(t, c, testcluster.Fixer, append(at, "audit", "-l", tm.selector(), "-o", "json")...)
		return report.ExitCode == found && decode[v1alpha1.AuditReport](t, report.Stdout).Summary.Fail == 2
	})

	way.shut()
	tm.create("covered", denyAll("default-deny"))
	for _, verb := range []string{"audit", "fix", "rollback"} {
		got := on(t, c, testcluster.Fixer, append(at, verb, "-l", tm.selector(), "--timeout=4s")...)
		wantExit(t, got, troubled)
		wantNoText(t, got.Stdout, "PASS", "FIXED", "REMOVED")
	}
	tm.wantPolicies("covered", "default-deny")
	tm.wantPolicies("bare")

	way.open()
	until(t, "the second API server answers again", func() bool {
		return on(t, c, testcluster.Fixer, append(at, "audit", "-l", tm.selector(), "--timeout=4s")...).ExitCode != troubled
	})
	report := decode[v1alpha1.FixReport](t, on(t, c, testcluster.Fixer, append(at, "fix", "-l", tm.selector(), "--report=json=-")...).Stdout)
	if row := fixed(t, report, tm.ns("covered")); row.Result != v1alpha1.ResultPass {
		t.Errorf("the policy that came meanwhile does not count: %+v", row)
	}
	if row := fixed(t, report, tm.ns("bare")); row.Result != v1alpha1.ResultFixed || row.Verified == nil || !*row.Verified {
		t.Errorf("%+v", row)
	}
	tm.wantPolicies("covered", "default-deny")
	tm.wantPolicies("bare", baselineName)
}

// storeWay is a way to etcd that can be shut: nothing passes, and no connection breaks.
type storeWay struct {
	url    string
	mu     sync.Mutex
	opened chan struct{} // closed while it is open
}

func openWay(t *testing.T, etcd string) *storeWay {
	t.Helper()
	target, err := url.Parse(etcd)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w := &storeWay{url: "http://" + listener.Addr().String(), opened: make(chan struct{})}
	close(w.opened)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			store, err := net.Dial("tcp", target.Host)
			if err != nil {
				_ = conn.Close()
				continue
			}
			go w.pass(conn, store)
			go w.pass(store, conn)
		}
	}()
	return w
}

// pass copies what comes while the way is open.
func (w *storeWay) pass(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		<-w.now()
		if _, writeErr := to.Write(buffer[:n]); writeErr != nil || err != nil {
			return
		}
	}
}

func (w *storeWay) now() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened
}

func (w *storeWay) shut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened = make(chan struct{})
}

func (w *storeWay) open() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.opened:
	default:
		close(w.opened)
	}
}
