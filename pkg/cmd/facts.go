package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// factFlags say where the facts come from: a cluster, or manifests.
type factFlags struct {
	manifestFlags
	serverFlags
	// namespace is -n: it narrows the run, and says where objects of manifests without a namespace go.
	namespace string
}

func (f *factFlags) addFlags(cmd *cobra.Command) {
	f.manifestFlags.addFlags(cmd)
	f.serverFlags.addFlags(cmd)
}

func (f *factFlags) validate(g *globals, flags *pflag.FlagSet) error {
	if err := f.manifestFlags.validate(flags, g.kubeconfig); err != nil {
		return err
	}
	return f.serverFlags.validate()
}

// readManifests reads manifests, narrowed to the scope.
func (f *factFlags) readManifests(ctx context.Context, g *globals, scope inventory.Scope) (*inventory.Inventory, error) {
	inv, err := f.manifestFlags.read(ctx, g.streams, f.namespace)
	if err != nil {
		return nil, err
	}
	inv.Narrow(scope)
	return inv, nil
}

// readGuarded reads the facts that decide who gets a policy, narrowed to the scope. The reader, which can read more, is
// nil where there is no cluster.
func (f *factFlags) readGuarded(ctx context.Context, g *globals, scope inventory.Scope, others otherPolicyFlags) (*inventory.Inventory, *live.Reader, error) {
	if f.given() {
		inv, err := f.readManifests(ctx, g, scope)
		return inv, nil, err
	}
	clients, err := f.connect(g)
	if err != nil {
		return nil, nil, err
	}
	reader := live.NewReader(clients, f.concurrency)
	inv, err := others.read(ctx, reader, scope)
	return inv, reader, err
}

// readAudited reads the facts of an audit, narrowed to the scope. pluginNamed and benchmarkNamed say that the network
// plugin and the benchmark need not be recognised. complete adds what the audit finds that it needs.
func (f *factFlags) readAudited(ctx context.Context, g *globals, scope inventory.Scope, pluginNamed, benchmarkNamed bool) (inv *inventory.Inventory, complete func(context.Context, rules.Needs) error, err error) {
	if f.given() {
		inv, err = f.readManifests(ctx, g, scope)
		return inv, func(context.Context, rules.Needs) error { return nil }, err
	}
	clients, err := f.connect(g)
	if err != nil {
		return nil, nil, err
	}
	reader := live.NewReader(clients, f.concurrency)
	inv, err = reader.Read(ctx, live.Options{
		Names: scope.Names, Selector: scope.Selector, Workloads: true, NetworkPlugin: !pluginNamed, ServerVersion: !benchmarkNamed, OtherPolicies: true,
	})
	return inv, func(ctx context.Context, needs rules.Needs) error {
		return reader.Complete(ctx, inv, live.More{Names: scope.Names, Controllers: needs.Controllers, DNS: needs.DNS})
	}, err
}

// connect makes the clients of the cluster. Where there is none, manifests are the other way.
func (f *factFlags) connect(g *globals) (*apiserver.Clients, error) {
	holdLittleMemory(g.streams.Getenv)
	clients, err := apiserver.New(g.kubeconfig.ConfigFlags)
	if errors.Is(err, apiserver.ErrNoKubeconfig) {
		return nil, fmt.Errorf("%w; or read manifests with -f", err)
	}
	return clients, err
}

// source names what is read, also where it could not be.
func (f *factFlags) source(g *globals) v1alpha1.Source {
	switch {
	case f.kustomize != "":
		return v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: []string{f.kustomize}}
	case f.given():
		return v1alpha1.Source{Kind: v1alpha1.SourceManifests, Paths: f.filenames}
	}
	return g.clusterSource()
}

// clusterSource names the cluster, without asking it: as much of it as the kubeconfig says.
func (g *globals) clusterSource() v1alpha1.Source {
	source := v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: *g.kubeconfig.Context}
	if clients, err := apiserver.New(g.kubeconfig.ConfigFlags); err == nil {
		source.Context, source.Server = clients.Context, clients.Server
	}
	return source
}

// readEverything reads all namespaces with all that decides about connections; others adds policies of other kinds.
func (f *factFlags) readEverything(ctx context.Context, g *globals, others bool) (*inventory.Inventory, error) {
	if f.given() {
		return f.manifestFlags.read(ctx, g.streams, f.namespace)
	}
	clients, err := f.connect(g)
	if err != nil {
		return nil, err
	}
	return live.NewReader(clients, f.concurrency).Read(ctx, live.Options{
		Workloads: true, WholeWorkloads: true, Services: true, Templates: true, OtherPolicies: others,
	})
}

