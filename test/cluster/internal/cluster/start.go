//go:build unix

package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// running is a cluster that serves.
type running struct {
	server  *apiServer
	etcdURL string
	etcd    *embed.Etcd
	config  *rest.Config
}

// start brings everything up. After an error nothing is left behind but etcd in this process.
func start(ctx context.Context, opts Options) (_ *running, err error) {
	dir := opts.Dir
	if err := linkKubectl(dir); err != nil {
		return nil, err
	}
	keys, err := newPKI(dir.path(pkiDir))
	if err != nil {
		return nil, err
	}
	users := newUsers()
	people, harness := split(users)
	if err := writeTokens(dir.path(tokenFile), users); err != nil {
		return nil, fmt.Errorf("write tokens: %w", err)
	}
	etcd, etcdURL, err := startEtcd(ctx, dir)
	if err != nil {
		return nil, err
	}
	server, err := startAPIServer(ctx, opts, etcdURL, keys, harness[0])
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			server.Kill()
		}
	}()

	if err := writeKubeconfig(dir.path(harnessFile), server.url, keys.ca, harness); err != nil {
		return nil, fmt.Errorf("write kubeconfig: %w", err)
	}
	if err := writeKubeconfig(dir.Kubeconfig(), server.url, keys.ca, people); err != nil {
		return nil, fmt.Errorf("write kubeconfig: %w", err)
	}
	config := restConfig(server.url, keys.ca, harness[0])
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	if err := grant(ctx, client, dir, opts.RBACFiles, people); err != nil {
		return nil, err
	}
	return &running{server: server, etcdURL: etcdURL, etcd: etcd, config: config}, nil
}

// linkKubectl puts kubectl, which is this program under another name, into the bin directory.
func linkKubectl(dir Dir) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own executable: %w", err)
	}
	if err := os.MkdirAll(dir.Bin(), 0o700); err != nil {
		return fmt.Errorf("make bin directory: %w", err)
	}
	if err := os.Symlink(self, filepath.Join(dir.Bin(), "kubectl")); err != nil {
		return fmt.Errorf("link kubectl: %w", err)
	}
	return nil
}

// writeState tells others that the cluster is ready, and where it is: the file
// appears whole or not at all.
func writeState(dir Dir, c *running) error {
	state, err := json.MarshalIndent(State{
		PID: os.Getpid(), Server: c.server.url, Etcd: c.etcdURL, Kubeconfig: dir.Kubeconfig(),
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	unfinished := dir.path(cacheDir, stateFile)
	if err := os.MkdirAll(filepath.Dir(unfinished), 0o700); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := os.WriteFile(unfinished, append(state, '\n'), 0o600); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := os.Rename(unfinished, dir.path(stateFile)); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// stop ends what serves, and waits until it no longer touches the directory. etcd left running ends the whole
// process, without a word, where its purge of old files meets a directory that is being removed.
func (r *running) stop() {
	r.server.Kill()
	r.etcd.Server.HardStop()
}
