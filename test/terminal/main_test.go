//go:build unix

package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// plugin is the path of the built binary.
var plugin string

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "kubectl-cis532-terminal-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	plugin = filepath.Join(dir, "kubectl-cis532")
	if output, err := exec.Command("go", "build", "-o", plugin, "../../cmd/kubectl-cis532").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the plugin: %w\n%s", err, output)
	}
	return m.Run(), nil
}