// manifestFlags say that the facts come from manifests.
type manifestFlags struct {
	filenames []string
	recursive bool
	kustomize string
}

func (f *manifestFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVarP(&f.filenames, "filename", "f", nil, "Read manifests from a file, directory, URL or standard input (-) instead of a cluster. Can be repeated.")
	cmd.Flags().BoolVarP(&f.recursive, "recursive", "R", false, "Process the directory used in -f, --filename recursively.")
	cmd.Flags().StringVarP(&f.kustomize, "kustomize", "k", "", "Build a kustomization directory and read what it gives instead of a cluster.")
	_ = cmd.MarkFlagFilename("filename", "json", "yaml", "yml")
	_ = cmd.MarkFlagDirname("kustomize")
}

// given says that no cluster is to be contacted.
func (f *manifestFlags) given() bool { return len(f.filenames) > 0 || f.kustomize != "" }

// validate refuses flags that contradict each other.
func (f *manifestFlags) validate(flags *pflag.FlagSet, kubeconfig *kubeconfigFlags) error {
	switch {
	case flags.Changed("filename") && (len(f.filenames) == 0 || slices.Contains(f.filenames, "")):
		// Not a word of manifests must not come to mean the cluster.
		return errors.New("-f/--filename is empty")
	case flags.Changed("kustomize") && f.kustomize == "":
		return errors.New("-k/--kustomize is empty")
	case len(f.filenames) > 0 && f.kustomize != "":
		return errors.New("only one of -f/--filename and -k/--kustomize can be used")
	case f.recursive && len(f.filenames) == 0:
		return errors.New("-R/--recursive needs -f/--filename")
	case !f.given():
		return nil
	}
	cluster := kubeconfig.clusterFlags(flags)
	if flags.Changed("concurrency") {
		cluster = append(cluster, "--concurrency")
	}
	if len(cluster) > 0 {
		return fmt.Errorf("manifests (-f, -k) are read without a cluster: %s cannot be used with them", strings.Join(cluster, ", "))
	}
	return nil
}

// commandLine repeats the source, for the command that comes next.
func (f *manifestFlags) commandLine() string {
	var words []string
	for _, name := range f.filenames {
		words = append(words, "-f", name)
	}
	if f.recursive {
		words = append(words, "-R")
	}
	if f.kustomize != "" {
		words = append(words, "-k", f.kustomize)
	}
	return joinWords(words)
}

// read reads the manifests. Everything in them is read, also what is not in
// scope: narrowing is the caller's.
func (f *manifestFlags) read(ctx context.Context, streams Streams, namespace string) (*inventory.Inventory, error) {
	holdLittleMemory(streams.Getenv)
	inv, err := manifests.Read(ctx, manifests.Options{
		Paths:            f.filenames,
		Recursive:        f.recursive,
		Kustomize:        f.kustomize,
		Stdin:            streams.In,
		DefaultNamespace: namespace,
	})
	if err == nil {
		err = interrupted(ctx)
	}
	return inv, err
}

// interrupted says that a run was asked to stop while it read. What ends the run ends whoever writes into its standard
// input, mostly: the half that has come looks like the whole.
func interrupted(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return errInterrupted
	}
	return nil
}

// serverFlags say how long and how hard an API server is asked.
type serverFlags struct {
	timeout     time.Duration
	concurrency int
}

// defaultConcurrency is where more requests in flight stop being faster (measured: 8 to 64 are alike).
const defaultConcurrency = 16

func (f *serverFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&f.timeout, "timeout", 5*time.Minute, "How long to go on in all, requests that are tried again included.")
	cmd.Flags().IntVar(&f.concurrency, "concurrency", defaultConcurrency, "How many namespaces are worked on at a time.")
}

func (f *serverFlags) validate() error {
	switch {
	case f.timeout <= 0:
		return fmt.Errorf("--timeout must be longer than 0, not %s", f.timeout)
	case f.concurrency < 1:
		return fmt.Errorf("--concurrency must be at least 1, not %d", f.concurrency)
	}
	return nil
}

// read reads the namespaces of a cluster and their NetworkPolicies.
func (f *serverFlags) read(ctx context.Context, clients *apiserver.Clients, scope inventory.Scope) (*inventory.Inventory, error) {
	return live.NewReader(clients, f.concurrency).Read(ctx, live.Options{Names: scope.Names, Selector: scope.Selector})
}

// readsStdin says that manifests come from standard input.
func (f *manifestFlags) readsStdin() bool {
	return slices.Contains(f.filenames, "-")
}
