package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/remediate"
	"github.com/cis532/kubectl-cis532/pkg/report"
	"github.com/cis532/kubectl-cis532/pkg/version"
)

const fixLong = `Give each namespace without a NetworkPolicy one of the catalogue, and check that it is there.

By default it is the policy cis-default-allow, which allows every connection, in both directions: the benchmark's letter
is met and nothing breaks. It isolates nothing either; it is where hardening begins. --policy names another one (kubectl
cis532 policies lists them), --policy-file a template of your own. Policies are created, never applied: what somebody
else made is not overwritten, and where a policy appears meanwhile, fix takes its own back. Several policies for a
namespace are all made, or taken back. kubectl cis532 rollback removes what fix made.

The automation guide's own cis-default-allow is no allow-all: it cuts traffic with everything that is no pod.
--replace-guide-policy mends those policies in place and touches no other namespace; it needs the permission to update
them (kubectl cis532 explain rbac-fix).

A policy that restricts is asked about first, with what it would cut; --yes answers where nobody can be asked.

A namespace whose pods a policy of another kind selects (Cilium, Calico, cluster and admin policies) is left alone and
reported: an allow-all could end what that policy isolates. --ignore-other-policies overrules it.

Where Argo CD, Flux, Helm or the like manages a Namespace object, the policy belongs into the same repository: fix says so,
and --skip-gitops-managed leaves such namespaces to it.

System namespaces are left alone, also when they are named, unless --include-system is given.`

const fixExample = `  # What would be created, checked by the API server (admission, quota, RBAC) but not stored
  kubectl cis532 fix --dry-run=server

  # Create it
  kubectl cis532 fix

  # Only some namespaces
  kubectl cis532 fix payments shop
  kubectl cis532 fix -l team=payments --exclude 'dev-*'

  # What another policy would do, and the namespaces that would get it
  kubectl cis532 policies allow-same-namespace
  kubectl cis532 fix --policy allow-same-namespace --dry-run=server

  # The team's own template: one or more NetworkPolicies, without a namespace
  kubectl cis532 fix --policy-file template.yaml -l team=payments

  # Mend what the automation guide's script left
  kubectl cis532 fix --replace-guide-policy --dry-run=server

  # For a pipeline: counts as JSON, exit code 0 when everything could be done
  kubectl cis532 fix --exit-zero --report json=- | jq .summary`

// fixOptions is what fix does, with all flags read.
type fixOptions struct {
	change
	judging  judgingFlags
	others   otherPolicyFlags
	policies policyFlags
	gitops   gitopsFlags
	consent  consentFlags
	// replaceGuides mends the automation guide's policies, and does nothing else.
	replaceGuides bool
}

func newFixCommand(g *globals) *cobra.Command {
	o := &fixOptions{change: change{globals: g}}
	scope := &scopeFlags{}
	print := report.NewPrintFlags(true)
	print.Documents = report.DocumentsBesideRows
	print.Rows, print.SortExample, print.RowsIn = v1alpha1.NamespaceFix{}, "{.result}", "--report json=-"
	var filenames []string
	cmd := &cobra.Command{
		Use:               "fix [NAMESPACE...]",
		Short:             "Give each namespace without a NetworkPolicy one: by default one that cuts nothing",
		Long:              fixLong,
		Example:           fixExample,
		ValidArgsFunction: completeNamespaces(g),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("filename") {
				return usage(cmd, errors.New(`fix changes a cluster; for manifests, use "kubectl cis532 generate -f"`))
			}
			if err := o.judging.validate(); err != nil {
				return usage(cmd, err)
			}
			if err := o.policies.validate(cmd); err != nil {
				return usage(cmd, err)
			}
			if o.replaceGuides && (cmd.Flags().Changed("policy") || cmd.Flags().Changed("policy-file")) {
				return usage(cmd, errors.New("--replace-guide-policy gives the guide's policy the rules that it was meant to have: --policy and --policy-file cannot be used with it"))
			}
			if err := o.complete(cmd, args, scope, print); err != nil {
				return usage(cmd, err)
			}
			err := o.policies.load(o.streams)
			if err == nil {
				err = o.run(cmd.Context())
			}
			return o.reports.ended(o.streams, err, o.undone)
		},
	}
	o.addFlags(cmd, scope, print, v1alpha1.NewFixReport(), "changed")
	o.policies.addFlags(cmd)
	cmd.Flags().BoolVar(&o.replaceGuides, "replace-guide-policy", false, "Give no namespace a policy; instead mend, in place, each cis-default-allow that has the automation guide's own rules, which cut traffic with everything that is no pod.")
	o.consent.addFlags(cmd, "Do not ask before a policy that restricts is created.")
	o.judging.addFlags(cmd)
	o.others.addFlags(cmd, "Give namespaces a policy also where policies of another kind (Cilium, Calico, cluster and admin policies) select their pods, or could not be read. An allow-all can end what those isolate.")
	o.gitops.addFlags(cmd)
	cmd.Flags().StringSliceVarP(&filenames, "filename", "f", nil, "")
	_ = cmd.Flags().MarkHidden("filename")
	return cmd
}

