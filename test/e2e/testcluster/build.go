package testcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the cluster's binary and gives its path. It calls the script that
// make and the demo call too, so all of them share one build, and a repeated one takes a second.
func Build() (string, error) {
	root, err := findRoot()
	if err != nil {
		return "", err
	}
	return build(root)
}

// binaryVariable names a binary to use instead: that of another version of Kubernetes (make test-matrix).
const binaryVariable = "CIS532_TESTCLUSTER"

func build(root string) (string, error) {
	if other := os.Getenv(binaryVariable); other != "" {
		return other, nil
	}
	dir := filepath.Join(root, "test", "cluster")
	binary := filepath.Join(dir, "bin", "testcluster")
	output, err := exec.Command(filepath.Join(dir, "build.sh"), binary).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build test cluster: %w\n%s", err, output)
	}
	return binary, nil
}

// findRoot looks upwards from the working directory, which is the package's own in a test.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "test", "cluster", "build.sh")); err == nil {
			return dir, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("find the repository: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the repository: no test/cluster/build.sh above %s", start)
		}
	}
}
