//go:build unix

package acceptance

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRunEndsWithItsParent(t *testing.T) {
	dir := newDir(t)
	shell := startRun(t, dir, "sh", "-c", `"$1" run --rm --dir "$2" & wait`, "sh", binary, dir)
	if len(processes(t, dir)) < 2 {
		t.Fatalf("processes: %v, want the shell's and more", processes(t, dir))
	}
	if err := shell.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventuallyNoProcess(t, dir)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("--rm left the directory: %v", err)
	}
}

func TestServerEndsWithRun(t *testing.T) {
	dir := newDir(t)
	harness := startRun(t, dir, binary, "run", "--dir", dir)
	if err := harness.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	harness.Wait()
	eventuallyNoProcess(t, dir)

	t.Run("and leaves nothing that hinders the next", func(t *testing.T) {
		up(t, dir)
		must(t, binary, "down", "--dir", dir)
	})
}

func TestRunEndsOnSignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			dir := newDir(t)
			harness := startRun(t, dir, binary, "run", "--rm", "--dir", dir)
			begin := time.Now()
			if err := harness.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := harness.Wait(); err != nil {
				t.Errorf("run: %v", err)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %s to end", took)
			}
			if left := processes(t, dir); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("--rm left the directory: %v", err)
			}
		})
	}
}

func TestRunSaysWhenItIsReady(t *testing.T) {
	dir := newDir(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(binary, "run", "--dir", dir)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	want := "ready KUBECONFIG=" + filepath.Join(dir, "kubeconfig") + "\n"
	eventually(t, "it is ready and says nothing else", func() error {
		if got, err := os.ReadFile(out.Name()); err != nil || string(got) != want {
			return fmt.Errorf("got %q, %v", got, err)
		}
		return nil
	})
	kubectl(t, dir, "get", "namespace", "default")

	t.Run("and nobody else may run there", func(t *testing.T) {
		_, stderr, code := run(binary, "run", "--dir", dir)
		if code != 1 || !strings.Contains(stderr, "in use") {
			t.Errorf("exit code %d, %s", code, stderr)
		}
		kubectl(t, dir, "get", "namespace", "default")
	})
}

func TestUpIsAlwaysFreshAndDownIsIdempotent(t *testing.T) {
	dir := newDir(t)
	must(t, binary, "down", "--dir", dir)
	up(t, dir)
	first := readState(t, dir)
	kubectl(t, dir, "create", "namespace", "shop")

	t.Run("it is detached from whoever started it", func(t *testing.T) {
		session, err := getsid(first.PID)
		if err != nil || session != first.PID {
			t.Errorf("session %d, %v; want one of its own, %d", session, err, first.PID)
		}
	})

	up(t, dir)
	if got := kubectl(t, dir, "get", "namespaces", "-o", "name"); strings.Contains(got, "shop") {
		t.Errorf("the second start is not empty: %s", got)
	}
	if second := readState(t, dir); second.PID == first.PID {
		t.Errorf("the second start is the first's process %d", first.PID)
	}
	eventually(t, "the first is gone", func() error {
		response, err := http.Get(first.Etcd + "/health")
		if err != nil {
			return nil
		}
		response.Body.Close()
		return fmt.Errorf("etcd answers: %s", response.Status)
	})

	for range 2 {
		must(t, binary, "down", "--dir", dir)
		if left := processes(t, dir); len(left) > 0 {
			t.Errorf("down left: %v", left)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("down left the directory: %v", err)
		}
	}
}

// getsid is the session of a process, 0 if it has none that can be seen.
func getsid(pid int) (int, error) {
	session, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(session), nil
}

func TestAReusedPidIsLeftAlone(t *testing.T) {
	innocent := exec.Command("sleep", "600")
	if err := innocent.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- innocent.Wait() }()
	defer innocent.Process.Kill()

	dir := newDir(t)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf(`{"pid": %d}`, innocent.Process.Pid)
	for _, name := range []string{"cluster.json", "lock"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	up(t, dir)
	must(t, binary, "down", "--dir", dir)
	select {
	case err := <-ended:
		t.Errorf("a process that only has a stale file's pid ended: %v", err)
	default:
	}
}

func TestADirectoryWithOtherThingsIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "up"} {
		if _, stderr, code := run(binary, command, "--dir", dir); code != 1 || !strings.Contains(stderr, "thesis.txt") {
			t.Errorf("%s: exit code %d, %s", command, code, stderr)
		}
	}
	must(t, binary, "down", "--dir", dir)
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestAFailedStartIsToldAndLeavesNothingRunning(t *testing.T) {
	dir := newDir(t)
	_, stderr, code := run(binary, "up", "--dir", dir, "--apiserver-arg=--no-such-flag")
	if code != 1 || !strings.Contains(stderr, "unknown flag: --no-such-flag") {
		t.Errorf("bad flag: exit code %d, %s", code, stderr)
	}
	_, stderr, code = run(binary, "up", "--dir", dir, "--rbac", filepath.Join(dir, "missing.yaml"))
	if code != 1 || !strings.Contains(stderr, "missing.yaml") {
		t.Errorf("missing manifest: exit code %d, %s", code, stderr)
	}
	if left := processes(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
