//go:build unix

package dirlock_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/dirlock"
)

// holdVar makes this test binary hold the lock of the file that it names.
const holdVar = "TEST_DIRLOCK_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holdVar); path != "" {
		if _, err := dirlock.Acquire(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		select {}
	}
	os.Exit(m.Run())
}

// hold starts a process that holds the lock.
func hold(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdVar+"="+path)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("holder says %q, %v", line, err)
	}
	return cmd
}

func TestOwnerIsTheHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder := hold(t, path)

	if _, err := dirlock.Acquire(path); !errors.Is(err, dirlock.ErrHeld) {
		t.Errorf("Acquire of a held lock: %v, want ErrHeld", err)
	}
	owner, err := dirlock.Owner(path)
	if err != nil {
		t.Fatal(err)
	}
	if owner == nil || owner.Pid != holder.Process.Pid {
		t.Errorf("Owner is %v, want process %d", owner, holder.Process.Pid)
	}
}

func TestKilledHolderHoldsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder := hold(t, path)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.Wait()

	if owner, err := dirlock.Owner(path); err != nil || owner != nil {
		t.Errorf("Owner is %v, %v, want nobody", owner, err)
	}
	lock, err := dirlock.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

func TestNobodyOwnsAMissingFile(t *testing.T) {
	owner, err := dirlock.Owner(filepath.Join(t.TempDir(), "lock"))
	if err != nil || owner != nil {
		t.Errorf("Owner is %v, %v, want nobody", owner, err)
	}
}
