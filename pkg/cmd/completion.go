package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const completionLong = `Print a completion script.

With "kubectl" it prints the executable by which kubectl completes this plugin; krew does not install it. Put it on PATH as
kubectl_complete-cis532, and kubectl's own completion does the rest. The other shells' scripts complete the command
kubectl-cis532.`

const completionExample = `  # Completion of "kubectl cis532" within kubectl's own
  kubectl cis532 completion kubectl > ~/.local/bin/kubectl_complete-cis532
  chmod +x ~/.local/bin/kubectl_complete-cis532`

// completePlugin is what kubectl runs to complete a plugin's arguments.
const completePlugin = `#!/usr/bin/env sh
# kubectl runs this as kubectl_complete-cis532 to complete "kubectl cis532".
exec kubectl-cis532 __complete "$@"
`

func newCompletionCommand(g *globals) *cobra.Command {
	shells := []string{"bash", "fish", "kubectl", "powershell", "zsh"}
	return &cobra.Command{
		Use:                   "completion (bash|fish|kubectl|powershell|zsh)",
		Short:                 "Print a completion script",
		Long:                  completionLong,
		Example:               completionExample,
		ValidArgs:             shells,
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(cmd, fmt.Errorf("one of %s is needed", strings.Join(shells, ", ")))
			}
			if !slices.Contains(shells, args[0]) {
				return usage(cmd, fmt.Errorf("unknown shell %q%s: one of %s is needed", args[0], report.DidYouMean(args[0], shells), strings.Join(shells, ", ")))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), g.streams.Out
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			case "zsh":
				return root.GenZshCompletion(out)
			default:
				_, err := fmt.Fprint(out, completePlugin)
				return err
			}
		},
	}
}

// completionTimeout bounds how long a shell waits for names.
const completionTimeout = 3 * time.Second

// completeNamespaces completes names of namespaces from the cluster.
func completeNamespaces(g *globals) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		clients, err := apiserver.New(g.kubeconfig.ConfigFlags)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
		defer cancel()
		inv, err := live.NewReader(clients, 1).Namespaces(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, ns := range inv {
			if strings.HasPrefix(ns.Name, prefix) && !slices.Contains(args, ns.Name) {
				names = append(names, ns.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeKubeconfig completes the flags that a kubeconfig or the cluster knows the values of.
func completeKubeconfig(root *cobra.Command, g *globals) {
	_ = root.RegisterFlagCompletionFunc("namespace", completeNamespaces(g))
	for flag, names := range map[string]func(api.Config) []string{
		"context": func(c api.Config) []string { return slices.Sorted(maps.Keys(c.Contexts)) },
		"cluster": func(c api.Config) []string { return slices.Sorted(maps.Keys(c.Clusters)) },
		"user":    func(c api.Config) []string { return slices.Sorted(maps.Keys(c.AuthInfos)) },
	} {
		_ = root.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			config, err := g.kubeconfig.ToRawKubeConfigLoader().RawConfig()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return names(config), cobra.ShellCompDirectiveNoFileComp
		})
	}
}

// noArguments refuses arguments, naming the first.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(cmd, fmt.Errorf("unexpected argument %q", args[0]))
}
