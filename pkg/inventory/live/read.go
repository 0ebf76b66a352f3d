package live

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// Options says what to read.
type Options struct {
	// Names are the namespaces to read, each with requests of its own; empty reads the whole cluster.
	Names []string
	// Selector narrows a whole cluster by the labels of Namespace objects; nil takes all.
	Selector labels.Selector
	// Workloads reads the pods of the namespaces.
	Workloads bool
	// WholeWorkloads reads the pods' addresses and ports too, whatever the policies need.
	WholeWorkloads bool
	// Services reads the Services of the namespaces.
	Services bool
	// Templates reads the controllers of the whole cluster, as names for their pods.
	Templates bool
	// NetworkPlugin reads what the network plugin can be recognised by.
	NetworkPlugin bool
	// ServerVersion reads the server's version also where the network plugin is not to be recognised.
	ServerVersion bool
	// OtherPolicies reads the policies of other kinds than NetworkPolicy.
	OtherPolicies bool
}

// Reader reads inventories from one API server.
type Reader struct {
	clients *apiserver.Clients
	// concurrency bounds the requests in flight where namespaces are read one by one.
	concurrency int
}

// NewReader returns a Reader that has at most concurrency requests in flight.
func NewReader(clients *apiserver.Clients, concurrency int) *Reader {
	return &Reader{clients: clients, concurrency: max(1, concurrency)}
}

// Read reads the inventory. It returns an error only where there is nothing to
// report on: the server cannot be reached, does not know the user, or the run
// was interrupted. What else fails is a gap of the inventory.
func (r *Reader) Read(ctx context.Context, opts Options) (*inventory.Inventory, error) {
	inv := &inventory.Inventory{Source: v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: r.clients.Context, Server: r.clients.Server}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	otherPolicies := r.startOtherPolicies(ctx, inv, opts)
	var err error
	if len(opts.Names) > 0 {
		err = r.readNamed(ctx, inv, opts)
	} else {
		err = r.readAll(ctx, inv, opts)
	}
	if err != nil {
		return nil, err
	}
	otherPolicies()
	inv.Sort()
	warnAboutCIDRs(inv)
	return inv, nil
}

// warnAboutCIDRs names what is stored and would be refused today: servers
// before 1.36 took it, and it means what it always did.
func warnAboutCIDRs(inv *inventory.Inventory) {
	for _, ns := range inv.Namespaces {
		for _, np := range ns.Policies {
			for _, warning := range validation.Warnings(np) {
				inv.Warnings = append(inv.Warnings, fmt.Sprintf("NetworkPolicy %q: %s", np.Namespace+"/"+np.Name, warning))
			}
		}
	}
}

// fatal returns the error where it makes every further request pointless.
func fatal(errs ...error) error {
	for _, err := range errs {
		switch apiserver.CauseOf(err) {
		case apiserver.CauseUnreachable, apiserver.CauseUnauthorized, apiserver.CauseInterrupted:
			return err
		}
	}
	return nil
}

// readAll reads the whole cluster with one list of each kind.
func (r *Reader) readAll(ctx context.Context, inv *inventory.Inventory, opts Options) error {
	var namespaces []*inventory.Namespace
	var policies policyList
	var namespacesErr, policiesErr, servicesErr error
	var group errgroup.Group
	listed := make(chan struct{})
	group.Go(func() error {
		defer close(listed)
		namespaces, namespacesErr = r.listNamespaces(ctx)
		return nil
	})
	group.Go(func() error {
		policies, policiesErr = r.listPolicies(ctx, "")
		if !opts.Workloads || fatal(policiesErr) != nil {
			return nil //nolint:nilerr // what could not be read is told below, with what else could not
		}
		// The pods take longest: they wait for no more than what decides how much of them is needed.
		asking := policies.items
		if opts.Selector != nil {
			<-listed
			asking = ofSelected(policies.items, namespaces, opts.Selector)
		}
		inv.Workloads, inv.WorkloadsUnknown = r.listPods(ctx, "", opts.WholeWorkloads || needsSpecs(asking))
		return nil
	})
	if opts.Services {
		group.Go(func() error { inv.Services, servicesErr = r.listServices(ctx, ""); return nil })
	}
	var templatesErr error
	if opts.Templates {
		group.Go(func() error { inv.Templates, templatesErr = r.listControllers(ctx, ""); return nil })
	}
	if opts.NetworkPlugin || opts.ServerVersion {
		group.Go(func() error { inv.NetworkPlugin = r.readServer(ctx, opts); return nil })
	}
	_ = group.Wait()
	if templatesErr != nil {
		inv.Warnings = append(inv.Warnings, templatesErr.Error()+": controllers are known only by their pods")
	}
	if err := fatal(namespacesErr, policiesErr, servicesErr); err != nil {
		return err
	}
	for _, err := range []error{namespacesErr, policiesErr, servicesErr} {
		if err != nil {
			inv.Gaps = append(inv.Gaps, inventory.Gap{Err: err})
		}
	}
	for _, ns := range namespaces {
		if opts.Selector == nil || opts.Selector.Matches(labels.Set(ns.Labels)) {
			inv.Namespaces = append(inv.Namespaces, ns)
		} else {
			inv.Outside = append(inv.Outside, ns)
		}
	}
	inv.Whole = namespacesErr == nil
	inv.PoliciesVersion = policies.resourceVersion
	byName := make(map[string]*inventory.Namespace, len(namespaces))
	for _, ns := range namespaces {
		byName[ns.Name] = ns
	}
	for _, np := range policies.items {
		ns := byName[np.Namespace]
		if ns == nil {
			if namespacesErr == nil || opts.Selector != nil && !opts.Selector.Empty() {
				// It was made after the namespaces were listed. Where they could not be listed
				// nobody knows which ones the selector selects.
				continue
			}
			ns = undeclared(np.Namespace)
			byName[np.Namespace] = ns
			inv.Namespaces = append(inv.Namespaces, ns)
		}
		ns.Policies = append(ns.Policies, np)
	}
	return fatal(inv.WorkloadsUnknown)
}