func (o *fixOptions) run(interruptible context.Context) error {
	ctx, cancel := context.WithTimeout(interruptible, o.server.timeout)
	defer cancel()
	clients, read, err := o.connect()
	if err != nil {
		return err
	}
	reader := live.NewReader(clients, o.server.concurrency)
	inv, err := o.others.read(ctx, reader, o.scope)
	if err != nil {
		return err
	}
	audited := audit.New(inv, o.judging.options(o.globals, o.scope))
	judged := audited.Report()
	o.gitops.apply(judged)
	refused := o.others.refused(audited, judged)
	set, namespaces := o.policies.unresolved(), failing(judged, refused)
	verbs := fixVerbs
	if o.replaceGuides {
		verbs, refused = replaceVerbs, o.others.conflicts(audited)
		namespaces = guided(inv, judged, refused)
		if n := len(namespaces); n > 0 {
			o.tell("%s: replacing the rules of %s in %s%s", target(clients), baseline.GuidesName, report.Count(n, "namespace"), report.DryRunNote(o.dryRun))
		}
	} else if n := len(namespaces); n > 0 {
		if set, err = o.policies.resolve(ctx, o.globals, reader, inv); err != nil {
			return err
		}
		if err := o.consentToRestrict(ctx, reader, inv, set, namespaces); err != nil {
			return err
		}
		o.tell("%s: creating %s in %s%s", target(clients), strings.Join(set.ObjectNames(), ", "), report.Count(n, "namespace"), report.DryRunNote(o.dryRun))
	}
	trail := o.preflight(ctx, clients, verbs, namespaces)
	fix := remediate.Fix{
		Clients:       clients,
		Set:           set,
		Refused:       refused,
		ReplaceGuides: o.replaceGuides,
		DryRun:        o.dryRun,
		RunID:         o.streams.RunID(),
		ToolVersion:   version.Get().GitVersion,
		Concurrency:   o.server.concurrency,
		Reread:        read,
		Progress:      o.progress("created"),
	}
	stop := outliveReaders()
	done := fix.Run(ctx, inv, judged)
	stop()
	sign(&done.Report.Metadata, trail)
	remediate.NoteManaged(done.Report, judged)
	var partial []string
	if !o.replaceGuides {
		partial = remediate.NotePartial(done.Report, inv, set)
	}
	return o.finish(inv, judged, done, partial)
}

// undone is the report of a fix that did not come to change anything.
func (o *fixOptions) undone(problems []error) runtime.Object {
	r := v1alpha1.NewFixReport()
	r.Metadata, r.Source, r.Scope, r.Errors = o.unchanged(problems)
	r.Policy, r.DryRun = o.policies.setName(), o.dryRun
	return r
}

// failing lists the namespaces that get a policy.
func failing(judged *v1alpha1.AuditReport, refused map[string]string) []string {
	var namespaces []string
	for _, row := range judged.Namespaces {
		if row.Verdict == v1alpha1.VerdictFail && refused[row.Name] == "" {
			namespaces = append(namespaces, row.Name)
		}
	}
	return namespaces
}

