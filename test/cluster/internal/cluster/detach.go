//go:build unix

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/dirlock"
)

// patience is how long a cluster may take to end when it is asked to.
const patience = 5 * time.Second

// Up starts a detached cluster with the given command line and returns when it is
// ready. One that is already there is ended first: the new one is always empty.
func Up(ctx context.Context, dir Dir, args []string) (*State, error) {
	if err := dir.make(); err != nil {
		return nil, err
	}
	if err := Down(dir); err != nil {
		return nil, err
	}
	if err := dir.make(); err != nil {
		return nil, err
	}
	child, ended, err := startDetached(dir, args)
	if err != nil {
		return nil, err
	}
	for {
		if state, err := readState(dir, child.Pid); err == nil {
			return state, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("the cluster did not start: %w\n%s", err, logTails(dir))
		case <-ctx.Done():
			// It ends within its patience, and takes its child with it either way.
			_ = child.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(patience):
				_ = child.Kill()
				<-ended
			}
			return nil, fmt.Errorf("the cluster did not start: %w", ctx.Err())
		case <-time.After(poll):
		}
	}
}

// startDetached starts this program in a session of its own and with no descriptor
// of ours, so that a pipe on our output ends with us.
func startDetached(dir Dir, args []string) (*os.Process, <-chan error, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find own executable: %w", err)
	}
	log, err := os.Create(dir.path(runLog))
	if err != nil {
		return nil, nil, fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(self, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start the cluster: %w", err)
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if err == nil {
			err = errors.New("it ended")
		}
		ended <- err
	}()
	return cmd.Process, ended, nil
}

func readState(dir Dir, pid int) (*State, error) {
	content, err := os.ReadFile(dir.path(stateFile))
	if err != nil {
		return nil, err
	}
	var state State
	if err := json.Unmarshal(content, &state); err != nil {
		return nil, err
	}
	if state.PID != pid {
		return nil, fmt.Errorf("%s is of another cluster", stateFile)
	}
	return &state, nil
}

// Down ends the cluster of the directory, if there is one, and removes its state.
// The directory itself goes too, if nothing else is in it.
func Down(dir Dir) error {
	if _, err := os.Stat(string(dir)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(dir.path(lockFile)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock, err := evict(dir)
	if err != nil {
		return err
	}
	defer lock.Release()
	return dir.remove()
}

// evict takes the directory's lock, from whoever has it.
func evict(dir Dir) (*dirlock.Lock, error) {
	deadline := time.Now().Add(2 * patience)
	killAt := time.Now().Add(patience)
	for {
		lock, err := dirlock.Acquire(dir.path(lockFile))
		if err == nil || !errors.Is(err, dirlock.ErrHeld) {
			return lock, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("end the cluster: %w", err)
		}
		signal := syscall.SIGTERM
		if time.Now().After(killAt) {
			signal = syscall.SIGKILL
		}
		owner, err := dirlock.Owner(dir.path(lockFile))
		if err != nil {
			return nil, err
		}
		if owner != nil {
			// An error means that it has just ended.
			_ = owner.Signal(signal)
			owner.Release()
		}
		time.Sleep(poll)
	}
}
