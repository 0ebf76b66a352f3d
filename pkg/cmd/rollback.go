package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/remediate"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const rollbackLong = `Remove the policies that this tool created, and only those.

A policy is this tool's if it has both its labels, its annotation, a spec that nobody changed since, and was created by it.
Anything less (copied labels, applied from Git, edited, tracked by Argo CD, Flux or Helm) is kept and reported with the
reason. Where another NetworkPolicy stays in the namespace, and a live pod would be allowed less without the one that goes,
or one that a controller will make (a CronJob's next), rollback asks first; --yes answers for it. So it does where a policy
of another kind (Cilium, Calico, cluster policies) selects pods there that the one that goes had switched off.`

const rollbackExample = `  # What would be removed, and what would be kept
  kubectl cis532 rollback --dry-run=server

  # Remove it
  kubectl cis532 rollback

  # One namespace, without being asked
  kubectl cis532 rollback payments --yes`

// rollbackOptions is what rollback does, with all flags read.
type rollbackOptions struct {
	change
	consent consentFlags
}

func newRollbackCommand(g *globals) *cobra.Command {
	o := &rollbackOptions{change: change{globals: g}}
	scope := &scopeFlags{}
	print := report.NewPrintFlags(true)
	print.Documents = report.DocumentsOfRows
	print.Rows, print.SortExample = v1alpha1.NamespaceRollback{}, "{.result}"
	cmd := &cobra.Command{
		Use:               "rollback [NAMESPACE...]",
		Short:             "Remove the policies that this tool created, and only those",
		Long:              rollbackLong,
		Example:           rollbackExample,
		ValidArgsFunction: completeNamespaces(g),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args, scope, print); err != nil {
				return usage(cmd, err)
			}
			return o.reports.ended(o.streams, o.run(cmd.Context()), o.undone)
		},
	}
	o.addFlags(cmd, scope, print, v1alpha1.NewRollbackReport(), "removed")
	o.consent.addFlags(cmd, "Do not ask before a removal that newly restricts pods.")
	return cmd
}

func (o *rollbackOptions) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.server.timeout)
	defer cancel()
	clients, read, err := o.connect()
	if err != nil {
		return err
	}
	inv, err := read(ctx)
	if err != nil {
		return err
	}
	plan := remediate.PlanRollback(inv, o.scope)
	if err := o.weigh(ctx, clients, inv, plan); err != nil {
		return err
	}
	consent, err := o.askFor(ctx, plan)
	if err != nil {
		return err
	}
	if n := len(removalsIn(plan, consent)); n > 0 {
		o.tell("%s: removing policies from %s%s", target(clients), report.Count(n, "namespace"), report.DryRunNote(o.dryRun))
	}
	trail := o.preflight(ctx, clients, rollbackVerbs, removalsIn(plan, consent))
	rollback := remediate.Rollback{
		Clients:     clients,
		DryRun:      o.dryRun,
		Consent:     consent,
		Concurrency: o.server.concurrency,
		Reread:      read,
		Progress:    o.progress("done"),
	}
	stop := outliveReaders()
	done := rollback.Run(ctx, inv, o.scope, plan, o.streams.Now())
	stop()
	sign(&done.Metadata, trail)
	if o.dryRun == v1alpha1.DryRunNone {
		done.Run = o.streams.RunID()
	}
	return o.finish(inv, done)
}

// undone is the report of a rollback that did not come to change anything.
func (o *rollbackOptions) undone(problems []error) runtime.Object {
	r := v1alpha1.NewRollbackReport()
	r.Metadata, r.Source, r.Scope, r.Errors = o.unchanged(problems)
	r.DryRun = o.dryRun
	return r
}

// maxReadByName is how many namespaces of a run over the whole cluster are read one by one.
const maxReadByName = 8

// weigh finds out which pods the removals newly restrict. Pods and what makes them are read only where another policy stays.
func (o *rollbackOptions) weigh(ctx context.Context, clients *apiserver.Clients, inv *inventory.Inventory, plan []remediate.Removal) error {
	if len(removalsIn(plan, true)) == 0 {
		return nil
	}
	reader := live.NewReader(clients, o.server.concurrency)
	if err := reader.Complete(ctx, inv, live.More{Names: o.scope.Names, OtherPolicies: true}); err != nil {
		return err
	}
	names := remediate.ToWeigh(plan)
	if len(inv.OtherPolicies) > 0 {
		names = removalsIn(plan, true)
	}
	if len(names) > 0 {
		read := names
		if len(o.scope.Names) == 0 && len(names) > maxReadByName {
			read = nil
		}
		if err := reader.Complete(ctx, inv, live.More{Names: read, Workloads: true, Controllers: true}); err != nil {
			return err
		}
		remediate.Weigh(inv, plan)
		if i := slices.IndexFunc(plan, func(r remediate.Removal) bool { return r.ComingUnknown != nil }); i >= 0 {
			o.warn("whether pods that are not there now (a CronJob's between two runs) would be restricted is unknown: %v", plan[i].ComingUnknown)
		}
	}
	if len(inv.OtherPolicies) > 0 {
		remediate.WeighOthers(inv, plan, audit.New(inv, audit.Options{Scope: o.scope, Now: o.streams.Now()}).SwitchedOff())
	}
	for _, gap := range inv.OtherPoliciesUnknown {
		o.warn("whether policies of another kind would restrict pods is unknown: %v", gap.Err)
	}
	return nil
}

// askFor asks whether removals may newly restrict pods. Where nobody can be
// asked, --yes is the only way to say so.
func (o *rollbackOptions) askFor(ctx context.Context, plan []remediate.Removal) (bool, error) {
	var namespaces []string
	pods, unknown := 0, false
	for i := range plan {
		if plan[i].NeedsConsent() {
			namespaces = append(namespaces, plan[i].Namespace)
			pods += plan[i].Pods
			unknown = unknown || plan[i].PodsUnknown != nil
		}
	}
	if len(namespaces) == 0 || o.consent.yes || o.dryRun != v1alpha1.DryRunNone || !o.streams.InTerminal {
		return o.consent.yes, nil
	}
	would := fmt.Sprintf("%s would newly be restricted", report.Count(pods, "pod"))
	if pods == 0 {
		would = "pods may newly be restricted"
	}
	if unknown {
		would = "pods may newly be restricted (they could not be read)"
	}
	o.streams.say("In %s another policy stays: without the policy that allowed more beside it, %s: %s",
		report.Count(len(namespaces), "namespace"), would, strings.Join(namespaces, ", "))
	yes, err := o.streams.ask(ctx, "Remove the policies there too?")
	if err != nil {
		return false, fmt.Errorf("%w: nothing was removed", err)
	}
	return yes, nil
}

// removalsIn lists the namespaces in which something will be removed.
func removalsIn(plan []remediate.Removal, consent bool) []string {
	var namespaces []string
	for _, r := range plan {
		if r.Skip == "" && len(r.Remove) > 0 && (consent || !r.NeedsConsent()) {
			namespaces = append(namespaces, r.Namespace)
		}
	}
	return namespaces
}

// finish prints what was done and says the exit code.
func (o *rollbackOptions) finish(inv *inventory.Inventory, done *v1alpha1.RollbackReport) error {
	// What was done is summed up also where it cannot be printed or written.
	unwritten := o.reports.write(o.streams, done)
	if !o.reports.stdout() && (len(done.Namespaces) > 0 || !o.printer.PrintsRows()) {
		unwritten = errors.Join(unwritten, o.printer.Print(report.Rollback(done), o.streams.Out))
	}
	o.explainErrors(done.Errors)
	o.explainGaps(inv, "rbac-fix")
	summary, next := report.RollbackSummary(done, o.commandLine+o.kubeconfig.commandLine())
	o.tell("%s", summary)
	o.next(next)
	if unwritten != nil {
		return unwritten
	}
	failed := done.Summary.Error > 0 || len(done.Errors) > 0
	return o.outcome(done.Summary.Removed, failed)
}
