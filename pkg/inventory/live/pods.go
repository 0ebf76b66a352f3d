package live

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// unfinished leaves out, at the server, the pods that have no traffic any more.
const unfinished = "status.phase!=Succeeded,status.phase!=Failed"

// needsPorts says whether a policy names a port, which only the pods' whole specs can resolve.
func needsPorts(policies []networkingv1.NetworkPolicy) bool {
	named := func(ports []networkingv1.NetworkPolicyPort) bool {
		for _, p := range ports {
			if p.Port != nil && p.Port.Type == intstr.String {
				return true
			}
		}
		return false
	}
	for i := range policies {
		for _, rule := range policies[i].Spec.Ingress {
			if named(rule.Ports) {
				return true
			}
		}
		for _, rule := range policies[i].Spec.Egress {
			if named(rule.Ports) {
				return true
			}
		}
	}
	return false
}

// listPods reads the pods that have traffic: whole where their ports are
// needed, else only the metadata and which of them are on the host network.
func (r *Reader) listPods(ctx context.Context, namespace string, whole bool) ([]inventory.Workload, error) {
	if whole {
		var pods []inventory.Workload
		err := r.pages(ctx, podsAction(namespace), metav1.ListOptions{FieldSelector: unfinished},
			func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
				list, err := r.clients.Kubernetes.CoreV1().Pods(namespace).List(ctx, opts)
				if err != nil {
					return nil, err
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
	err := r.eachPodMetadata(ctx, namespace, unfinished+",spec.hostNetwork=true", func(meta *metav1.ObjectMeta) {
		onHost[[2]string{meta.Namespace, meta.Name}] = true
	})
	if err != nil {
		return nil, err
	}
	var pods []inventory.Workload
	err = r.eachPodMetadata(ctx, namespace, unfinished, func(meta *metav1.ObjectMeta) {
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

func (r *Reader) eachPodMetadata(ctx context.Context, namespace, fields string, visit func(*metav1.ObjectMeta)) error {
	return r.pages(ctx, podsAction(namespace), metav1.ListOptions{FieldSelector: fields},
		func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
			list, err := r.clients.Metadata.Resource(podResource).Namespace(namespace).List(ctx, opts)
			if err != nil {
				return nil, err
			}
			for i := range list.Items {
				visit(&list.Items[i].ObjectMeta)
			}
			return list, nil
		})
}
