package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// networkPluginFlags name the network plugin where it cannot be recognised.
type networkPluginFlags struct {
	name string
	// named is what the name stands for; nil where none was given.
	named *v1alpha1.NetworkPlugin
}

func (f *networkPluginFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "network-plugin", "", fmt.Sprintf(
		"The cluster's network plugin, in place of what is recognised; it is taken as switched on. One of (%s).", strings.Join(networkplugin.Names(), ", ")))
	_ = cmd.RegisterFlagCompletionFunc("network-plugin", completeWords(networkplugin.Names()))
}

func (f *networkPluginFlags) validate() error {
	if f.name == "" {
		return nil
	}
	named, err := networkplugin.Named(f.name)
	if err != nil {
		return fmt.Errorf("invalid --network-plugin: %w%s", err, report.DidYouMean(f.name, networkplugin.Names()))
	}
	f.named = &named
	return nil
}
