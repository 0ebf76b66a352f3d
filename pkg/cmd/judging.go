package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// judgingFlags say how namespaces are judged.
type judgingFlags struct {
	noExemptions bool
	accept       []string
}

// families are what --accept takes.
var families = []string{string(otherpolicy.FamilyCilium), string(otherpolicy.FamilyCalico), string(otherpolicy.FamilyAdmin)}

func (f *judgingFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noExemptions, "no-exemptions", false, "Ignore the annotations that exempt namespaces.")
	cmd.Flags().StringSliceVar(&f.accept, "accept", nil, fmt.Sprintf(
		"Accept a namespace without a NetworkPolicy whose pods policies of another kind isolate: one or more of (%s). It is ACCEPTED then, and counted apart.", strings.Join(families, ", ")))
	_ = cmd.RegisterFlagCompletionFunc("accept", completeList(families))
}

func (f *judgingFlags) validate() error {
	for _, family := range f.accept {
		if !slices.Contains(families, family) {
			return fmt.Errorf("invalid --accept %q%s: it takes %s", family, report.DidYouMean(family, families), strings.Join(families, ", "))
		}
	}
	return nil
}

// commandLine repeats the flags, for the command that comes next.
func (f *judgingFlags) commandLine() string {
	var words []string
	if f.noExemptions {
		words = append(words, "--no-exemptions")
	}
	if len(f.accept) > 0 {
		words = append(words, "--accept", strings.Join(f.accept, ","))
	}
	return joinWords(words)
}

// options are the audit's.
func (f *judgingFlags) options(g *globals, scope inventory.Scope) audit.Options {
	opts := audit.Options{Scope: scope, Now: g.streams.Now(), NoExemptions: f.noExemptions}
	for _, family := range f.accept {
		opts.Accept = append(opts.Accept, otherpolicy.Family(family))
	}
	return opts
}
