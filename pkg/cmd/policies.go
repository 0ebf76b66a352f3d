package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const policiesLong = `Print the catalogue of policies that fix and generate can give a namespace (--policy).

Without an argument it lists them: what each restricts, and with whom traffic still passes. With a name it says what that
policy allows and blocks; with -o yaml it prints the NetworkPolicy, for the namespace of -n or "default". allow-dns and
allow-same-namespace name where the cluster at hand resolves names; where no cluster can be asked, the usual places.`

const policiesExample = `  kubectl cis532 policies
  kubectl cis532 policies allow-same-namespace

  # One policy, by kubectl's own hands
  kubectl cis532 policies default-deny-ingress -n payments -o yaml | kubectl apply -f -`

// policiesOptions is what policies does, with all flags read.
type policiesOptions struct {
	*globals
	print     *report.PrintFlags
	printer   *report.Printer
	entry     baseline.Entry
	namespace string
}

func newPoliciesCommand(g *globals) *cobra.Command {
	o := &policiesOptions{globals: g, print: report.NewPrintFlags(false)}
	o.print.Rows, o.print.SortExample = networkingv1.NetworkPolicy{}, "{.metadata.name}"
	cmd := &cobra.Command{
		Use:               "policies [NAME]",
		Short:             "Print the catalogue of policies: what each allows and blocks; or one as a manifest",
		Long:              policiesLong,
		Example:           policiesExample,
		ValidArgsFunction: completeArgument(entryCompletions()),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args); err != nil {
				return usage(cmd, err)
			}
			return o.run(cmd.Context())
		},
	}
	o.print.AddFlags(cmd)
	return cmd
}

func (o *policiesOptions) complete(cmd *cobra.Command, args []string) (err error) {
	if len(args) > 1 {
		return fmt.Errorf("one policy at a time, not %d", len(args))
	}
	if len(args) == 1 {
		if o.entry, err = lookupEntry("unknown policy", args[0]); err != nil {
			return err
		}
	}
	if o.namespace = o.namespaceFlag(cmd); o.namespace == "" {
		o.namespace = corev1.NamespaceDefault
	} else if err := validNamespace(o.namespace); err != nil {
		return err
	}
	o.printer, err = o.globals.printer(o.print)
	return err
}

func (o *policiesOptions) run(ctx context.Context) error {
	if o.entry.Name == "" {
		if err := o.printer.Print(report.Catalogue(baseline.Catalogue, o.namespace), o.streams.Out); err != nil {
			return err
		}
		if o.printer.PrintsRows() {
			o.next("kubectl cis532 policies NAME")
		}
		return nil
	}
	if o.print.Output == "" {
		if err := report.WriteEntry(o.streams.Out, o.entry, o.helpWidth()); err != nil {
			return err
		}
		o.next("kubectl cis532 fix --dry-run=server" + (&policyFlags{name: o.entry.Name}).commandLine() + o.kubeconfig.commandLine())
		return nil
	}
	inv, err := o.readDNS(ctx)
	if err != nil {
		return err
	}
	policies := o.entry.Set(baseline.DNSOf(inv)).Policies(o.namespace)
	return o.printer.Print(report.Policies(policies), o.streams.Out)
}

// dnsTimeout bounds how long a cluster is waited for that only makes a policy more exact.
const dnsTimeout = 10 * time.Second

// readDNS reads where the cluster at hand resolves names, where that makes a
// difference. Without a cluster nothing is known of it.
func (o *policiesOptions) readDNS(ctx context.Context) (*inventory.Inventory, error) {
	inv := &inventory.Inventory{}
	if !o.entry.NamesDNS() {
		return inv, nil
	}
	defer func() { o.explainDNS(inv) }()
	clients, err := apiserver.New(o.kubeconfig.ConfigFlags)
	if errors.Is(err, apiserver.ErrNoKubeconfig) {
		return inv, nil
	}
	if err != nil {
		return inv, err
	}
	asked, cancel := context.WithTimeout(ctx, dnsTimeout)
	defer cancel()
	if err := live.NewReader(clients, 1).Complete(asked, inv, live.More{DNS: true, DNSPods: true}); err != nil && ctx.Err() != nil {
		return inv, err
	}
	return inv, nil
}
