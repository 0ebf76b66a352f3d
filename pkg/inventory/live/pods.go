package live

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

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

func namesPort(ports []networkingv1.NetworkPolicyPort) bool {
	return slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port != nil && p.Port.Type == intstr.String
	})
}

// noSpec is all that metadata tells of a pod's spec.
var noSpec = &corev1.PodSpec{}

// listPods reads the pods that have traffic: whole where their ports are
// needed, else only the metadata and which of them are on the host network.
func (r *Reader) listPods(ctx context.Context, namespace string, whole bool) ([]inventory.Workload, error) {
	if whole {
		pods, _, err := list(ctx, r, podListing, namespace, metav1.ListOptions{FieldSelector: unfinished}, inventory.NewPodWorkload)
		return pods, err
	}
	var onHost [][2]string
	var onHostErr error
	var group errgroup.Group
	group.Go(func() error {
		onHost, _, onHostErr = list(ctx, r, podMetadataListing, namespace, metav1.ListOptions{FieldSelector: unfinished + ",spec.hostNetwork=true"},
			func(obj *metav1.PartialObjectMetadata) [2]string { return [2]string{obj.Namespace, obj.Name} })
		return nil
	})
	pods, _, err := list(ctx, r, podMetadataListing, namespace, metav1.ListOptions{FieldSelector: unfinished}, func(obj *metav1.PartialObjectMetadata) inventory.Workload {
		return inventory.NewWorkload("pod", obj.Namespace, obj.Name, obj.Labels, noSpec)
	})
	_ = group.Wait()
	if err := cmp.Or(err, onHostErr); err != nil {
		return nil, err
	}
	hosted := make(map[[2]string]bool, len(onHost))
	for _, key := range onHost {
		hosted[key] = true
	}
	for i := range pods {
		pods[i].HostNetwork = hosted[[2]string{pods[i].Namespace, pods[i].Name}]
	}
	return pods, nil
}
