//go:build unix

// Command picture draws the README's terminal: it runs the plugin on a real API
// server with testdata/shop, in a pseudo terminal, and writes what is on its
// screen as an SVG.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/creack/pty"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

const columns = 110

// commands are what a reader wants to see first. Both end with 1: something fails, something would change.
var commands = []string{"kubectl cis532 audit", "kubectl cis532 fix --dry-run=server"}

func main() {
	out := flag.String("o", "docs/images/terminal.svg", "the file to write")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out string) (err error) {
	bin, err := os.MkdirTemp("", "kubectl-cis532-picture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(bin)) }()
	if output, err := exec.Command("go", "build", "-o", bin+"/", "./cmd/kubectl-cis532").CombinedOutput(); err != nil {
		return fmt.Errorf("build the plugin: %w\n%s", err, output)
	}
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop()) }()
	for _, args := range [][]string{{"apply", "-f", "testdata/shop"}, {"config", "rename-context", testcluster.Admin, "prod"}} {
		if result := cluster.Kubectl(testcluster.Admin, args...); result.ExitCode != 0 {
			return errors.New(result.Stderr)
		}
	}
	env := append(cluster.Env(), "TERM=xterm-256color", "NO_COLOR=",
		"PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	s := &screen{}
	for i, command := range commands {
		output, err := inTerminal(env, command)
		if err != nil {
			return err
		}
		if i > 0 {
			s.newline()
		}
		if err := s.write("\x1b[1m$ " + command + "\x1b[0m\r\n" + samePort(output)); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, []byte(draw(s.lines())), 0o644)
}

// inTerminal is all that a command sends to its terminal.
func inTerminal(env []string, command string) (string, error) {
	words := strings.Fields(command)
	path, err := lookPath(env, words[0])
	if err != nil {
		return "", err
	}
	cmd := exec.Command(path, words[1:]...)
	cmd.Env = env
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: columns})
	if err != nil {
		return "", err
	}
	defer master.Close() //nolint:errcheck // everything was read
	var sent bytes.Buffer
	// On Linux the last close of the other end is an error here.
	_, _ = io.Copy(&sent, master)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		return "", fmt.Errorf("%s: exit code %d, want 1: %w\n%s", command, cmd.ProcessState.ExitCode(), err, &sent)
	}
	return sent.String(), nil
}

// lookPath finds a program by the PATH of an environment, not by this process's own.
func lookPath(env []string, program string) (string, error) {
	path := ""
	for _, one := range env {
		if value, ok := strings.CutPrefix(one, "PATH="); ok {
			path = value
		}
	}
	for _, dir := range filepath.SplitList(path) {
		if info, err := os.Stat(filepath.Join(dir, program)); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return filepath.Join(dir, program), nil
		}
	}
	return "", fmt.Errorf("%s: %w", program, exec.ErrNotFound)
}

// port is the test server's, which is another one each time; the picture must not change with it.
var port = regexp.MustCompile(`(https://127\.0\.0\.1):\d+`)

func samePort(text string) string { return port.ReplaceAllString(text, "$1:6443") }
