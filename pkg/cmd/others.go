package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
)

// otherPolicyFlags say what policies of other kinds than NetworkPolicy stand in the way of.
type otherPolicyFlags struct{ ignore bool }

func (f *otherPolicyFlags) addFlags(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVar(&f.ignore, "ignore-other-policies", false, usage)
}

// hintIgnore is how a conflict is overruled.
const hintIgnore = " (--ignore-other-policies gives it one all the same)"

// refused says of failing namespaces why they get no policy.
func (f *otherPolicyFlags) refused(a *audit.Audit, judged *v1alpha1.AuditReport) map[string]string {
	refused := map[string]string{}
	if f.ignore {
		return refused
	}
	conflicts := a.Conflicts()
	for _, row := range judged.Namespaces {
		if reason := conflicts[row.Name]; reason != "" && row.Verdict == v1alpha1.VerdictFail {
			refused[row.Name] = reason + hintIgnore
		}
	}
	return refused
}

// readGuarded reads the facts of a change: with policies of other kinds, and the pods where there are any to select them.
func (c *change) readGuarded(ctx context.Context, reader *liveReader) error {
	return nil
}
