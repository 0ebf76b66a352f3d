// Package e2e tests against a real API server.
package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// cluster is shared by the tests of this package. Each makes namespaces of its own.
var cluster *testcluster.Cluster

func TestMain(m *testing.M) {
	var err error
	if cluster, err = testcluster.Start(testcluster.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := cluster.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