// ofSelected are the policies of the namespaces that a selector selects: what those of others ask of pods matters to nobody.
func ofSelected(policies []*networkingv1.NetworkPolicy, namespaces []*inventory.Namespace, selector labels.Selector) []*networkingv1.NetworkPolicy {
	selected := make(map[string]bool, len(namespaces))
	for _, ns := range namespaces {
		selected[ns.Name] = selector.Matches(labels.Set(ns.Labels))
	}
	var all []*networkingv1.NetworkPolicy
	for _, np := range policies {
		if selected[np.Namespace] {
			all = append(all, np)
		}
	}
	return all
}

// readNamed reads each namespace with requests that a user of only that namespace may make.
func (r *Reader) readNamed(ctx context.Context, inv *inventory.Inventory, opts Options) error {
	parts := make([]*inventory.Inventory, len(opts.Names))
	var group errgroup.Group
	group.SetLimit(r.concurrency)
	if opts.NetworkPlugin || opts.ServerVersion {
		group.Go(func() error { inv.NetworkPlugin = r.readServer(ctx, opts); return nil })
	}
	for i, name := range opts.Names {
		group.Go(func() error {
			var err error
			parts[i], err = r.readOne(ctx, name, opts)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, part := range parts {
		inv.Namespaces = append(inv.Namespaces, part.Namespaces...)
		inv.Workloads = append(inv.Workloads, part.Workloads...)
		inv.Services = append(inv.Services, part.Services...)
		inv.Gaps = append(inv.Gaps, part.Gaps...)
		inv.Warnings = append(inv.Warnings, part.Warnings...)
		inv.WorkloadsUnknown = errors.Join(inv.WorkloadsUnknown, part.WorkloadsUnknown)
	}
	return nil
}

// readOne reads one namespace.
func (r *Reader) readOne(ctx context.Context, name string, opts Options) (*inventory.Inventory, error) {
	inv := &inventory.Inventory{}
	gap := func(err error) { inv.Gaps = append(inv.Gaps, inventory.Gap{Namespace: name, Err: err}) }
	ns, nsErr := r.getNamespace(ctx, name)
	if err := fatal(nsErr); err != nil {
		return nil, err
	}
	if ns == nil {
		ns = undeclared(name)
	}
	inv.Namespaces = []*inventory.Namespace{ns}
	if apiserver.CauseOf(nsErr) == apiserver.CauseNotFound {
		gap(nsErr)
		return inv, nil
	}
	policies, policiesErr := r.listPolicies(ctx, name)
	if err := fatal(policiesErr); err != nil {
		return nil, err
	}
	ns.PoliciesVersion = policies.resourceVersion
	ns.Policies = policies.items
	switch {
	case policiesErr != nil:
		gap(policiesErr)
	case nsErr != nil && len(ns.Policies) > 0:
		// A policy shows that the namespace exists and meets the letter; only its annotations are not known.
		inv.Warnings = append(inv.Warnings, nsErr.Error()+": whether it is exempt is unknown")
	case nsErr != nil:
		gap(nsErr)
	}
	if opts.Workloads {
		inv.Workloads, inv.WorkloadsUnknown = r.listPods(ctx, name, needsSpecs(ns.Policies))
	}
	var servicesErr error
	if opts.Services {
		if inv.Services, servicesErr = r.listServices(ctx, name); servicesErr != nil {
			gap(servicesErr)
		}
	}
	return inv, fatal(inv.WorkloadsUnknown, servicesErr)
}
