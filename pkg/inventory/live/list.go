package live

import (
	"context"
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// maxRestarts bounds how often a paged list is begun anew.
const maxRestarts = 3

// pages calls list until it has brought all pages: also where none is asked for
// a server may cut a list on its own, and half a list is no evidence. Where the
// server no longer knows the state that the first page showed (410), the list
// is begun anew: pages of two states must not be joined, so list drops what it
// has where it is asked for the first page.
func (r *Reader) pages(ctx context.Context, action apiserver.Action, opts metav1.ListOptions,
	list func(context.Context, metav1.ListOptions) (metav1.ListInterface, error),
) error {
	restarts := 0
	for {
		var page metav1.ListInterface
		err := r.clients.Do(ctx, func(ctx context.Context) error {
			var err error
			page, err = list(ctx, opts)
			return err
		})
		switch {
		case apierrors.IsResourceExpired(err) && opts.Continue != "" && restarts < maxRestarts:
			restarts++
			opts.Continue = ""
			continue
		case err != nil:
			return r.clients.Explain(action, err)
		}
		if opts.Continue = page.GetContinue(); opts.Continue == "" {
			return nil
		}
	}
}

var namespaceResource = corev1.SchemeGroupVersion.WithResource("namespaces")

// listNamespaces needs no more than the metadata: a namespace is Terminating
// exactly when it has a deletion timestamp.
func (r *Reader) listNamespaces(ctx context.Context) ([]*inventory.Namespace, error) {
	namespaces, _, err := list(ctx, r, namespaceListing, "", metav1.ListOptions{}, func(obj *metav1.PartialObjectMetadata) *inventory.Namespace {
		return declared(&obj.ObjectMeta)
	})
	return namespaces, err
}

func (r *Reader) getNamespace(ctx context.Context, name string) (*inventory.Namespace, error) {
	var ns *inventory.Namespace
	err := r.clients.Do(ctx, func(ctx context.Context) error {
		obj, err := r.clients.Metadata.Resource(namespaceResource).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		ns = declared(&obj.ObjectMeta)
		return nil
	})
	return ns, r.clients.Explain(apiserver.Action{Verb: "get", Resource: "namespaces", Name: name}, err)
}

func declared(meta *metav1.ObjectMeta) *inventory.Namespace {
	labels := meta.Labels
	if _, ok := labels[corev1.LabelMetadataName]; !ok {
		labels = map[string]string{corev1.LabelMetadataName: meta.Name}
		maps.Copy(labels, meta.Labels)
	}
	return &inventory.Namespace{
		Name: meta.Name, Labels: labels, Annotations: meta.Annotations, Declared: true, Terminating: meta.DeletionTimestamp != nil,
	}
}

func undeclared(name string) *inventory.Namespace {
	return &inventory.Namespace{Name: name, Labels: map[string]string{corev1.LabelMetadataName: name}}
}

// policyList is a list of policies and the version at which it was read.
type policyList struct {
	items           []*networkingv1.NetworkPolicy
	resourceVersion string
}

func (r *Reader) listPolicies(ctx context.Context, namespace string) (policyList, error) {
	var policies policyList
	var err error
	policies.items, policies.resourceVersion, err = list(ctx, r, policyListing, namespace, metav1.ListOptions{},
		func(np *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy { return np })
	return policies, err
}

func (r *Reader) listServices(ctx context.Context, namespace string) ([]inventory.Service, error) {
	var services []inventory.Service
	action := apiserver.Action{Verb: "list", Resource: "services", Namespace: namespace}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Kubernetes.CoreV1().Services(namespace).List(ctx, opts)
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			services = nil
		}
		for i := range list.Items {
			services = append(services, inventory.NewService(&list.Items[i]))
		}
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	return services, nil
}

// Namespaces lists all namespaces, without what is in them.
func (r *Reader) Namespaces(ctx context.Context) ([]*inventory.Namespace, error) {
	return r.listNamespaces(ctx)
}
