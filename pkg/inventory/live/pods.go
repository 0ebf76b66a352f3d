package live

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// unfinished leaves out, at the server, the pods that have no traffic any more.
const unfinished = "status.phase!=Succeeded,status.phase!=Failed"

// needsSpecs says whether the policies ask for more of a pod than its metadata: its ports, where one is named, and
// where its names come from, where its egress is restricted.
func needsSpecs(policies []*networkingv1.NetworkPolicy) bool {
	for _, np := range policies {
		spec := &np.Spec
		for _, rule := range spec.Ingress {
			if namesPort(rule.Ports) {
				return true
			}
		}
		everything := false
		for _, rule := range spec.Egress {
			if namesPort(rule.Ports) {
				return true
			}
			everything = everything || len(rule.To)+len(rule.Ports) == 0
		}
		if !everything && slices.Contains(spec.PolicyTypes, networkingv1.PolicyTypeEgress) {
			return true
		}
	}
	return false
}

// inScope are the policies of the namespaces in scope: what others ask for matters to nobody.
func inScope(inv *inventory.Inventory) []*networkingv1.NetworkPolicy {
	var policies []*networkingv1.NetworkPolicy
	for _, ns := range inv.Namespaces {
		policies = append(policies, ns.Policies...)
	}
	return policies
}

func namesPort(ports []networkingv1.NetworkPolicyPort) bool {
	return slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port != nil && p.Port.Type == intstr.String
	})
}

// podsPerPage bounds how many whole pods are held at a time: of each only little is kept.
const podsPerPage = 500

// listPods reads the pods that have traffic: whole where their ports are
// needed, else only the metadata and which of them are on the host network.
func (r *Reader) listPods(ctx context.Context, namespace string, whole bool) ([]inventory.Workload, error) {
	if whole {
		var pods []inventory.Workload
		err := r.pages(ctx, podsAction(namespace), metav1.ListOptions{FieldSelector: unfinished, Limit: podsPerPage},
			func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
				list, err := r.clients.Kubernetes.CoreV1().Pods(namespace).List(ctx, opts)
				if err != nil {
					return nil, err
				}
				if opts.Continue == "" {
					pods = nil
				}
				for i := range list.Items {
					pods = append(pods, inventory.NewPodWorkload(&list.Items[i]))
				}
				return list, nil
			})
		if err != nil {
			return nil, err
		}
		return pods, nil
	}
	onHost := map[[2]string]bool{}
	err := r.eachPodMetadata(ctx, namespace, unfinished+",spec.hostNetwork=true", func() { clear(onHost) }, func(meta *metav1.ObjectMeta) {
		onHost[[2]string{meta.Namespace, meta.Name}] = true
	})
	if err != nil {
		return nil, err
	}
	var pods []inventory.Workload
	err = r.eachPodMetadata(ctx, namespace, unfinished, func() { pods = nil }, func(meta *metav1.ObjectMeta) {
		w := inventory.NewPodWorkload(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: meta.Namespace, Name: meta.Name, Labels: meta.Labels,
		}})
		w.HostNetwork = onHost[[2]string{meta.Namespace, meta.Name}]
		pods = append(pods, w)
	})
	if err != nil {
		return nil, err
	}
	return pods, nil
}

var podResource = corev1.SchemeGroupVersion.WithResource("pods")

func podsAction(namespace string) apiserver.Action {
	return apiserver.Action{Verb: "list", Resource: "pods", Namespace: namespace}
}

// eachPodMetadata calls begin at the first page, also where the list is begun anew, and visit for each pod.
func (r *Reader) eachPodMetadata(ctx context.Context, namespace, fields string, begin func(), visit func(*metav1.ObjectMeta)) error {
	return r.pages(ctx, podsAction(namespace), metav1.ListOptions{FieldSelector: fields},
		func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
			list, err := r.clients.Metadata.Resource(podResource).Namespace(namespace).List(ctx, opts)
			if err != nil {
				return nil, err
			}
			if opts.Continue == "" {
				begin()
			}
			for i := range list.Items {
				visit(&list.Items[i].ObjectMeta)
			}
			return list, nil
		})
}
