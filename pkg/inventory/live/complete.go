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
	// DNSPods adds the pods behind it also where the whole cluster was read, without its pods.
	DNSPods bool
	// Services adds the Services.
	Services bool
	// OtherPolicies adds the policies of other kinds than NetworkPolicy.
	OtherPolicies bool
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
			inv.DNS = r.readDNS(ctx, inv.Whole && !more.DNSPods)
			return fatal(inv.DNS.Unknown)
		})
	}
	if more.Services {
		group.Go(func() error {
			inv.Services, inv.ServicesUnknown = ofEach(r, more.Names, func(name string) ([]inventory.Service, error) {
				return r.listServices(ctx, name)
			})
			return fatal(inv.ServicesUnknown)
		})
	}
	if more.OtherPolicies {
		group.Go(func() error {
			r.readOtherPolicies(ctx, inv, more.Names)
			return nil
		})
	}
	return group.Wait()
}

// ofEach lists what is in some namespaces, or with no name in all.
func ofEach[T any](r *Reader, names []string, list func(namespace string) ([]T, error)) ([]T, error) {
	if len(names) == 0 {
		return list("")
	}
	found := make([][]T, len(names))
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
// unless the inventory has them.
func (r *Reader) readDNS(ctx context.Context, hasPods bool) inventory.DNS {
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
	if hasPods || dns.Service == nil {
		return dns
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
