//go:build unix

// Package lifeline ties the life of a process to its parent's, also when the
// parent is killed and can do nothing about it.
//
// Towards a child that we start: a pipe that the child reads and nobody writes
// to; the kernel closes it with us. On Linux the kernel is also asked to kill the
// child. Towards a parent that started us: the parent's pid changes when it dies.
package lifeline

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const (
	// pipeVar tells the child that it has a lifeline, and on which descriptor.
	pipeVar = "TEST_CLUSTER_LIFELINE"
	pipeFD  = 3
	poll    = 100 * time.Millisecond
)

// Child is a running child process that cannot outlive this one.
type Child struct {
	cmd  *exec.Cmd
	end  *os.File
	done chan struct{}
	err  error
}

// StartChild starts cmd, which has to call HangOn, in a process group of its own:
// a Ctrl-C on the terminal is ours to handle.
func StartChild(cmd *exec.Cmd) (*Child, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make lifeline: %w", err)
	}
	cmd.ExtraFiles = []*os.File{read}
	cmd.Env = append(cmd.Environ(), fmt.Sprintf("%s=%d", pipeVar, pipeFD))
	cmd.SysProcAttr = childAttributes()

	child := &Child{cmd: cmd, end: write, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel's signal on the parent's death really is one on the death of
		// the thread that started the child: keep it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		read.Close()
		started <- err
		if err == nil {
			child.err = cmd.Wait()
			close(child.done)
		}
	}()
	if err := <-started; err != nil {
		write.Close()
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return child, nil
}

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err is how the child ended; valid once Done is closed.
func (c *Child) Err() error { return c.err }

// Kill ends the child at once and waits until it is gone.
func (c *Child) Kill() {
	// An error means that it is gone already.
	_ = c.cmd.Process.Signal(syscall.SIGKILL)
	<-c.done
	c.end.Close()
}

// HangOn makes this process exit as soon as the one that started it with
// StartChild is gone. Without a lifeline it does nothing.
func HangOn() {
	if os.Getenv(pipeVar) == "" {
		return
	}
	os.Unsetenv(pipeVar)
	syscall.CloseOnExec(pipeFD)
	pipe := os.NewFile(pipeFD, "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		os.Exit(1)
	}()
}

// WithParent gives a context that is cancelled when this process's parent dies.
func WithParent(ctx context.Context) (context.Context, context.CancelFunc) {
	parent := os.Getppid()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		ticker := time.NewTicker(poll)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if os.Getppid() != parent {
					cancel()
					return
				}
			}
		}
	}()
	return ctx, cancel
}
