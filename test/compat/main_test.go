package compat

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// root is the repository.
const root = "../.."

var update = flag.Bool("update", false, "write what the scripts print anew")

// cluster is the API server of these tests; testdata/cluster.yaml is what is in it.
var cluster *testcluster.Cluster

// scripts is a directory with a space in its name that holds the scripts, and bin one that holds the plugin.
var scripts, bin string

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "kubectl-cis532-compat-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	scripts, bin = filepath.Join(dir, "Level_1 Master Node"), filepath.Join(dir, "bin")
	if err := os.CopyFS(scripts, os.DirFS(filepath.Join(root, "compat"))); err != nil {
		return 1, err
	}
	build := exec.Command("go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the plugin: %w\n%s", err, output)
	}
	if cluster, err = testcluster.Start(testcluster.Options{}); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, cluster.Stop()) }()
	for _, args := range [][]string{
		{"apply", "-f", "testdata/cluster.yaml"},
		// Nobody ends it here: it stays as one that is being deleted.
		{"delete", "namespace", "leaving", "--wait=false"},
	} {
		if result := cluster.Kubectl(testcluster.Admin, args...); result.ExitCode != 0 {
			return 1, fmt.Errorf("kubectl %v: %s", args, result.Stderr)
		}
	}
	return m.Run(), nil
}

// shells are those of this machine that the scripts are run by: sh, and what else there is.
func shells(t *testing.T) [][]string {
	t.Helper()
	var found [][]string
	for _, shell := range [][]string{{"sh"}, {"bash"}, {"dash"}, {"busybox", "sh"}, {"ksh"}, {"mksh"}, {"posh"}, {"yash"}, {"zsh", "--emulate", "sh"}} {
		path, err := exec.LookPath(shell[0])
		if err != nil {
			if shell[0] == "sh" {
				t.Fatal(err)
			}
			t.Logf("not tried: %s", shell)
			continue
		}
		found = append(found, append([]string{path}, shell[1:]...))
	}
	return found
}

// result is what a script left.
type result struct {
	stdout, stderr string
	code           int
}

// call runs a script by a shell, in the environment of the cluster with the plugin on PATH and some more variables.
func call(t *testing.T, shell []string, script string, env, args []string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	words := append(append(append([]string{}, shell...), filepath.Join(scripts, script)), args...)
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig, "KUBERC=off", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// plugin runs the plugin itself, and fails the test where it exits with another code.
func plugin(t *testing.T, want int, args ...string) {
	t.Helper()
	if got := cluster.Run(nil, filepath.Join(bin, "kubectl-cis532"), args...); got.ExitCode != want {
		t.Fatalf("kubectl cis532 %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got.ExitCode, want, got.Stdout, got.Stderr)
	}
}
