package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// change is what the verbs that write to a cluster have, with all flags read.
type change struct {
	*globals
	scope       inventory.Scope
	server      serverFlags
	commandLine string
	dryRun      v1alpha1.DryRun
	printer     *report.Printer
	reports     reportFlags
	exitZero    bool
}

// addFlags binds the flags. document is an empty one of what the verb reports, done the word for what was changed.
func (c *change) addFlags(cmd *cobra.Command, scope *scopeFlags, print *report.PrintFlags, document runtime.Object, done string) {
	scope.addFlags(cmd, c.globals)
	addDryRunFlag(cmd)
	print.AddFlags(cmd)
	c.reports.addFlags(cmd, document)
	c.server.addFlags(cmd)
	cmd.Flags().BoolVar(&c.exitZero, "exit-zero", false,
		fmt.Sprintf("Exit with 0 where something was %s. A namespace that could not be done still exits with 2.", done))
}

// complete checks the flags before anything is done.
func (c *change) complete(cmd *cobra.Command, args []string, scope *scopeFlags, print *report.PrintFlags) error {
	var err error
	if c.scope, err = scope.toScope(args, c.namespaceFlag(cmd)); err != nil {
		return err
	}
	if err := c.server.validate(); err != nil {
		return err
	}
	if c.dryRun, err = c.readDryRun(cmd, args); err != nil {
		return err
	}
	if err := c.reports.validate(print); err != nil {
		return err
	}
	c.commandLine = scope.commandLine(c.scope)
	c.printer, err = c.globals.printer(print)
	return err
}

// connect makes the clients, and how the namespaces in scope are read, before
// the change and again after it.
func (c *change) connect() (*apiserver.Clients, func(context.Context) (*inventory.Inventory, error), error) {
	holdLittleMemory(c.streams.Getenv)
	clients, err := apiserver.New(c.kubeconfig.ConfigFlags)
	if err != nil {
		return nil, nil, err
	}
	return clients, func(ctx context.Context) (*inventory.Inventory, error) {
		return c.server.read(ctx, clients, c.scope)
	}, nil
}

// outcome says the exit code of a run that changed a number of namespaces, and on stderr why it is 1.
func (c *change) outcome(changed int, failed bool) error {
	if changed > 0 && !failed && !c.exitZero {
		verb := "changed"
		if c.dryRun != v1alpha1.DryRunNone {
			verb = "would change"
		}
		c.tell("exit status 1: %s %s (0 with --exit-zero)", report.Count(changed, "namespace"), verb)
	}
	return outcome(changed > 0, failed, c.exitZero)
}

// unchanged is what a report says of a run that did not come to change anything.
func (c *change) unchanged(problems []error) (v1alpha1.ReportMetadata, v1alpha1.Source, v1alpha1.Scope, []string) {
	texts := make([]string, len(problems))
	for i, problem := range problems {
		texts[i] = problem.Error()
	}
	return v1alpha1.ReportMetadata{CreationTimestamp: metav1.NewTime(c.streams.Now().UTC())}, c.clusterSource(), c.scope.Reported(), texts
}
