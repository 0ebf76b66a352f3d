package remediate

import (
	"context"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// arrivals are the policies that others created since the inventory was read.
// An allow-all beside such a policy would switch its isolation off.
//
// A watch that fails or falls behind only makes the window larger: the read
// after the last write sees what it missed.
type arrivals struct {
	mu     sync.Mutex
	byName map[string]string
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// watchArrivals watches from where the inventory's lists ended: the whole
// cluster with one watch, or each named namespace.
func watchArrivals(ctx context.Context, clients *apiserver.Clients, inv *inventory.Inventory, runID string) *arrivals {
	ctx, cancel := context.WithCancel(ctx)
	a := &arrivals{byName: map[string]string{}, cancel: cancel}
	start := func(namespace, version string) {
		if version == "" {
			return
		}
		a.wg.Add(1)
		go func() {
			defer a.wg.Done()
			a.watch(ctx, clients, namespace, version, runID)
		}()
	}
	start("", inv.PoliciesVersion)
	for _, ns := range inv.Namespaces {
		start(ns.Name, ns.PoliciesVersion)
	}
	return a
}

var policyResource = networkingv1.SchemeGroupVersion.WithResource("networkpolicies")

func (a *arrivals) watch(ctx context.Context, clients *apiserver.Clients, namespace, version, runID string) {
	w, err := clients.Metadata.Resource(policyResource).Namespace(namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: version})
	if err != nil {
		return
	}
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-w.ResultChan():
			if !ok {
				return
			}
			if event.Type != watch.Added && event.Type != watch.Deleted {
				continue
			}
			obj, err := meta.Accessor(event.Object)
			if err != nil || obj.GetAnnotations()[baseline.AnnotationRun] == runID {
				continue
			}
			a.note(event.Type, obj.GetNamespace(), obj.GetName())
		}
	}
}

// note remembers a policy that came, and forgets one that went again.
func (a *arrivals) note(event watch.EventType, namespace, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case event == watch.Added:
		a.byName[namespace] = name
	case a.byName[namespace] == name:
		delete(a.byName, namespace)
	}
}

// in returns the name of a policy that appeared in the namespace, or "".
func (a *arrivals) in(namespace string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.byName[namespace]
}

// stop ends the watches.
func (a *arrivals) stop() {
	a.cancel()
	a.wg.Wait()
}
