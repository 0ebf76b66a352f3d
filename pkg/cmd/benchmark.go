package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/control"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// benchmarkFlags name the benchmark by which a report gives the control's number.
type benchmarkFlags struct {
	name string
	// named is what the name stands for; empty where none was given.
	named control.Benchmark
}

func (f *benchmarkFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "benchmark", "", fmt.Sprintf(
		"The CIS benchmark whose number and level of the control the report gives, in place of the one recognised (cis where none is). It changes no verdict. One of (%s).",
		strings.Join(control.Names(), ", ")))
	_ = cmd.RegisterFlagCompletionFunc("benchmark", cobra.FixedCompletions(control.Names(), cobra.ShellCompDirectiveNoFileComp))
}

func (f *benchmarkFlags) validate() error {
	if f.name == "" {
		return nil
	}
	var err error
	if f.named, err = control.Named(f.name); err != nil {
		return fmt.Errorf("invalid --benchmark: %w%s: it takes %s", err, report.DidYouMean(f.name, control.Names()), strings.Join(control.Names(), ", "))
	}
	return nil
}
