package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
)

// otherPolicyFlags say what policies of other kinds than NetworkPolicy stand in the way of.
type otherPolicyFlags struct{ ignore bool }

func (f *otherPolicyFlags) addFlags(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVar(&f.ignore, "ignore-other-policies", false, usage)
}

// commandLine repeats the flag, for the command that comes next.
func (f *otherPolicyFlags) commandLine() string {
	if f.ignore {
		return " --ignore-other-policies"
	}
	return ""
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

// conflicts says of all namespaces why an allow-all is not for them.
func (f *otherPolicyFlags) conflicts(a *audit.Audit) map[string]string {
	if f.ignore {
		return nil
	}
	conflicts := a.Conflicts()
	for name, reason := range conflicts {
		conflicts[name] = reason + " (--ignore-other-policies replaces it all the same)"
	}
	return conflicts
}

// read reads a cluster to judge what must get a policy: with policies of other kinds, and the pods where there are any to
// select them.
func (f *otherPolicyFlags) read(ctx context.Context, reader *live.Reader, scope inventory.Scope) (*inventory.Inventory, error) {
	inv, err := reader.Read(ctx, live.Options{Names: scope.Names, Selector: scope.Selector, OtherPolicies: !f.ignore})
	if err != nil || len(inv.OtherPolicies) == 0 {
		return inv, err
	}
	return inv, reader.Complete(ctx, inv, live.More{Names: scope.Names, Workloads: true})
}
