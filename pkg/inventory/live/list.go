package live

import (
	"context"

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
	var namespaces []*inventory.Namespace
	action := apiserver.Action{Verb: "list", Resource: "namespaces"}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Metadata.Resource(namespaceResource).List(ctx, opts)
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			namespaces = nil
		}
		for i := range list.Items {
			namespaces = append(namespaces, declared(&list.Items[i].ObjectMeta))
		}
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	return namespaces, nil
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
	ns := undeclared(meta.Name)
	ns.Declared = true
	ns.Annotations = meta.Annotations
	ns.Terminating = meta.DeletionTimestamp != nil
	for key, value := range meta.Labels {
		ns.Labels[key] = value
	}
	return ns
}

func undeclared(name string) *inventory.Namespace {
	return &inventory.Namespace{Name: name, Labels: map[string]string{corev1.LabelMetadataName: name}}
}

// policyList is a list of policies and the version at which it was read.
type policyList struct {
	items           []networkingv1.NetworkPolicy
	resourceVersion string
}

func (r *Reader) listPolicies(ctx context.Context, namespace string) (policyList, error) {
	var policies policyList
	action := apiserver.Action{Verb: "list", Resource: "networkpolicies.networking.k8s.io", Namespace: namespace}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Kubernetes.NetworkingV1().NetworkPolicies(namespace).List(ctx, opts)
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			policies.items = nil
		}
		policies.items = append(policies.items, list.Items...)
		policies.resourceVersion = list.ResourceVersion
		return list, nil
	})
	if err != nil {
		return policyList{}, err
	}
	return policies, nil
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
