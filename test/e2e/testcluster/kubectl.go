package testcluster

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
)

// Result is what a finished command left.
type Result struct {
	Stdout, Stderr string
	// ExitCode is -1 if the command could not be run or was killed; then Stderr says why.
	ExitCode int
}

// Kubectl runs the cluster's own kubectl as the user of the named context.
func (c *Cluster) Kubectl(context string, args ...string) Result {
	return c.KubectlInput(nil, context, args...)
}

// KubectlInput is Kubectl with something on standard input, for "apply -f -".
func (c *Cluster) KubectlInput(stdin io.Reader, context string, args ...string) Result {
	return c.Run(stdin, filepath.Join(c.BinDir, "kubectl"), append([]string{"--context=" + context}, args...)...)
}

// Run runs any program in the cluster's environment.
func (c *Cluster) Run(stdin io.Reader, program string, args ...string) Result {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Env = c.Env()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	err := cmd.Run()
	result := Result{Stdout: stdout.String(), Stderr: stderr.String(), ExitCode: cmd.ProcessState.ExitCode()}
	if exit := new(exec.ExitError); err != nil && !(errors.As(err, &exit) && exit.Exited()) {
		result.Stderr += err.Error()
	}
	return result
}
