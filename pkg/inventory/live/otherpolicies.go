package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// startOtherPolicies reads policies of other kinds beside everything else, if they are asked for; what it returns waits
// for them.
func (r *Reader) startOtherPolicies(ctx context.Context, inv *inventory.Inventory, opts Options) (wait func()) {
	if !opts.OtherPolicies {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.readOtherPolicies(ctx, inv, opts.Names)
	}()
	return func() { <-done }
}

// maxOtherPolicies is how long a run waits for policies of other kinds, retries included: who serves them may hang.
const maxOtherPolicies = 30 * time.Second

// readOtherPolicies reads the policies of other kinds, of the namespaces or, with none named, of all; those that live in
// no namespace in any case. A cluster without such kinds costs one request. What was forbidden or failed, or cannot be
// read, is a gap.
func (r *Reader) readOtherPolicies(ctx context.Context, inv *inventory.Inventory, namespaces []string) {
	ctx, cancel := context.WithTimeout(ctx, maxOtherPolicies)
	defer cancel()
	served, err := r.servedVersions(ctx)
	if err != nil {
		inv.OtherPoliciesUnknown = []inventory.Gap{{Err: err}}
		return
	}
	inv.APIGroups = groups(served)
	if len(namespaces) == 0 {
		namespaces = []string{metav1.NamespaceAll}
	}
	found := &otherPolicies{gaps: unreadVersions(served)}
	var group errgroup.Group
	group.SetLimit(max(r.concurrency, len(otherpolicy.Kinds())))
	for _, alternatives := range otherKinds(served) {
		scopes := namespaces
		if !alternatives[0].Namespaced {
			scopes = []string{metav1.NamespaceAll}
		}
		for _, namespace := range scopes {
			group.Go(func() error {
				r.readOneKind(ctx, alternatives, namespace, found)
				return nil
			})
		}
	}
	_ = group.Wait()
	found.sort()
	inv.OtherPolicies, inv.OtherPoliciesUnknown = found.policies, joinForbidden(found.gaps)
}

