package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/reach"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const reachLong = `Say whether a connection would be allowed, and which policies and rules decide it.

SOURCE and DESTINATION are NAMESPACE/NAME (a pod), NAMESPACE/KIND/NAME (a pod, deployment, statefulset, daemonset, job,
cronjob, replicaset; as destination also a service, which means its pods and target ports) or an IP address. With -n also
NAME and KIND/NAME. An address of a pod is that pod; a source outside the cluster is as the pod sees it. PORT is a number
or a port's name, TCP where no protocol is given; without it, the answer is all that is allowed.

With --matrix it says who reaches whom. With --expect it compares connections with a file of expectations, one
"SOURCE DESTINATION PORT/PROTOCOL allow|deny" a line, with # comments: tests for policies.

It judges NetworkPolicies alone. It never writes to the cluster; with -f or -k it reads manifests and contacts no cluster.
It exits with 0 where the connection is allowed (or all expectations hold), 1 where it is denied (or one differs), 2 for an
error or where it is unknown.`

const reachExample = `  # May the storefront call payments?
  kubectl cis532 reach shop/deploy/web payments/svc/gateway 443

  # All that is allowed from one workload to another
  kubectl cis532 reach shop/deploy/web payments/deploy/gateway

  # May something outside the cluster be called?
  kubectl cis532 reach payments/deploy/gateway 203.0.113.7 443/TCP

  # Who reaches whom on port 5432, in a Git repository
  kubectl cis532 reach --matrix 5432/TCP -R -f deploy/

  # Tests for policies, in a repository's CI
  kubectl cis532 reach --expect connections.txt -R -f deploy/
  kubectl cis532 reach --expect connections.txt -R -f deploy/ -o junit > connections.xml`

// reachOptions is what reach does, with all flags read.
type reachOptions struct {
	*globals
	others   otherPolicyFlags
	facts    factFlags
	print    *report.PrintFlags
	printer  *report.Printer
	matrix   bool
	expect   string
	question reach.Question
	port     reach.Port
}

func newReachCommand(g *globals) *cobra.Command {
	o := &reachOptions{globals: g, print: report.NewPrintFlags(false)}
	o.print.Reports = []runtime.Object{v1alpha1.NewReachReport(), v1alpha1.NewReachMatrix(), v1alpha1.NewReachExpectations()}
	cmd := &cobra.Command{
		Use:     "reach SOURCE DESTINATION [PORT[/PROTOCOL]]",
		Short:   "Say whether a connection would be allowed, and which policies decide it",
		Long:    reachLong,
		Example: reachExample,

		ValidArgsFunction: completeEndpoints(g),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args); err != nil {
				return usage(cmd, err)
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&o.matrix, "matrix", false, "Say who reaches whom, on the port given as the only argument, or on all. With -n only what starts or ends in that namespace.")
	cmd.Flags().StringVar(&o.expect, "expect", "", "Compare connections with the expectations of a file, or of standard input (-).")
	_ = cmd.RegisterFlagCompletionFunc("expect", filesFollow)
	o.others.addFlags(cmd, "Answer by NetworkPolicies alone, also where policies of another kind (Cilium, Calico, cluster and admin policies) could decide otherwise. Without it such answers are unknown.")
	o.facts.addFlags(cmd)
	o.print.AddFlags(cmd)
	return cmd
}

func (o *reachOptions) complete(cmd *cobra.Command, args []string) error {
	var err error
	o.facts.namespace = o.namespaceFlag(cmd)
	switch {
	case o.matrix && o.expect != "":
		return errors.New("only one of --matrix and --expect can be used")
	case o.matrix:
		if len(args) > 1 {
			return fmt.Errorf("--matrix takes at most a PORT/PROTOCOL, not %d arguments", len(args))
		}
		if len(args) == 1 {
			if o.port, err = reach.ParsePort(args[0]); err != nil {
				return err
			}
		}
	case o.expect != "" && len(args) > 0:
		return errors.New("--expect takes its connections from the file, not from arguments")
	case o.expect != "":
	case len(args) < 2 || len(args) > 3:
		return fmt.Errorf("SOURCE and DESTINATION are needed, and perhaps a PORT/PROTOCOL: %s given", report.Count(len(args), "argument"))
	default:
		port := ""
		if len(args) == 3 {
			port = args[2]
		}
		if o.question, err = reach.ParseQuestion(args[0], args[1], port, o.facts.namespace); err != nil {
			return err
		}
		if len(args) == 3 && args[2] == "" {
			return errors.New("the port is empty")
		}
	}
	if err := o.facts.validate(o.globals, cmd.Flags()); err != nil {
		return err
	}
	if o.expect == "-" && o.facts.readsStdin() {
		return errors.New("-f - and --expect - cannot both read standard input")
	}
	o.print.Reports = []runtime.Object{o.document()}
	o.printer, err = o.globals.printer(o.print)
	return err
}

// document is an empty one of what is printed.
func (o *reachOptions) document() runtime.Object {
	switch {
	case o.matrix:
		return v1alpha1.NewReachMatrix()
	case o.expect != "":
		return v1alpha1.NewReachExpectations()
	default:
		return v1alpha1.NewReachReport()
	}
}

func (o *reachOptions) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.facts.timeout)
	defer cancel()
	inv, err := o.facts.readEverything(ctx, o.globals, !o.others.ignore)
	if err != nil {
		return err
	}
	if o.others.ignore {
		inv.OtherPolicies, inv.OtherPoliciesUnknown = nil, nil
	}
	for _, gap := range inv.OtherPoliciesUnknown {
		o.warn("%v: what such policies could decide is unknown (--ignore-other-policies answers by NetworkPolicies alone)", gap.Err)
	}
	for _, warning := range inv.Warnings {
		o.warn("%s", warning)
	}
	// A policy, a pod or a label that could not be read may change any answer.
	if problem := evidence(inv); problem != nil {
		if apiserver.CauseOf(problem) == apiserver.CauseForbidden {
			o.tell("hint: any namespace can decide a connection, so reach reads the whole cluster: an administrator grants the smallest role with: %s explain rbac-audit | kubectl apply -f -, and a binding", displayName)
		}
		return problem
	}
	cluster := reach.New(inv)
	metadata := v1alpha1.ReportMetadata{CreationTimestamp: metav1.NewTime(o.streams.Now().UTC())}
	switch {
	case o.matrix:
		m, err := cluster.Matrix(o.port, o.facts.namespace)
		if err != nil {
			return err
		}
		if m.Workloads() == 0 {
			return errors.New("no workloads: nothing to compare")
		}
		r := m.Report()
		r.Metadata, r.Source, r.Warnings = metadata, inv.Source, inv.Warnings
		if err := o.printMatrix(r, m); err != nil {
			return err
		}
		o.tell("%s, %s", report.Count(m.Workloads(), "workload"), report.Count(m.Len(), "pair"))
		return nil
	case o.expect != "":
		return o.compare(ctx, cluster, inv, metadata)
	default:
		connections, err := cluster.Ask(o.question)
		if err != nil {
			return err
		}
		r := v1alpha1.NewReachReport()
		r.Metadata, r.Source, r.Warnings = metadata, inv.Source, inv.Warnings
		r.Connections, r.Verdict = connections, reach.Verdict(connections)
		if err := o.printer.Print(report.Reach(r, reach.Decided), o.streams.Out); err != nil {
			return err
		}
		o.tellNotes(r)
		o.tellDifference(r)
		return reachOutcome(r.Verdict)
	}
}

// printMatrix prints a matrix; its pairs are held all at once only for the formats that need them so.
func (o *reachOptions) printMatrix(r *v1alpha1.ReachMatrix, m *reach.Matrix) error {
	switch sorted := o.print.SortBy != ""; {
	case o.print.Output == "name" && !sorted:
		return report.WriteMatrixNames(o.streams.Out, r, m.Entries())
	case o.print.PrintsRows() && o.print.Output != "wide" && !sorted:
		return o.printer.Print(report.CompactMatrix(r, m.Entries()), o.streams.Out)
	}
	// Whole documents and pairs are wanted.
	r.Entries = slices.AppendSeq(make([]v1alpha1.MatrixEntry, 0, m.Len()), m.Entries())
	return o.printer.Print(report.Matrix(r), o.streams.Out)
}

// evidence says what is missing of the facts that answers rest on.
func evidence(inv *inventory.Inventory) error {
	var problems []error
	for _, gap := range inv.Gaps {
		problems = append(problems, gap.Err)
	}
	if inv.WorkloadsUnknown != nil {
		problems = append(problems, inv.WorkloadsUnknown)
	}
	return errors.Join(problems...)
}

// tellDifference says why an answer about several connections is unknown although each has one.
func (o *reachOptions) tellDifference(r *v1alpha1.ReachReport) {
	count := map[v1alpha1.ReachVerdict]int{}
	for _, connection := range r.Connections {
		count[connection.Verdict]++
	}
	if len(count) > 1 {
		o.tell("unknown as a whole: of %d connections %d are allowed, %d denied, %d unknown", len(r.Connections),
			count[v1alpha1.ReachAllowed], count[v1alpha1.ReachDenied], count[v1alpha1.ReachUnknown])
	}
}

// tellNotes says once each what should be known beside the verdicts.
func (o *reachOptions) tellNotes(r *v1alpha1.ReachReport) {
	told := map[string]bool{}
	for _, connection := range r.Connections {
		for _, note := range connection.Notes {
			if !told[note] {
				told[note] = true
				o.tell("note: %s", note)
			}
		}
	}
}

// compare judges a file of expectations.
func (o *reachOptions) compare(ctx context.Context, cluster *reach.Cluster, inv *inventory.Inventory, metadata v1alpha1.ReportMetadata) error {
	in, name := o.streams.In, "standard input"
	if o.expect != "-" {
		file, err := os.Open(o.expect)
		if err != nil {
			return fmt.Errorf("--expect: %w", err)
		}
		defer func() { _ = file.Close() }()
		in, name = io.Reader(file), o.expect
	}
	r, err := cluster.Expect(in, o.facts.namespace)
	if err == nil {
		err = interrupted(ctx)
	}
	if err != nil {
		return fmt.Errorf("--expect: %s: %w", name, err)
	}
	r.Metadata, r.Source, r.Warnings, r.File = metadata, inv.Source, inv.Warnings, o.expect
	if err := o.printer.Print(report.Expectations(r), o.streams.Out); err != nil {
		return err
	}
	for _, m := range r.Mismatches {
		if m.Error != "" {
			o.streams.say("error: %s: line %d: %s", name, m.Line, m.Error)
		}
	}
	if r.Summary.Lines == 0 {
		return fmt.Errorf("--expect: %s: no expectations: nothing was compared", name)
	}
	o.tell("%s", report.ExpectationsSummary(r))
	return expectOutcome(r.Summary)
}
