package e2e

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// shadowed makes a namespace where fix's allow-all has a default deny beside
// it, which comes into force when the allow-all goes; and one where it has not.
func shadowed(t *testing.T) *team {
	t.Helper()
	tm := newTeam(t, "free", "shadowed")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	tm.create("shadowed", denyAll("default-deny"))
	tm.pod("shadowed", "web")
	return tm
}

// Without a pod that is newly restricted, nothing is asked: none is there, or
// what stays restricts it no more than before.
func TestRollbackThatRestrictsNoPodNeedsNoConsent(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "empty", "job-is-over", "other-pods", "host", "open")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	tm.failedJob("job-is-over")
	for _, name := range []string{"empty", "job-is-over", "host"} {
		tm.create(name, denyAll("default-deny"))
	}
	tm.create("other-pods", policyOf("deny-db", "db", networkingv1.PolicyTypeIngress))
	tm.create("open", allowAll("allow-all"))
	tm.pod("other-pods", "web")
	tm.pod("host", "web", onHostNetwork)
	tm.pod("open", "web")
	report := rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	if report.Summary.Removed != 5 {
		t.Errorf("%+v", report)
	}
}

// A CronJob between two runs and what is scaled to 0 have no pods, and would be cut once they have.
func TestRollbackThatRestrictsPodsToComeNeedsConsent(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	for _, name := range []string{"a", "b"} {
		tm.create(name, denyAll("default-deny"))
	}
	tm.idle("a")
	tm.suspendedJob("b")
	row := rolledBack(t, rollback(t, testcluster.Fixer, troubled, tm.ns("a")), tm.ns("a"))
	wantText(t, row.Reason, "not removed: default-deny would newly restrict pods (those to come of deployment/", "cronjob/report", "--yes")
	tm.wantPolicies("a", baselineName, "default-deny")
	queued := rolledBack(t, rollback(t, testcluster.Fixer, troubled, tm.ns("b")), tm.ns("b"))
	wantText(t, queued.Reason, "not removed: default-deny would newly restrict pods (those to come of job/queued)")
	row = rolledBack(t, rollback(t, testcluster.Fixer, found, tm.ns("a"), "--yes"), tm.ns("a"))
	wantText(t, row.Reason, "what default-deny does not allow is now cut (those to come of deployment/")
}

// Who may not read the pods cannot know, and is asked.
func TestRollbackOfPodsThatCannotBeReadNeedsConsent(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	tm.create("a", denyAll("default-deny"))
	user := tm.grant(tm.ns("a"), mayFixPolicies)
	got := cis532(t, testcluster.Admin, "rollback", tm.ns("a"), "--as", user)
	wantExit(t, got, troubled)
	wantText(t, got.Stdout+got.Stderr, "not removed: default-deny may newly restrict pods, which could not be read", "pods", "--yes")
	tm.wantPolicies("a", baselineName, "default-deny")
}

// Who may read the pods and not what makes them is told that, and not held up: no live pod is cut.
func TestRollbackSaysWhereControllersCannotBeRead(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	tm.create("a", denyAll("default-deny"))
	user := tm.grant(tm.ns("a"), mayFixPolicies, mayListPods, mayGetNamespaces)
	got := cis532(t, testcluster.Admin, "rollback", tm.ns("a"), "--as", user)
	wantExit(t, got, found)
	wantText(t, got.Stderr, "warning: whether pods that are not there now (a CronJob's between two runs) would be restricted is unknown: cannot list ")
	tm.wantPolicies("a", "default-deny")
}

// Where nobody can be asked, a removal that newly restricts pods needs --yes;
// the others are done without.
func TestRestrictingRollbackNeedsConsent(t *testing.T) {
	t.Parallel()
	tm := shadowed(t)

	for _, dryRun := range []string{"client", "server"} {
		report := rollback(t, testcluster.Fixer, found, "-l", tm.selector(), "--dry-run="+dryRun)
		row := rolledBack(t, report, tm.ns("shadowed"))
		if row.Result != v1alpha1.ResultRemoved || row.Verified != nil {
			t.Errorf("dry run %s: %+v", dryRun, row)
		}
		wantText(t, row.Reason, "would remove cis-default-allow; what default-deny does not allow would then be cut")
	}
	tm.wantPolicies("free", baselineName)
	tm.wantPolicies("shadowed", baselineName, "default-deny")

	report := rollback(t, testcluster.Fixer, troubled, "-l", tm.selector())
	if row := rolledBack(t, report, tm.ns("free")); row.Result != v1alpha1.ResultRemoved || !isTrue(row.Verified) {
		t.Errorf("%+v", row)
	}
	row := rolledBack(t, report, tm.ns("shadowed"))
	if row.Result != v1alpha1.ResultError {
		t.Errorf("%+v", row)
	}
	wantText(t, row.Reason, "not removed: default-deny would newly restrict pods", "--yes")
	tm.wantPolicies("free")
	tm.wantPolicies("shadowed", baselineName, "default-deny")

	report = rollback(t, testcluster.Fixer, found, "-l", tm.selector(), "--yes")
	if row := rolledBack(t, report, tm.ns("shadowed")); row.Result != v1alpha1.ResultRemoved || !isTrue(row.Verified) {
		t.Errorf("%+v", row)
	}
	tm.wantPolicies("shadowed", "default-deny")
}

