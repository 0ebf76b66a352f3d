package cmd

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// dryRunValues are the values of --dry-run, which are kubectl's.
var dryRunValues = []string{string(v1alpha1.DryRunNone), string(v1alpha1.DryRunServer), string(v1alpha1.DryRunClient)}

// dryRunBare is the value of a --dry-run without one.
const dryRunBare = "unchanged"

func addDryRunFlag(cmd *cobra.Command) {
	cmdutil.AddDryRunFlag(cmd)
	cmd.Flags().Lookup("dry-run").Usage = `Must be "none", "server" or "client". With client nothing is sent that would change the cluster; with server the API server checks each request (admission, quota, permissions) without storing it.`
	_ = cmd.RegisterFlagCompletionFunc("dry-run", completeWords(dryRunValues))
}

// readDryRun reads --dry-run. Without a value it means client, as for kubectl;
// but a value behind a space would be a namespace's name, and is refused.
func (g *globals) readDryRun(cmd *cobra.Command, args []string) (v1alpha1.DryRun, error) {
	value := cmdutil.GetFlagString(cmd, "dry-run")
	switch {
	case slices.Contains(dryRunValues, value):
		return v1alpha1.DryRun(value), nil
	case value != dryRunBare:
		return "", fmt.Errorf("invalid --dry-run %q%s: must be none, server or client", value, report.DidYouMean(value, dryRunValues))
	}
	for _, arg := range args {
		if slices.Contains(dryRunValues, arg) {
			return "", fmt.Errorf("--dry-run takes its value behind an equals sign: --dry-run=%s", arg)
		}
	}
	g.warn("--dry-run without a value is --dry-run=client")
	return v1alpha1.DryRunClient, nil
}
