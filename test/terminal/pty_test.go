//go:build unix

package terminal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// stream says which of stdout and stderr are the terminal; the others are pipes.
type stream int

const (
	both stream = iota
	onlyStdout
	onlyStderr
	neither
)

// session is one run of the plugin.
type session struct {
	args []string
	// env is added to an environment with nothing but TERM=xterm-256color; a bare NAME removes it.
	env []string
	// columns is the terminal's width; 0 is 80.
	columns int
	// terminal says what is a terminal. Standard input is one unless stdin is set.
	terminal stream
	stdin    string
}

// outcome is what a session left.
type outcome struct {
	// screen is all that arrived at the terminal, as it was sent.
	screen string
	// stdout and stderr are what went into pipes.
	stdout, stderr string
	exit           int
}

// sessionTimeout is far more than any session needs.
const sessionTimeout = 2 * time.Minute

// run runs the plugin and checks that nothing but its own control sequences arrive at the terminal.
func (s session) run(t *testing.T) outcome {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	if s.columns == 0 {
		s.columns = 80
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: uint16(s.columns)}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), plugin, s.args...)
	cmd.Env = s.environment()
	cmd.WaitDelay = sessionTimeout
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	if s.stdin != "" {
		cmd.Stdin = strings.NewReader(s.stdin)
	}
	if s.terminal == onlyStderr || s.terminal == neither {
		cmd.Stdout = &stdout
	}
	if s.terminal == onlyStdout || s.terminal == neither {
		cmd.Stderr = &stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		// On Linux the last close of the other end is an error here.
		_, _ = io.Copy(&screen, master)
	}()
	err = cmd.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	_ = slave.Close()
	select {
	case <-read:
	case <-time.After(sessionTimeout):
		t.Fatal("the terminal is still open")
	}
	got := outcome{screen: screen.String(), stdout: stdout.String(), stderr: stderr.String(), exit: cmd.ProcessState.ExitCode()}
	if problem := hostile(got.screen); problem != "" {
		t.Errorf("kubectl cis532 %s: %s", strings.Join(s.args, " "), problem)
	}
	return got
}

func (s session) environment() []string {
	env := []string{"TERM=xterm-256color", "KUBECONFIG=/nonexistent/kubeconfig", "HOME=/nonexistent", "PATH=" + os.Getenv("PATH")}
	for _, set := range s.env {
		name, _, _ := strings.Cut(set, "=")
		env = slices.DeleteFunc(env, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		if strings.Contains(set, "=") {
			env = append(env, set)
		}
	}
	return env
}
