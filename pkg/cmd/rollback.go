package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/remediate"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const rollbackLong = `Remove the policies that this tool created, and only those.

A policy is this tool's if it has both its labels, its annotation, a spec that nobody changed since, and was created by it.
Anything less (copied labels, applied from Git, edited, tracked by Argo CD, Flux or Helm) is kept and reported with the
reason. Where another NetworkPolicy stays in the namespace, removing an allow-all may newly restrict pods: rollback asks
first; --yes answers for it.`

const rollbackExample = `  # What would be removed, and what would be kept
  kubectl cis532 rollback --dry-run=server

  # Remove it
  kubectl cis532 rollback

  # One namespace, without being asked
  kubectl cis532 rollback payments --yes`

// rollbackOptions is what rollback does, with all flags read.
type rollbackOptions struct {
	change
	yes bool
}

func newRollbackCommand(g *globals) *cobra.Command {
	o := &rollbackOptions{change: change{globals: g}}
	scope := &scopeFlags{}
	print := report.NewPrintFlags(true)
	print.Documents = report.DocumentsOfRows
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
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd, scope, print, "removed")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "Do not ask before a removal that may newly restrict pods.")
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
	consent, err := o.consent(ctx, plan)
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
	done := rollback.Run(ctx, inv, o.scope, plan, o.streams.Now())
	sign(&done.Metadata, trail)
	if o.dryRun == v1alpha1.DryRunNone {
		done.Run = o.streams.RunID()
	}
	return o.finish(inv, done)
}

// consent asks whether removals may newly restrict pods. Where nobody can be
// asked, --yes is the only way to say so.
func (o *rollbackOptions) consent(ctx context.Context, plan []remediate.Removal) (bool, error) {
	namespaces := remediate.NeedsConsent(plan)
	if len(namespaces) == 0 || o.yes || o.dryRun != v1alpha1.DryRunNone || !o.streams.InTerminal {
		return o.yes, nil
	}
	o.streams.say("In %s another NetworkPolicy stays: without the allow-all beside it, it may newly restrict pods: %s",
		report.Count(len(namespaces), "namespace"), strings.Join(namespaces, ", "))
	_, _ = fmt.Fprint(o.streams.Err, "Remove the policies there too? [y/N] ")
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(o.streams.In).ReadString('\n')
		answers <- line
	}()
	select {
	case <-ctx.Done():
		return false, fmt.Errorf("interrupted: nothing was removed")
	case answer := <-answers:
		answer = strings.ToLower(strings.TrimSpace(answer))
		return answer == "y" || answer == "yes", nil
	}
}

// removalsIn lists the namespaces in which something will be removed.
func removalsIn(plan []remediate.Removal, consent bool) []string {
	var namespaces []string
	for _, r := range plan {
		if r.Skip == "" && len(r.Remove) > 0 && (consent || len(r.Restricts) == 0) {
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
	summary, next := report.RollbackSummary(done, o.commandLine)
	o.tell("%s", summary)
	o.next(next)
	if unwritten != nil {
		return unwritten
	}
	failed := done.Summary.Error > 0 || len(done.Errors) > 0
	return outcome(done.Summary.Removed > 0, failed, o.exitZero)
}
