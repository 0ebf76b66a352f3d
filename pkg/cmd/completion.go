package cmd

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

const completionLong = `Print a completion script.

With "kubectl" it prints the executable by which kubectl completes this plugin; krew does not install it. Put it on PATH as
kubectl_complete-cis532 (on Windows as kubectl_complete-cis532.cmd), and kubectl's own completion does the rest. The other
shells' scripts complete the command kubectl-cis532; that of bash needs the package bash-completion, as kubectl's does.

Namespaces, and the endpoints of reach, come from the manifests that the command line names, else from the cluster that it
names; a cluster that does not answer within three seconds has none.`

const completionExample = `  # Completion of "kubectl cis532" within kubectl's own
  kubectl cis532 completion kubectl > ~/.local/bin/kubectl_complete-cis532
  chmod +x ~/.local/bin/kubectl_complete-cis532`

// completePlugin is what kubectl runs to complete a plugin's arguments.
const completePlugin = `#!/usr/bin/env sh
# kubectl runs this as kubectl_complete-cis532 to complete "kubectl cis532".
exec kubectl-cis532 __complete "$@"
`

// completePluginWindows is the same where programs are found by their extension.
const completePluginWindows = "@rem kubectl runs this as kubectl_complete-cis532.cmd to complete \"kubectl cis532\".\r\n" +
	"@kubectl-cis532 __complete %*\r\n"

// pluginCompleter is the executable for an operating system.
func pluginCompleter(system string) string {
	if system == "windows" {
		return completePluginWindows
	}
	return completePlugin
}

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
				_, err := fmt.Fprint(out, pluginCompleter(runtime.GOOS))
				return err
			}
		},
	}
}

// noArguments refuses arguments, naming the first.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(cmd, fmt.Errorf("unexpected argument %q", args[0]))
}