// groups are the names of the API groups.
func groups(served map[schema.GroupVersion]bool) []string {
	names := map[string]bool{}
	for gv := range served {
		names[gv.Group] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// joinForbidden makes one gap of the lists that a user may not make in a namespace, or at all: whoever may not read one
// kind mostly may not read any.
func joinForbidden(gaps []inventory.Gap) []inventory.Gap {
	var joined []inventory.Gap
	forbidden := map[string][]error{}
	for _, gap := range gaps {
		if apiserver.CauseOf(gap.Err) != apiserver.CauseForbidden {
			joined = append(joined, gap)
			continue
		}
		forbidden[gap.Namespace] = append(forbidden[gap.Namespace], gap.Err)
	}
	for _, namespace := range slices.Sorted(maps.Keys(forbidden)) {
		joined = append(joined, inventory.Gap{Namespace: namespace, Err: oneProblem(forbidden[namespace])})
	}
	return joined
}

// servedVersions asks which versions of which API groups there are: nil where that cannot be told. It returns an error
// only where it is pointless to ask for more.
func (r *Reader) servedVersions(ctx context.Context) (map[schema.GroupVersion]bool, error) {
	var raw []byte
	tries := 0
	err := r.clients.Do(ctx, func(ctx context.Context) error {
		var err error
		raw, err = r.clients.Kubernetes.Discovery().RESTClient().Get().AbsPath("/apis").SetHeader("Accept", "application/json").Do(ctx).Raw()
		tries++
		if tries < maxTries {
			return err
		}
		return nil
	})
	if pointless := fatal(r.clients.Explain(apiserver.Action{Verb: "get", Resource: "/apis"}, err)); pointless != nil {
		return nil, pointless
	}
	var list metav1.APIGroupList
	// An answer that was an error has no groups either.
	unreadable := json.Unmarshal(raw, &list)
	if list.Kind != "APIGroupList" || unreadable != nil {
		return nil, nil //nolint:nilerr // what there is cannot be told then: every kind is asked for
	}
	served := map[schema.GroupVersion]bool{}
	for _, group := range list.Groups {
		for _, version := range group.Versions {
			served[schema.GroupVersion{Group: group.Name, Version: version.Version}] = true
		}
	}
	return served, nil
}

// unreadVersions are gaps: groups that do not serve every version that is read, but one that is not read. Their policies may
// be there in a version that is younger than this program.
func unreadVersions(served map[schema.GroupVersion]bool) []inventory.Gap {
	known, unserved := map[schema.GroupVersion]bool{}, map[string]bool{}
	for _, kind := range otherpolicy.Kinds() {
		gv := kind.GVK().GroupVersion()
		known[gv] = true
		unserved[gv.Group] = unserved[gv.Group] || !served[gv]
	}
	var gaps []inventory.Gap
	for gv := range served {
		if unserved[gv.Group] && !known[gv] {
			gaps = append(gaps, inventory.Gap{Err: fmt.Errorf("policies of %s cannot be read by this version of the program", gv)})
		}
	}
	return gaps
}

// otherKinds are the kinds to list. Several versions of the same one are alternatives, the preferred one first: Calico
// stores as crd.projectcalico.org what it serves as projectcalico.org.
func otherKinds(served map[schema.GroupVersion]bool) [][]otherpolicy.Kind {
	var all [][]otherpolicy.Kind
	for _, kind := range otherpolicy.Kinds() {
		if served != nil && !served[kind.GVK().GroupVersion()] {
			continue
		}
		same := slices.IndexFunc(all, func(others []otherpolicy.Kind) bool {
			return others[0].Family == kind.Family && others[0].Kind == kind.Kind
		})
		if same < 0 {
			all = append(all, nil)
			same = len(all) - 1
		}
		all[same] = append(all[same], kind)
	}
	return all
}

// readOneKind lists one kind, by the first of the alternatives that can be listed. A kind that is not there has none.
func (r *Reader) readOneKind(ctx context.Context, alternatives []otherpolicy.Kind, namespace string, found *otherPolicies) {
	var first error
	for i, kind := range alternatives {
		items, err := r.listRaw(ctx, kind, namespace, i+1 < len(alternatives))
		switch {
		case err == nil:
			for j := range items {
				found.add(kind, &items[j])
			}
			return
		case apiserver.CauseOf(err) == apiserver.CauseForbidden:
			// Where it is served by definitions of its own, what is stored elsewhere may be old, or nothing.
			found.gap(namespace, err)
			return
		case apierrors.IsNotFound(err):
		case first == nil:
			first = err
		}
	}
	if first != nil {
		found.gap(namespace, first)
	}
}

// maxTries bounds how often an error is met for what no verdict hangs on: an aggregated API server (Calico's is
// one) may be down for long.
const maxTries = 4

// listRaw lists the objects of a kind. hasAlternative gives up at the first server error.
func (r *Reader) listRaw(ctx context.Context, kind otherpolicy.Kind, namespace string, hasAlternative bool) ([]unstructured.Unstructured, error) {
	var items []unstructured.Unstructured
	var unavailable error
	tries := 0
	action := apiserver.Action{Verb: "list", Resource: kind.GVR().GroupResource().String(), Namespace: namespace}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Dynamic.Resource(kind.GVR()).Namespace(namespace).List(ctx, opts)
		if err != nil {
			tries++
			if isServerError(err) && hasAlternative || !apierrors.IsTooManyRequests(err) && tries >= maxTries {
				unavailable = err
				return &metav1.ListMeta{}, nil
			}
			return nil, err
		}
		if opts.Continue == "" {
			items = nil
		}
		items = append(items, list.Items...)
		return list, nil
	})
	if unavailable != nil {
		err = r.clients.Explain(action, unavailable)
	}
	if err != nil {
		return nil, err
	}
	return items, nil
}

func isServerError(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && status.Status().Code >= http.StatusInternalServerError
}

// otherPolicies collects what requests in parallel bring.
type otherPolicies struct {
	mutex    sync.Mutex
	policies []*otherpolicy.Policy
	gaps     []inventory.Gap
}

// add reads an object. One that is being deleted still counts: network plugins enforce it until it is gone.
func (o *otherPolicies) add(kind otherpolicy.Kind, item *unstructured.Unstructured) {
	raw, err := item.MarshalJSON()
	var p *otherpolicy.Policy
	if err == nil {
		p, err = otherpolicy.Read(kind.GVK(), raw)
	}
	if err != nil {
		name := strings.TrimPrefix(item.GetNamespace()+"/"+item.GetName(), "/")
		o.gap(item.GetNamespace(), fmt.Errorf("%s %q: %w", kind.GVR().GroupResource(), name, err))
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.policies = append(o.policies, p)
}

func (o *otherPolicies) gap(namespace string, err error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.gaps = append(o.gaps, inventory.Gap{Namespace: namespace, Err: err})
}

// sort makes the order independent of which request was answered first.
func (o *otherPolicies) sort() {
	slices.SortFunc(o.policies, func(a, b *otherpolicy.Policy) int {
		return cmp.Or(
			cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name),
		)
	})
	slices.SortFunc(o.gaps, func(a, b inventory.Gap) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Err.Error(), b.Err.Error()))
	})
}
