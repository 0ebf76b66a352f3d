package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// Ctrl-C in the middle of a run over many namespaces: what was begun is
// finished, checked and told by name, the rest is not begun; and the next run does it.
func TestInterruptedFixSaysWhatWasDone(t *testing.T) {
	t.Parallel()
	const namespaces, before = 200, 30
	tm := newTeam(t)
	inParallel(namespaces, func(i int) { tm.add(fmt.Sprintf("n%03d", i), nil) })

	var posts counter
	reached, interrupted := make(chan struct{}), make(chan struct{})
	kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if isPolicyRequest(r, http.MethodPost) {
			n := posts.next()
			if n == before {
				close(reached)
			}
			if n >= before {
				<-interrupted
			}
		}
		next.ServeHTTP(w, r)
	})

	var stdout, stderr bytes.Buffer
	cmd := exec.Command(plugin, "fix", "--report", "json=-", "-l", tm.selector(), "--kubeconfig="+kubeconfig)
	cmd.Env, cmd.Stdout, cmd.Stderr = cluster.Env(), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	close(interrupted)
	err := cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != troubled {
		t.Errorf("exit code %d, want %d: %v\n%s", code, troubled, err, stderr.String())
	}

	report := decode[v1alpha1.FixReport](t, stdout.String())
	s := report.Summary
	t.Logf("%+v", s)
	if s.Namespaces != namespaces || s.Fixed < before || s.Error == 0 || s.Fixed+s.Error != namespaces {
		t.Errorf("summary %+v", s)
	}
	for _, row := range report.Namespaces {
		created := len(tm.policies(strings.TrimPrefix(row.Name, tm.prefix+"-"))) == 1
		switch row.Result {
		case v1alpha1.ResultFixed:
			if !created || !isTrue(row.Verified) {
				t.Errorf("created: %t, row %+v", created, row)
			}
		default:
			if created || row.Reason != "interrupted before it was done: run the command again" {
				t.Errorf("created: %t, row %+v", created, row)
			}
		}
	}

	again := fix(t, testcluster.Fixer, found, "-l", tm.selector())
	if again.Summary.Fixed != s.Error || again.Summary.Pass != s.Fixed {
		t.Errorf("the next run: %+v", again.Summary)
	}
	audit(t, testcluster.Auditor, ok, "-l", tm.selector())
}

func TestInterruptedWhileReading(t *testing.T) {
	for _, verb := range []string{"audit", "fix", "generate", "rollback"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			var lists counter
			reached := make(chan struct{})
			kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !isPolicyList(r) {
					next.ServeHTTP(w, r)
					return
				}
				if lists.next() == 1 {
					close(reached)
				}
				stall(r)
			})
			var stdout, stderr bytes.Buffer
			cmd := exec.Command(plugin, verb, "--kubeconfig="+kubeconfig)
			cmd.Env, cmd.Stdout, cmd.Stderr = cluster.Env(), &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-reached
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != troubled {
				t.Errorf("exit code %d, want %d: %v", code, troubled, err)
			}
			wantOneLine(t, stderr.String())
			wantText(t, stderr.String(), "error: interrupted: list ")
			if stdout.Len() > 0 {
				t.Errorf("stdout: %s", stdout.String())
			}
		})
	}
}

// The first signal lets what was begun come to its end; a second one does not wait for it.
func TestSecondSignalEndsTheRunAtOnce(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		exit   int
	}{{syscall.SIGHUP, 129}, {syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			if signal.Ignored(c.signal) {
				// As under nohup. What is caught here is not ignored by a child.
				caught := make(chan os.Signal, 1)
				signal.Notify(caught, c.signal)
				t.Cleanup(func() { signal.Stop(caught) })
			}
			t.Parallel()
			tm := newTeam(t, "a")
			var posts counter
			reached := make(chan struct{})
			kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !isPolicyRequest(r, http.MethodPost) {
					next.ServeHTTP(w, r)
					return
				}
				if posts.next() == 1 {
					close(reached)
				}
				stall(r)
			})
			cmd := exec.Command(plugin, "fix", tm.ns("a"), "--kubeconfig="+kubeconfig)
			cmd.Env = cluster.Env()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				_ = cmd.Wait() // its exit code tells
				close(ended)
			}()
			<-reached
			// Two that are sent at once may arrive as one: it is sent until somebody listens. That it was the second that ended
			// the run tells the exit code: after the first alone it would be another, and only once the creation was given up.
			for done := false; !done; {
				if err := cmd.Process.Signal(c.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
					t.Fatal(err)
				}
				select {
				case <-ended:
					done = true
				case <-time.After(50 * time.Millisecond):
				}
			}
			if code := cmd.ProcessState.ExitCode(); code != c.exit {
				t.Errorf("exit code %d, want %d", code, c.exit)
			}
			tm.wantPolicies("a")
		})
	}
}

// Whoever reads what the plugin says may go away (2>&1 | head): the API
// server's next warning does not end the run in the middle of a set.
func TestFixOutlivesTheReaderOfItsTalk(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b")
	file := filepath.Join(t.TempDir(), "template.yaml")
	writeFile(t, file, twoPolicies)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var posts counter
	kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if isPolicyRequest(r, http.MethodPost) {
			if posts.next() == 1 {
				_ = reader.Close()
			}
			w.Header().Set("Warning", `299 - "think twice"`)
		}
		next.ServeHTTP(w, r)
	})
	var stdout bytes.Buffer
	cmd := exec.Command(plugin, "fix", "--yes", "--policy-file", file, "--report", "json=-", "-l", tm.selector(), "--kubeconfig="+kubeconfig)
	cmd.Env, cmd.Stdout, cmd.Stderr = cluster.Env(), &stdout, writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	_ = cmd.Wait() // the summary has no reader any more
	if s := decode[v1alpha1.FixReport](t, stdout.String()).Summary; s.Fixed != 2 {
		t.Errorf("%+v", s)
	}
	tm.wantPolicies("a", "deny", "web")
	tm.wantPolicies("b", "deny", "web")
}
