package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const auditLong = `Say for each namespace whether it has a NetworkPolicy, and what isolation there is behind it.

The verdict is the benchmark's letter: PASS with at least one NetworkPolicy, FAIL without. INGRESS and EGRESS say what the
policies really do to the pods: open, allow-all, cluster-wide, partial, restricted, denied. What could not be read is
ERROR, never PASS. System namespaces are SKIPPED, unless they are named or --include-system is given; namespaces with the
annotation cis532.io/exempt: REASON (and cis532.io/exempt-until: YYYY-MM-DD) are EXEMPT.

It never writes to the cluster. With -f or -k it reads manifests and contacts no cluster.`

const auditExample = `  # The whole cluster
  kubectl cis532 audit

  # One namespace, also with permissions in that namespace only
  kubectl cis532 audit -n payments

  # A Git repository, or what helm renders
  kubectl cis532 audit -R -f deploy/
  helm template ./chart | kubectl cis532 audit -f -

  # Only what fails, for a script
  kubectl cis532 audit --failing -o name

  # A table for the log, and files for the pipeline
  kubectl cis532 audit --report results.sarif --report junit.xml --report markdown=summary.md

  # For dashboards that read the report API
  kubectl cis532 audit -o openreports | kubectl apply -f -`

// auditOptions is what audit does, with all flags read.
type auditOptions struct {
	*globals
	scope       inventory.Scope
	facts       factFlags
	judging     judgingFlags
	commandLine string
	printer     *report.Printer
	reports     reportFlags
	failOn      failOnFlags
	plugin      networkPluginFlags
	benchmark   benchmarkFlags
	exitZero    bool
}

func newAuditCommand(g *globals) *cobra.Command {
	o := &auditOptions{globals: g}
	scope := &scopeFlags{}
	print := report.NewPrintFlags(true)
	print.Documents = report.DocumentsOfRows
	print.Rows = v1alpha1.NamespaceAudit{}
	print.Reports = []runtime.Object{v1alpha1.NewAuditReport()}
	cmd := &cobra.Command{
		Use:               "audit [NAMESPACE...]",
		Short:             "Say which namespaces have no NetworkPolicy, and what the others isolate",
		Long:              auditLong,
		Example:           auditExample,
		ValidArgsFunction: completeNamespaces(g),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args, scope, print); err != nil {
				return usage(cmd, err)
			}
			return o.reports.ended(o.streams, o.run(cmd.Context()), o.unread)
		},
	}
	scope.addFlags(cmd, g)
	o.judging.addFlags(cmd)
	print.AddFlags(cmd)
	o.reports.addFlags(cmd, v1alpha1.NewAuditReport())
	o.facts.addFlags(cmd)
	o.failOn.addFlags(cmd)
	o.plugin.addFlags(cmd)
	o.benchmark.addFlags(cmd)
	cmd.Flags().BoolVar(&o.exitZero, "exit-zero", false, "Exit with 0 where the verdict is FAIL, or --fail-on found something. ERROR still exits with 2.")
	return cmd
}

func (o *auditOptions) complete(cmd *cobra.Command, args []string, scope *scopeFlags, print *report.PrintFlags) error {
	var err error
	o.facts.namespace = o.namespaceFlag(cmd)
	if o.scope, err = scope.toScope(args, o.facts.namespace); err != nil {
		return err
	}
	if err := o.facts.validate(o.globals, cmd.Flags()); err != nil {
		return err
	}
	for _, validate := range []func() error{
		o.judging.validate, o.failOn.validate, o.plugin.validate, o.benchmark.validate,
		func() error { return o.reports.validate(print) },
	} {
		if err := validate(); err != nil {
			return err
		}
	}
	o.commandLine = o.facts.commandLine() + scope.commandLine(o.judgedToo()) + o.judging.commandLine() + o.kubeconfig.commandLine()
	o.printer, err = o.globals.printer(print)
	return err
}

// judgedToo is the scope in which fix and generate do what audit asked for: system namespaces that were named are judged
// here, and left alone there without --include-system.
func (o *auditOptions) judgedToo() inventory.Scope {
	scope := o.scope
	for _, name := range scope.Names {
		_, system := inventory.SystemPattern(name)
		scope.IncludeSystem = scope.IncludeSystem || system
	}
	return scope
}

func (o *auditOptions) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.facts.timeout)
	defer cancel()
	inv, complete, err := o.facts.readAudited(ctx, o.globals, o.scope, o.plugin.named != nil, o.benchmark.named != "")
	if err != nil {
		return err
	}
	opts := o.judging.options(o.globals, o.scope)
	opts.JudgeNamedSystem, opts.NetworkPlugin, opts.Benchmark = true, o.plugin.named, o.benchmark.named
	audited := audit.New(inv, opts)
	if err := complete(ctx, audited.Needs()); err != nil {
		return err
	}
	judged := audited.Report()
	// What was found is summed up also where it cannot be printed or written.
	unwritten := o.reports.write(o.streams, judged)
	if !o.reports.stdout() {
		unwritten = errors.Join(unwritten, o.printer.Print(report.Audit(judged, o.failOn.counts), o.streams.Out))
	}
	o.explainReport(judged)
	o.explainPlugin(judged)
	o.explainGaps(inv, "rbac-audit")
	failing := report.CountFindings(judged, o.failOn.counts)
	summary, next := report.AuditSummary(judged, failing, o.commandLine)
	for _, line := range summary {
		o.tell("%s", line)
	}
	o.next(next)
	if unwritten != nil {
		return unwritten
	}
	return auditOutcome(judged, failing.Findings > 0, o.exitZero)
}

// unread is the report of an audit that read nothing.
func (o *auditOptions) unread(problems []error) runtime.Object {
	inv := &inventory.Inventory{Source: o.facts.source(o.globals)}
	for _, problem := range problems {
		inv.Gaps = append(inv.Gaps, inventory.Gap{Err: problem})
	}
	opts := o.judging.options(o.globals, o.scope)
	opts.NetworkPlugin, opts.Benchmark = o.plugin.named, o.benchmark.named
	return audit.Run(inv, opts)
}
