// Package testcluster starts a real Kubernetes API server for a package of tests.
//
// It is the server of test/cluster, built from Kubernetes' own source. It starts in
// seconds once that is built, serves this test binary alone, and is gone with it.
// Only tests and hack/picture import it.
package testcluster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The kubeconfig's contexts, each a user of that name.
const (
	// Admin may do everything, impersonation included.
	Admin = "admin"
	// Auditor has the role of deploy/rbac-audit.yaml.
	Auditor = "auditor"
	// Fixer has the role of deploy/rbac-fix.yaml.
	Fixer = "fixer"
	// Nobody is logged in and has no rights.
	Nobody = "nobody"
)

// startTimeout bounds the start on a busy machine; a quiet one takes three seconds.
const startTimeout = 2 * time.Minute

// Options change what is started. The zero value suits most tests.
type Options struct {
	// Controllers adds the namespace and the resource quota controller. Without them a deleted
	// namespace stays Terminating, and a quota without status limits nothing.
	Controllers bool
	// APIServerArgs are added to kube-apiserver's command line.
	APIServerArgs []string
	// RBAC are the manifests to apply; nil means the roles in deploy/.
	RBAC []string
}

// Cluster is a running API server. It is empty but for what every cluster begins with.
type Cluster struct {
	// Kubeconfig is the path of a kubeconfig with a context per user; admin is the current one.
	Kubeconfig string
	// BinDir is a directory with a real kubectl in it, to be put on PATH.
	BinDir string
	// Server is the API server's URL.
	Server string
	// Etcd is the URL of its store.
	Etcd string

	dir    string
	cmd    *exec.Cmd
	stderr lockedBuffer
	exited chan struct{}
	err    error
}

// Start builds the cluster where that is needed and starts an empty one. It never
// skips: what cannot be built or started is an error. Call it from TestMain, and Stop at the end.
//
// The first build takes minutes, more than go test's default timeout may leave.
func Start(opts Options) (*Cluster, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	binary, err := build(root)
	if err != nil {
		return nil, err
	}
	if opts.RBAC == nil {
		opts.RBAC = []string{
			filepath.Join(root, "deploy", "rbac-audit.yaml"),
			filepath.Join(root, "deploy", "rbac-fix.yaml"),
		}
	}
	dir, err := os.MkdirTemp("", "kubectl-cis532-cluster-")
	if err != nil {
		return nil, fmt.Errorf("start test cluster: %w", err)
	}
	c, err := launch(binary, dir, opts)
	if err != nil {
		return nil, fmt.Errorf("start test cluster: %w", errors.Join(err, os.RemoveAll(dir)))
	}
	return c, nil
}

func launch(binary, dir string, opts Options) (*Cluster, error) {
	args := []string{"run", "--rm", "--dir", dir, "--timeout", startTimeout.String(), fmt.Sprintf("--controllers=%t", opts.Controllers)}
	for _, file := range opts.RBAC {
		args = append(args, "--rbac="+file)
	}
	for _, arg := range opts.APIServerArgs {
		args = append(args, "--apiserver-arg="+arg)
	}
	c := &Cluster{
		Kubeconfig: filepath.Join(dir, "kubeconfig"),
		BinDir:     filepath.Join(dir, "bin"),
		dir:        dir,
		cmd:        exec.Command(binary, args...),
		exited:     make(chan struct{}),
	}
	c.cmd.Stderr = &c.stderr
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		if strings.HasPrefix(line, "ready ") {
			close(ready)
		}
		_, _ = io.Copy(io.Discard, stdout)
		c.err = c.cmd.Wait()
		close(c.exited)
	}()
	select {
	case <-ready:
	case <-c.exited:
		return nil, fmt.Errorf("%w: %s%s", c.err, c.stderr.String(), tail(filepath.Join(dir, "kube-apiserver.log")))
	}
	if err := c.readState(); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) readState() error {
	content, err := os.ReadFile(filepath.Join(c.dir, "cluster.json"))
	if err != nil {
		return err
	}
	var state struct{ Server, Etcd string }
	if err := json.Unmarshal(content, &state); err != nil {
		return fmt.Errorf("read cluster.json: %w", err)
	}
	c.Server, c.Etcd = state.Server, state.Etcd
	return nil
}

// Stop ends the cluster and removes all that it left. An error means that the
// cluster had failed before.
func (c *Cluster) Stop() error {
	// An error means that it has ended already; how it ended is told below.
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(10 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
	err := c.err
	if err != nil {
		err = fmt.Errorf("test cluster: %w: %s%s", err, c.stderr.String(), tail(filepath.Join(c.dir, "kube-apiserver.log")))
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// Env is this process's environment with the cluster as kubectl's own: its
// kubeconfig, its kubectl first on PATH, and neither caches nor preferences of the user.
func (c *Cluster) Env() []string {
	return append(os.Environ(),
		"KUBECONFIG="+c.Kubeconfig,
		"PATH="+c.BinDir+string(os.PathListSeparator)+os.Getenv("PATH"),
		"KUBECACHEDIR="+filepath.Join(c.dir, "cache"),
		"KUBERC=off",
	)
}

const tailLength = 3000

func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 {
		return ""
	}
	if len(content) > tailLength {
		content = content[len(content)-tailLength:]
	}
	return fmt.Sprintf("\n%s ends with:\n%s", filepath.Base(path), content)
}

// lockedBuffer may be read while a process still writes to it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
