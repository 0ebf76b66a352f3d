package live

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// More says what to add to an inventory. All of it is optional: what cannot be
// read is unknown there, and no gap.
type More struct {
	// Names are the namespaces that were read with requests of their own; empty where the whole cluster was.
	Names []string
	// Workloads adds the pods, whole.
	Workloads bool
	// Controllers adds the controllers, as templates of the pods that they would make.
	Controllers bool
	// DNS adds what serves the cluster's names.
	DNS bool
}

// Complete adds to an inventory what only some questions need. It returns an
// error only where Read would.
func (r *Reader) Complete(ctx context.Context, inv *inventory.Inventory, more More) error {
	var group errgroup.Group
	if more.Workloads {
		group.Go(func() error {
			inv.Workloads, inv.WorkloadsUnknown = ofEach(r, more.Names, func(name string) ([]inventory.Workload, error) {
				return r.listPods(ctx, name, true)
			})
			return fatal(inv.WorkloadsUnknown)
		})
	}
	if more.Controllers {
		group.Go(func() error {
			inv.Templates, inv.TemplatesUnknown = ofEach(r, more.Names, func(name string) ([]inventory.Workload, error) {
				return r.listControllers(ctx, name)
			})
			return fatal(inv.TemplatesUnknown)
		})
	}
	if more.DNS {
		group.Go(func() error {
			inv.DNS = r.readDNS(ctx, inv)
			return fatal(inv.DNS.Unknown)
		})
	}
	return group.Wait()
}

// ofEach lists workloads of some namespaces, or with no name of all.
func ofEach(r *Reader, names []string, list func(namespace string) ([]inventory.Workload, error)) ([]inventory.Workload, error) {
	if len(names) == 0 {
		return list("")
	}
	found := make([][]inventory.Workload, len(names))
	errs := make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(r.concurrency)
	for i, name := range names {
		group.Go(func() error {
			found[i], errs[i] = list(name)
			return nil
		})
	}
	_ = group.Wait()
	return slices.Concat(found...), errors.Join(errs...)
}

// readDNS looks for the DNS Service where platforms put it, and for its pods
// where the inventory does not have them.
func (r *Reader) readDNS(ctx context.Context, inv *inventory.Inventory) inventory.DNS {
	var dns inventory.DNS
	for _, namespace := range inventory.DNSNamespaces {
		services, err := r.listServices(ctx, namespace)
		if err != nil {
			dns.Unknown = err
			return dns
		}
		if dns.Service = inventory.FindDNSService(services); dns.Service != nil {
			break
		}
	}
	if inv.Whole || dns.Service == nil {
		return dns // the pods of the whole cluster are there
	}
	pods, err := r.listPods(ctx, dns.Service.Namespace, true)
	if err != nil {
		return inventory.DNS{Unknown: err}
	}
	selector := labels.SelectorFromSet(dns.Service.Selector)
	for i := range pods {
		switch {
		case pods[i].IsNodeLocalDNS():
			dns.NodeLocal = true
		case selector.Matches(labels.Set(pods[i].Labels)):
			dns.Pods = append(dns.Pods, pods[i])
		}
	}
	return dns
}