// guided lists the namespaces in which the automation guide's policy is mended.
func guided(inv *inventory.Inventory, judged *v1alpha1.AuditReport, refused map[string]string) []string {
	var namespaces []string
	for _, row := range judged.Namespaces {
		if ns := inv.Namespace(row.Name); ns != nil && row.Verdict == v1alpha1.VerdictPass && refused[row.Name] == "" && remediate.HasGuides(ns) {
			namespaces = append(namespaces, row.Name)
		}
	}
	return namespaces
}

// flags repeats what the run was told to do, for the command that comes next.
func (o *fixOptions) flags() string {
	if o.replaceGuides {
		return " --replace-guide-policy"
	}
	return o.policies.commandLine()
}

// finish prints what was done and says the exit code.
func (o *fixOptions) finish(inv *inventory.Inventory, judged *v1alpha1.AuditReport, done remediate.Outcome, partial []string) error {
	// What was done is summed up also where it cannot be printed or written.
	unwritten := o.reports.write(o.streams, done.Report)
	if !o.reports.stdout() {
		unwritten = errors.Join(unwritten, o.printer.Print(report.Fix(done.Report, done.Policies), o.streams.Out))
	}
	o.explainReport(judged)
	o.explainGaps(inv, "rbac-fix")
	commandLine := o.commandLine + o.judging.commandLine()
	if o.dryRun != v1alpha1.DryRunNone {
		commandLine += o.others.commandLine() + o.gitops.commandLine() // what comes next is a fix, of the same namespaces
	}
	summary, next := report.FixSummary(done.Report, o.flags(), commandLine+o.kubeconfig.commandLine())
	if o.dryRun != v1alpha1.DryRunNone && o.policies.readsStdin() {
		next = "" // it was read, and cannot be read again
	}
	o.tell("%s", summary)
	o.explainRows(done.Report)
	o.explainManaged(done.Report)
	o.explainPartial(partial)
	o.explainGuides(inv, judged)
	o.next(next)
	if unwritten != nil {
		return unwritten
	}
	s := done.Report.Summary
	failed := s.Error > 0 || judged.Verdict == v1alpha1.VerdictError
	return o.outcome(s.Fixed, failed)
}

// explainGuides says which namespaces pass by the automation guide's own policy, and what to do about it.
func (o *fixOptions) explainGuides(inv *inventory.Inventory, judged *v1alpha1.AuditReport) {
	if names := guided(inv, judged, nil); len(names) > 0 && !o.replaceGuides {
		o.warn("%s the automation guide's own %s, which cuts traffic with everything that is no pod; to mend it: %s fix --replace-guide-policy --dry-run=server%s",
			theyHave(names), baseline.GuidesName, displayName, o.commandLine+o.kubeconfig.commandLine())
	}
}

// explainRows names what could not be done where the output does not show it.
func (o *fixOptions) explainRows(r *v1alpha1.FixReport) {
	if o.printer.PrintsRows() && !o.reports.stdout() {
		return
	}
	for _, row := range r.Namespaces {
		if row.Result == v1alpha1.ResultError {
			o.streams.say("error: namespace %q: %s", row.Name, row.Reason)
		}
	}
}

// explainPartial says which namespaces pass with only a part of the policies that they would have got.
func (o *fixOptions) explainPartial(names []string) {
	if len(names) > 0 {
		o.warn("%s only a part of what%s makes: a run was cut short, or somebody removed the rest. %s rollback %s removes that part, and fix then makes the whole",
			theyHave(names), o.policies.commandLine(), displayName, asArguments(names)+o.kubeconfig.commandLine())
	}
}

// theyHave begins a sentence about what some namespaces have.
func theyHave(names []string) string {
	have := "has"
	if len(names) > 1 {
		have = "have"
	}
	return fmt.Sprintf("%s (%s) %s", report.Count(len(names), "namespace"), few(names), have)
}

// target says which cluster is written to.
func target(clients *apiserver.Clients) string {
	if clients.Context == "" {
		return clients.Server
	}
	return fmt.Sprintf("context %q (%s)", clients.Context, clients.Server)
}
