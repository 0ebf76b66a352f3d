package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const generateLong = `Print the policies that fix would create, as manifests: of the catalogue (--policy), or of a template (--policy-file).

What it prints, kubectl apply -f - takes. Where nothing fails it prints nothing. The manifests carry what marks them as
this tool's, and nothing that only a live object has, so that they stay the same from run to run.

With --output-dir it keeps a directory for a GitOps repository: a file per namespace, and a kustomization.yaml that lists
them. A second run changes nothing. Files of namespaces that no longer fail stay: the policies that made them pass are in
them. What somebody else made or changed is never overwritten, and reported.

It never writes to the cluster. With -f or -k it reads manifests and contacts no cluster.`

const generateExample = `  # Straight to the cluster, by kubectl's own hands
  kubectl cis532 generate | kubectl apply -f -

  # A stricter policy of the catalogue, and a template of your own
  kubectl cis532 generate --policy default-deny-ingress
  kubectl cis532 generate --policy-file template.yaml payments

  # For the namespaces of a Git repository: a file per namespace, and a kustomization.yaml
  kubectl cis532 generate -R -f deploy/ --output-dir deploy/network-policies`

// generateOptions is what generate does, with all flags read.
type generateOptions struct {
	*globals
	scope     inventory.Scope
	facts     factFlags
	judging   judgingFlags
	others    otherPolicyFlags
	policies  policyFlags
	gitops    gitopsFlags
	printer   *report.Printer
	outputDir string
}

func newGenerateCommand(g *globals) *cobra.Command {
	o := &generateOptions{globals: g}
	scope := &scopeFlags{}
	print := report.NewPrintFlags(false)
	print.Output = "yaml"
	print.Rows, print.SortExample = networkingv1.NetworkPolicy{}, "{.metadata.name}"
	print.Documents = report.DocumentsOfRows
	cmd := &cobra.Command{
		Use:               "generate [NAMESPACE...]",
		Short:             "Print the policies that fix would create, as manifests",
		Long:              generateLong,
		Example:           generateExample,
		ValidArgsFunction: completeNamespaces(g),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args, scope, print); err != nil {
				return usage(cmd, err)
			}
			if err := o.policies.load(o.streams); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	scope.addFlags(cmd, g)
	o.policies.addFlags(cmd)
	o.judging.addFlags(cmd)
	o.others.addFlags(cmd, "Print a policy also for namespaces whose pods policies of another kind (Cilium, Calico, cluster and admin policies) select. An allow-all can end what those isolate.")
	o.gitops.addFlags(cmd)
	print.AddFlags(cmd)
	o.facts.addFlags(cmd)
	cmd.Flags().StringVar(&o.outputDir, "output-dir", "", "Write DIR/NAMESPACE.yaml for each namespace, and a DIR/kustomization.yaml that lists them, instead of printing. A file that this tool did not make, or that was changed since, is never overwritten.")
	_ = cmd.MarkFlagDirname("output-dir")
	return cmd
}

func (o *generateOptions) complete(cmd *cobra.Command, args []string, scope *scopeFlags, print *report.PrintFlags) error {
	var err error
	o.facts.namespace = o.namespaceFlag(cmd)
	if o.scope, err = scope.toScope(args, o.facts.namespace); err != nil {
		return err
	}
	if err := o.facts.validate(o.globals, cmd.Flags()); err != nil {
		return err
	}
	if err := o.judging.validate(); err != nil {
		return err
	}
	if err := o.policies.validate(cmd); err != nil {
		return err
	}
	if o.policies.readsStdin() && o.facts.readsStdin() {
		return errors.New("standard input can be read only once: -f - and --policy-file - cannot be used together")
	}
	switch flags := cmd.Flags(); {
	case flags.Changed("output-dir") && o.outputDir == "":
		return errors.New("--output-dir is empty")
	case o.outputDir == "":
	case print.Output != "yaml":
		return errors.New("--output-dir writes YAML: -o cannot be used with it")
	default:
		for _, name := range []string{"no-headers", "sort-by", "template"} {
			if flags.Changed(name) {
				return fmt.Errorf("--output-dir writes a file per namespace: --%s cannot be used with it", name)
			}
		}
	}
	if !cmd.Flags().Changed("output") && cmd.Flags().Changed("template") {
		print.Output = "" // as without a default: a template is a format
	}
	o.printer, err = o.globals.printer(print)
	return err
}

func (o *generateOptions) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.facts.timeout)
	defer cancel()
	inv, reader, err := o.facts.readGuarded(ctx, o.globals, o.scope, o.others)
	if err != nil {
		return err
	}
	audited := audit.New(inv, o.judging.options(o.globals, o.scope))
	judged := audited.Report()
	managed := o.gitops.apply(judged)
	refused := o.others.refused(audited, judged)
	set := baseline.Set{}
	if judged.Summary.Fail > len(refused) {
		if set, err = o.policies.resolve(ctx, o.globals, reader, inv); err != nil {
			return err
		}
	}
	var policies []*networkingv1.NetworkPolicy
	for _, row := range judged.Namespaces {
		if row.Verdict == v1alpha1.VerdictFail && refused[row.Name] == "" {
			policies = append(policies, set.Policies(row.Name)...)
		}
	}
	var unwritten error
	if o.outputDir != "" {
		unwritten = o.writeTree(ctx, policies)
	} else if err := o.printer.Print(report.Policies(policies), o.streams.Out); err != nil {
		return err
	}
	o.explainReport(judged)
	o.explainGaps(inv, "rbac-audit")
	for _, row := range judged.Namespaces {
		switch {
		case row.Verdict == v1alpha1.VerdictError:
			o.streams.say("error: namespace %q: %s", row.Name, row.Reason)
		case refused[row.Name] != "":
			o.streams.say("error: namespace %q: %s", row.Name, refused[row.Name])
		}
	}
	if managed > 0 {
		o.tell("skipped %s that a GitOps tool manages", report.Count(managed, "failing namespace"))
	} else if len(policies)+len(refused) == 0 && judged.Verdict != v1alpha1.VerdictError {
		o.tell("nothing to generate: every namespace that was judged has a NetworkPolicy or is exempt")
	}
	if unwritten != nil {
		return unwritten
	}
	return outcome(false, judged.Verdict == v1alpha1.VerdictError || len(refused) > 0, false)
}
