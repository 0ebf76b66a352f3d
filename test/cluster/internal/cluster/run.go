//go:build unix

// Package cluster runs a Kubernetes control plane for tests: etcd in this
// process, kube-apiserver as a child, all state in one directory.
//
// Run serves in the foreground, Up and Down start and end a detached one. A
// cluster always starts empty, listens on loopback only, and is gone with its
// process: nothing is kept on purpose but the logs. It holds no kubelet, no
// scheduler and no network plugin, so pods are objects that never run.
package cluster

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/controllers"
)

// Options say what to run.
type Options struct {
	// Dir holds everything.
	Dir Dir
	// RBACFiles are manifests to apply at the start. The users auditor and fixer are bound
	// to the ClusterRoles kubectl-cis532-audit and kubectl-cis532-fix where they bring them.
	RBACFiles []string
	// APIServerArgs are added to kube-apiserver's command line.
	APIServerArgs []string
	// Controllers adds the namespace and the resource quota controller.
	Controllers bool
	// Remove the state at the end, unless the cluster failed.
	Remove bool
	// Timeout bounds the start.
	Timeout time.Duration
}

// State is what a ready cluster writes to cluster.json in its directory.
type State struct {
	PID        int    `json:"pid"`
	Server     string `json:"server"`
	Etcd       string `json:"etcd"`
	Kubeconfig string `json:"kubeconfig"`
}

// Run serves until ctx is done, and is quick to end then. It writes one line to out when the
// cluster is ready. An error means that the cluster did not start, or ended by itself.
func Run(ctx context.Context, opts Options, out io.Writer) error {
	lock, err := opts.Dir.lock()
	if err != nil {
		return err
	}
	defer lock.Release()
	// Whoever started us may be writing our output to the run log.
	if err := opts.Dir.clear(lockFile, runLog); err != nil {
		return err
	}
	if err := serve(ctx, opts, out); err != nil {
		return err
	}
	if opts.Remove {
		return opts.Dir.remove()
	}
	return nil
}

func serve(ctx context.Context, opts Options, out io.Writer) error {
	starting, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	c, err := start(starting, opts)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer c.stop()
	if opts.Controllers {
		if err := controllers.Start(ctx, c.config, opts.Dir.path(controllersLog)); err != nil {
			return err
		}
	}
	if err := writeState(opts.Dir, c); err != nil {
		return err
	}
	fmt.Fprintf(out, "ready KUBECONFIG=%s\n", opts.Dir.Kubeconfig())

	select {
	case <-ctx.Done():
		return nil
	case <-c.server.Done():
		return fmt.Errorf("%w by itself: %w", errEnded, c.server.Err())
	case err := <-c.etcd.Err():
		return fmt.Errorf("etcd ended by itself: %w", err)
	}
}
