//go:build unix

// Package acceptance tests the built program from outside, as make, the demo and
// the tests of the plugin use it.
package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const binary = "../bin/testcluster"

// deadline is how long anything may take on a busy machine.
const deadline = 60 * time.Second

func TestMain(m *testing.M) {
	if output, err := exec.Command("../build.sh", binary).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, output)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// newDir gives a directory that does not exist yet, whose cluster is ended with the test.
func newDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cluster")
	t.Cleanup(func() { run(binary, "down", "--dir", dir) })
	return dir
}

// run runs a program to its end.
func run(program string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return "", err.Error(), -1
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must gives the output of a command that has to succeed.
func must(t *testing.T, program string, args ...string) string {
	t.Helper()
	stdout, stderr, code := run(program, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s%s", program, strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

func up(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return must(t, binary, append([]string{"up", "--dir", dir}, args...)...)
}

// kubectl runs the cluster's kubectl as its admin, and has to succeed.
func kubectl(t *testing.T, dir string, args ...string) string {
	t.Helper()
	t.Setenv("KUBECACHEDIR", filepath.Join(t.TempDir(), "cache"))
	return must(t, filepath.Join(dir, "bin", "kubectl"),
		append([]string{"--kubeconfig", filepath.Join(dir, "kubeconfig")}, args...)...)
}

// startRun starts a command that leads to "testcluster run" and waits until that is ready.
func startRun(t *testing.T, dir, program string, args ...string) *exec.Cmd {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	eventually(t, "the cluster is ready", func() error {
		_, err := os.Stat(filepath.Join(dir, "cluster.json"))
		return err
	})
	return cmd
}

// eventually polls until check gives no error.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("never came true: %s: %v", what, err)
}

// processes lists the processes whose command line names the directory, which those of its
// cluster do.
func processes(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for _, line := range strings.Split(must(t, "ps", "-A", "-ww", "-o", "pid=,stat=,args="), "\n") {
		if fields := strings.Fields(line); len(fields) > 2 && strings.Contains(line, dir) && !strings.HasPrefix(fields[1], "Z") {
			found = append(found, line)
		}
	}
	return found
}

func eventuallyNoProcess(t *testing.T, dir string) {
	t.Helper()
	eventually(t, "no process is left", func() error {
		if left := processes(t, dir); len(left) > 0 {
			return errors.New(strings.Join(left, "\n"))
		}
		return nil
	})
}

type state struct {
	PID          int
	Server, Etcd string
}

func readState(t *testing.T, dir string) (s state) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "cluster.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		t.Fatal(err)
	}
	return s
}
