package cmd

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/report"
	"github.com/cis532/kubectl-cis532/pkg/version"
)

func newVersionCommand(g *globals) *cobra.Command {
	var client bool
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the versions of this plugin and of the API server",
		Long:    "Print the versions of this plugin and of the API server of the current context.",
		Example: "  kubectl cis532 version --client\n  kubectl cis532 version -o json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "" && output != "json" && output != "yaml" {
				return usage(cmd, fmt.Errorf("invalid -o/--output %q%s: must be json or yaml", output, report.DidYouMean(output, []string{"json", "yaml"})))
			}
			info := clientVersion()
			var serverErr error
			if !client {
				info.ServerVersion, serverErr = serverVersion(g)
			}
			if err := printVersion(g, info, output); err != nil {
				return err
			}
			return serverErr
		},
	}
	cmd.Flags().BoolVar(&client, "client", false, "Only this plugin's version: no server is contacted.")
	cmd.Flags().StringVarP(&output, "output", "o", "", "Output format. One of: (json, yaml).")
	_ = cmd.RegisterFlagCompletionFunc("output", completeWords([]string{"json", "yaml"}))
	return cmd
}

func clientVersion() *v1alpha1.VersionInfo {
	info := v1alpha1.NewVersionInfo()
	v := version.Get()
	info.ClientVersion = v1alpha1.ClientVersion{
		GitVersion: v.GitVersion, GitCommit: v.GitCommit, GitTreeState: v.GitTreeState,
		BuildDate: v.BuildDate, GoVersion: v.GoVersion, Platform: v.Platform,
	}
	return info
}

func serverVersion(g *globals) (string, error) {
	clients, err := apiserver.New(g.kubeconfig.ConfigFlags)
	if err != nil {
		return "", err
	}
	v, err := clients.Kubernetes.Discovery().ServerVersion()
	if err != nil {
		return "", clients.Explain(apiserver.Action{Verb: "get", Resource: "the server's", Name: "version"}, err)
	}
	return v.GitVersion, nil
}

func printVersion(g *globals, info *v1alpha1.VersionInfo, output string) error {
	if output != "" {
		printer, err := genericclioptions.NewJSONYamlPrintFlags().ToPrinter(output)
		if err != nil {
			return err
		}
		return writeSafely(g.streams.Out, g.streams.OutTerminal, func(w io.Writer) error { return printer.PrintObj(info, w) })
	}
	_, err := fmt.Fprintf(g.streams.Out, "Client Version: %s\n", info.ClientVersion.GitVersion)
	if err == nil && info.ServerVersion != "" {
		_, err = fmt.Fprintf(g.streams.Out, "Server Version: %s\n", report.OneLine(info.ServerVersion))
	}
	return err
}
