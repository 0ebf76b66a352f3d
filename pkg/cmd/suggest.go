package cmd

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

// suggestTimeout bounds how long a shell waits for names.
const suggestTimeout = 3 * time.Second

// quickly returns what find finds, and nothing where that fails or takes too long. It does not rely on the context: a
// program that a kubeconfig names for logging in, or a file on a server that is gone, does not look at it.
func quickly(ctx context.Context, find func(context.Context) ([]string, error)) []string {
	ctx, cancel := context.WithTimeout(ctx, suggestTimeout)
	defer cancel()
	found := make(chan []string, 1)
	go func() {
		names, err := find(ctx)
		if err != nil {
			names = nil // a shell's prompt is no place for an error
		}
		found <- names
	}()
	select {
	case names := <-found:
		return names
	case <-ctx.Done():
		return nil
	}
}

// manifestsOnLine are the manifests that the command line names so far; given says that there are any.
func manifestsOnLine(flags *pflag.FlagSet) (f manifestFlags, given bool) {
	if flags.Lookup("filename") == nil {
		return f, false
	}
	f.filenames, _ = flags.GetStringSlice("filename")
	// To complete, cobra reads a command line twice, and lists become twice as long.
	slices.Sort(f.filenames)
	f.filenames = slices.Compact(f.filenames)
	f.recursive, _ = flags.GetBool("recursive")
	f.kustomize, _ = flags.GetString("kustomize")
	given = f.given()
	return f, given
}

// offline reads the manifests that the command line names. What would come from standard input is not there yet.
func (f *manifestFlags) offline(ctx context.Context, g *globals, cmd *cobra.Command) (*inventory.Inventory, error) {
	if f.readsStdin() {
		return &inventory.Inventory{}, nil
	}
	return f.read(ctx, g.streams, g.namespaceFlag(cmd))
}

// namespacesOnLine lists the namespaces of what the command line names: manifests, or a cluster.
func namespacesOnLine(ctx context.Context, g *globals, cmd *cobra.Command) ([]string, error) {
	var all []*inventory.Namespace
	if f, given := manifestsOnLine(cmd.Flags()); given {
		inv, err := f.offline(ctx, g, cmd)
		if err != nil {
			return nil, err
		}
		all = inv.Namespaces
	} else {
		clients, err := apiserver.New(g.kubeconfig.ConfigFlags)
		if err != nil {
			return nil, err
		}
		if all, err = live.NewReader(clients, 1).Namespaces(ctx); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, ns := range all {
		names = append(names, ns.Name)
	}
	slices.Sort(names)
	return names, nil
}

// completeNamespaces completes the namespaces that a verb is about.
func completeNamespaces(g *globals) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if cmd.Flags().Changed("namespace") || cmd.Flags().Changed("all-namespaces") {
			return nil, cobra.ShellCompDirectiveNoFileComp // either excludes names as arguments
		}
		names := quickly(cmd.Context(), func(ctx context.Context) ([]string, error) { return namespacesOnLine(ctx, g, cmd) })
		return slices.DeleteFunc(beginningWith(text, names), func(name string) bool { return slices.Contains(args, name) }), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeNamespaceFlag completes a flag that names a namespace.
func completeNamespaceFlag(g *globals) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
		names := quickly(cmd.Context(), func(ctx context.Context) ([]string, error) { return namespacesOnLine(ctx, g, cmd) })
		return beginningWith(text, names), cobra.ShellCompDirectiveNoFileComp
	}
}

// endsOfConnection is how many endpoints `reach` takes; what follows them is a port.
const endsOfConnection = 2

// completeEndpoints completes the two ends of a connection: the namespace first, then what is in it.
func completeEndpoints(g *globals) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= endsOfConnection || cmd.Flags().Changed("matrix") || cmd.Flags().Changed("expect") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		namespace := g.namespaceFlag(cmd)
		if reach.EndpointNamespace(text, namespace) == "" {
			names := quickly(cmd.Context(), func(ctx context.Context) ([]string, error) { return namespacesOnLine(ctx, g, cmd) })
			names = beginningWith(text, names)
			for i := range names {
				names[i] += "/"
			}
			return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		return quickly(cmd.Context(), func(ctx context.Context) ([]string, error) {
			inv, err := endpointsOnLine(ctx, g, cmd, reach.EndpointNamespace(text, namespace))
			if err != nil {
				return nil, err
			}
			return reach.Suggest(inv, text, namespace, len(args) > 0), nil
		}), cobra.ShellCompDirectiveNoFileComp
	}
}

// endpointsOnLine reads what connections can begin and end at in a namespace, of manifests or a cluster. What the user
// may not read is left out.
func endpointsOnLine(ctx context.Context, g *globals, cmd *cobra.Command, namespace string) (*inventory.Inventory, error) {
	if f, given := manifestsOnLine(cmd.Flags()); given {
		return f.offline(ctx, g, cmd)
	}
	if err := validNamespace(namespace); err != nil {
		return nil, err
	}
	clients, err := apiserver.New(g.kubeconfig.ConfigFlags)
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{}
	return inv, live.NewReader(clients, defaultConcurrency).Complete(ctx, inv, live.More{
		Names: []string{namespace}, Workloads: true, Controllers: true, Services: true,
	})
}
