package remediate

import (
	"context"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
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
	// others is the field selector of the policies that are looked at.
	others string
}

// otherNames selects the policies that have none of the jobs' names.
func otherNames(jobs []*job) string {
	names := map[string]bool{}
	var others []fields.Selector
	for _, j := range jobs {
		for _, np := range j.policies {
			if !names[np.Name] {
				names[np.Name] = true
				others = append(others, fields.OneTermNotEqualSelector(metav1.ObjectNameField, np.Name))
			}
		}
	}
	return fields.AndSelectors(others...).String()
}

// watchArrivals watches from where the inventory's lists ended: the whole
// cluster with one watch, or each named namespace. Policies of the names that
// the jobs are about are not looked at, which spares the server the news of all
// that this run creates: where somebody else has made one, ours cannot be made.
func watchArrivals(ctx context.Context, clients *apiserver.Clients, inv *inventory.Inventory, runID string, jobs []*job) *arrivals {
	ctx, cancel := context.WithCancel(ctx)
	a := &arrivals{byName: map[string]string{}, cancel: cancel, others: otherNames(jobs)}
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
	w, err := clients.Metadata.Resource(policyResource).Namespace(namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: version, FieldSelector: a.others})
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
