//go:build unix

package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/dirlock"
)

// What a cluster's directory holds. Everything else in it is somebody else's.
const (
	lockFile        = "lock"
	stateFile       = "cluster.json"
	kubeconfigFile  = "kubeconfig"
	harnessFile     = "harness.kubeconfig"
	tokenFile       = "tokens.csv"
	pkiDir          = "pki"
	binDir          = "bin"
	etcdDir         = "etcd"
	cacheDir        = "cache"
	auditPolicyFile = "audit-policy.yaml"
	auditLog        = "audit.log"
	runLog          = "run.log"
	apiServerLog    = "kube-apiserver.log"
	etcdLog         = "etcd.log"
	controllersLog  = "controllers.log"
)

var contents = []string{
	lockFile, stateFile, kubeconfigFile, harnessFile, tokenFile, pkiDir, binDir, etcdDir, cacheDir,
	auditPolicyFile, auditLog, runLog, apiServerLog, etcdLog, controllersLog,
}

// Dir is the absolute path of the directory that holds all of a cluster's state.
type Dir string

// NewDir makes path absolute.
func NewDir(path string) (Dir, error) {
	if path == "" {
		return "", errors.New("a directory is needed: --dir DIR")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("directory %q: %w", path, err)
	}
	return Dir(abs), nil
}

// Kubeconfig is the path of the kubeconfig with a context per user.
func (d Dir) Kubeconfig() string { return d.path(kubeconfigFile) }

// Bin is the path of a directory with kubectl in it, to be put on PATH.
func (d Dir) Bin() string { return d.path(binDir) }

func (d Dir) path(elem ...string) string {
	return filepath.Join(append([]string{string(d)}, elem...)...)
}

// make creates the directory. A directory that holds other things and was never
// a cluster's is refused.
func (d Dir) make() error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return fmt.Errorf("read directory: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() == lockFile {
			return nil
		}
	}
	for _, entry := range entries {
		if !slices.Contains(contents, entry.Name()) {
			return fmt.Errorf("%s holds %s, which is no test cluster's: choose an empty directory", d, entry.Name())
		}
	}
	return nil
}

// lock makes the directory this process's own.
func (d Dir) lock() (*dirlock.Lock, error) {
	if err := d.make(); err != nil {
		return nil, err
	}
	return dirlock.Acquire(d.path(lockFile))
}

// clear removes a cluster's files but those to keep. The lock must be held.
func (d Dir) clear(keep ...string) error {
	for _, name := range contents {
		if slices.Contains(keep, name) {
			continue
		}
		if err := os.RemoveAll(d.path(name)); err != nil {
			return fmt.Errorf("clear directory: %w", err)
		}
	}
	return nil
}

// remove removes a cluster's files, and the directory where nothing else is in it.
// The lock must be held.
func (d Dir) remove() error {
	if err := d.clear(); err != nil {
		return err
	}
	// Fails where somebody else's files are in it, and they shall stay.
	_ = os.Remove(string(d))
	return nil
}