// On a terminal rollback asks, and does what the answer says.
func TestRollbackAsksOnATerminal(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		exit         int
		left         []string
	}{
		{"y removes", "y\n", found, []string{"default-deny"}},
		{"yes removes", "yes\n", found, []string{"default-deny"}},
		{"n keeps", "n\n", troubled, []string{baselineName, "default-deny"}},
		{"an empty answer keeps", "\n", troubled, []string{baselineName, "default-deny"}},
		{"the end of input keeps", "\x04", troubled, []string{baselineName, "default-deny"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := shadowed(t)
			term := startOnTerminal(t, "rollback", "-l", tm.selector(), "--context="+testcluster.Fixer)
			until(t, "the question", func() bool { return strings.Contains(term.text(), "[y/N]") })
			wantText(t, term.text(), "In 1 namespace another policy stays", tm.ns("shadowed"))
			tm.wantPolicies("free", baselineName)
			if _, err := io.WriteString(term.file, c.answer); err != nil {
				t.Fatal(err)
			}
			if exit := term.wait(t); exit != c.exit {
				t.Errorf("exit code %d, want %d:\n%s", exit, c.exit, term.text())
			}
			tm.wantPolicies("shadowed", c.left...)
			tm.wantPolicies("free")
		})
	}
	t.Run("Ctrl-C removes nothing", func(t *testing.T) {
		t.Parallel()
		tm := shadowed(t)
		term := startOnTerminal(t, "rollback", "-l", tm.selector(), "--context="+testcluster.Fixer)
		until(t, "the question", func() bool { return strings.Contains(term.text(), "[y/N]") })
		if _, err := io.WriteString(term.file, "\x03"); err != nil {
			t.Fatal(err)
		}
		if exit := term.wait(t); exit != troubled {
			t.Errorf("exit code %d:\n%s", exit, term.text())
		}
		wantText(t, term.text(), "interrupted: nothing was removed")
		tm.wantPolicies("shadowed", baselineName, "default-deny")
		tm.wantPolicies("free", baselineName)
	})
	t.Run("nothing is asked where nothing is restricted", func(t *testing.T) {
		t.Parallel()
		tm := newTeam(t, "a")
		fix(t, testcluster.Fixer, found, "-l", tm.selector())
		term := startOnTerminal(t, "rollback", "-l", tm.selector(), "--context="+testcluster.Fixer)
		if exit := term.wait(t); exit != found {
			t.Errorf("exit code %d:\n%s", exit, term.text())
		}
		wantNoText(t, term.text(), "[y/N]")
		tm.wantPolicies("a")
	})
}

// terminal is the plugin under a pseudo-terminal.
type terminal struct {
	cmd  *exec.Cmd
	file *os.File
	done chan error

	mu     sync.Mutex
	output bytes.Buffer
}

func startOnTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	term := &terminal{cmd: exec.Command(plugin, args...), done: make(chan error, 1)}
	term.cmd.Env = cluster.Env()
	var err error
	if term.file, err = pty.Start(term.cmd); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		// The end of a terminal is an error on Linux: nobody holds its other side any more.
		_, _ = io.Copy(term, term.file)
	}()
	go func() {
		err := term.cmd.Wait()
		<-read
		term.done <- err
	}()
	t.Cleanup(func() {
		// It has ended where all went well.
		_ = term.cmd.Process.Signal(syscall.SIGKILL)
		_ = term.file.Close()
	})
	return term
}

// Write implements io.Writer.
func (term *terminal) Write(p []byte) (int, error) {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.output.Write(p)
}

// text is what the terminal has shown so far.
func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.output.String()
}

// wait gives the exit code.
func (term *terminal) wait(t *testing.T) int {
	t.Helper()
	select {
	case err := <-term.done:
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		t.Logf("terminal:\n%s", term.text())
		return term.cmd.ProcessState.ExitCode()
	case <-time.After(deadline):
		t.Fatalf("it did not end:\n%s", term.text())
		return -1
	}
}
