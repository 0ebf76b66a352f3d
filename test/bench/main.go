// Command bench measures the plugin beside what it is compared with, on a real API server that it starts and ends, and
// writes the table of docs/benchmarks.md. `make bench` runs it.
//
// It asserts nothing: times are this machine's, and a busy machine's are noise. It only says which goals were met.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

func main() {
	out := flag.String("out", "", "Write the page to this file, besides standard output.")
	rounds := flag.Int("rounds", 5, "How often each program is run, beside a warm-up.")
	only := flag.String("only", "", "Measure only this part: startup, fix, small, large, manifests or netpol.")
	large := flag.Int("namespaces", 10_000, "How many namespaces the large cluster has; a policy and two pods in each.")
	size := flag.Int64("manifests", 200_000_000, "How many bytes of manifests are read.")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	b := &bench{ctx: ctx, rounds: *rounds, only: *only, large: *large, manifests: *size}
	err := b.run()
	if len(b.rows) > 0 {
		err = errors.Join(err, b.page(*out))
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of the whole.
type bench struct {
	ctx       context.Context
	rounds    int
	only      string
	large     int
	manifests int64

	dir     string
	cluster *testcluster.Cluster
	client  kubernetes.Interface
	env     []string
	version string
	rows    []row
	notes   []string
}

func (b *bench) add(rows ...row) { b.rows = append(b.rows, rows...) }

func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// run builds, starts the cluster and measures part by part. The cluster grows from part to part.
func (b *bench) run() (err error) {
	if b.dir, err = os.MkdirTemp("", "kubectl-cis532-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := b.build(); err != nil {
		return err
	}
	if b.cluster, err = testcluster.Start(testcluster.Options{
		// The audit log, which tests read at once, is written behind the requests here, as in production.
		APIServerArgs: []string{"--audit-log-mode=batch"},
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.cluster.Stop()) }()
	b.env = b.cluster.Env()
	config, err := clientcmd.BuildConfigFromFlags("", b.cluster.Kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.ContentType, config.WarningHandler = -1, "application/vnd.kubernetes.protobuf", rest.NoWarnings{}
	if b.client, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	info, err := b.client.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	b.version = info.GitVersion
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"startup", b.startup}, {"fix", b.fix}, {"small", b.small}, {"large", b.growth}, {"manifests", b.files}, {"netpol", b.netpol},
	} {
		if b.only != "" && b.only != part.name {
			continue
		}
		fmt.Fprintf(os.Stderr, "== %s\n", part.name)
		if err := b.ctx.Err(); err != nil {
			return err
		}
		if err := part.measure(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// bin is where a program was built.
func (b *bench) bin(name string) string { return filepath.Join(b.dir, name) }

// build builds the plugin as it is released, what it is compared with alike, and kubectl without anything else in it.
func (b *bench) build() error {
	for _, p := range []struct{ dir, name, path string }{
		{".", "cis532", "./cmd/kubectl-cis532"},
		{".", "minimal", "./test/bench/minimal"},
		{".", "empty", "./test/bench/empty"},
		{".", "decode", "./test/bench/decode"},
		{".", "timed", "./test/bench/timed"},
		{"test/cluster", "kubectl", "k8s.io/kubernetes/cmd/kubectl"},
	} {
		cmd := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.bin(p.name), p.path)
		cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", p.name, err, output)
		}
	}
	return nil
}

// page writes the table.
func (b *bench) page(path string) error {
	shape := fmt.Sprintf("%d processors (%s/%s), %s; kube-apiserver %s and etcd on the same machine", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), b.version)
	if err := write(os.Stdout, b.rows, b.notes, time.Now(), shape); err != nil || path == "" {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file, b.rows, b.notes, time.Now(), shape), file.Close())
}
