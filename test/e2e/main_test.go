// Package e2e tests the built plugin against a real API server.
//
// The tests share one server. Each makes namespaces of its own and narrows the
// plugin to them, so that none disturbs another; what must be said about a
// whole cluster starts a cluster for itself.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// cluster is shared by the tests of this package.
var cluster *testcluster.Cluster

// plugin is the path of the built binary. It is on PATH, and so is a real kubectl.
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
	dir, err := os.MkdirTemp("", "kubectl-cis532-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	plugin = filepath.Join(dir, "kubectl-cis532")
	if output, err := exec.Command("go", "build", "-o", plugin, "../../cmd/kubectl-cis532").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the plugin: %w\n%s", err, output)
	}
	if cluster, err = testcluster.Start(testcluster.Options{}); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, cluster.Stop()) }()
	path := dir + string(os.PathListSeparator) + cluster.BinDir + string(os.PathListSeparator) + os.Getenv("PATH")
	if err := os.Setenv("PATH", path); err != nil {
		return 1, err
	}
	return m.Run(), nil
}
