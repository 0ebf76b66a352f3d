package inventory

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Workload is a pod, or a controller that counts as the pods that it would make.
type Workload struct {
	netpol.Pod
	// Kind is the kind in lower case: pod, deployment, ...
	Kind string
	// Name is the object's name, without its kind.
	Name string
	// ServiceAccount is the name of its service account; empty where it is unknown.
	ServiceAccount string
	// DNSPolicy says whose names the pod resolves by whom; empty is ClusterFirst, as the API server defaults it, or unknown.
	DNSPolicy corev1.DNSPolicy
	// Controller is KIND/NAME, in lower case, of the object that controls it; empty where none does.
	Controller string
	// Over says that it is a Job that has ended: it makes no more pods.
	Over bool
	// Owned says that its controller is in the inventory, which counts in its place.
	Owned bool
}

// Ref is NAMESPACE/KIND/NAME.
func (w *Workload) Ref() string {
	return w.Namespace + "/" + w.Kind + "/" + w.Name
}

// NewPodWorkload takes of a Pod what policies look at.
func NewPodWorkload(pod *corev1.Pod) Workload {
	w := NewWorkload("pod", pod.Namespace, pod.Name, pod.Labels, &pod.Spec)
	w.Controller = ControllerOf(pod)
	w.Finished = pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
	for _, ip := range pod.Status.PodIPs {
		w.IPs = appendAddr(w.IPs, ip.IP)
	}
	if len(pod.Status.PodIPs) == 0 {
		w.IPs = appendAddr(w.IPs, pod.Status.PodIP)
	}
	for _, ip := range pod.Status.HostIPs {
		w.HostIPs = appendAddr(w.HostIPs, ip.IP)
	}
	if len(pod.Status.HostIPs) == 0 {
		w.HostIPs = appendAddr(w.HostIPs, pod.Status.HostIP)
	}
	return w
}

// NewWorkload takes of a pod's spec, or a template's, what policies look at. kind is in lower case.
func NewWorkload(kind, namespace, name string, labels map[string]string, spec *corev1.PodSpec) Workload {
	return Workload{
		Kind:      kind,
		Name:      name,
		DNSPolicy: spec.DNSPolicy, ServiceAccount: spec.ServiceAccountName,
		Pod: netpol.Pod{
			Namespace:   namespace,
			Name:        kind + "/" + name,
			Labels:      labels,
			HostNetwork: spec.HostNetwork,
			NodeName:    spec.NodeName,
			Ports:       netpol.ContainerPorts(spec),
		},
	}
}

// ControllerOf is KIND/NAME, in lower case, of the object that controls another; empty where none does.
func ControllerOf(obj metav1.Object) string {
	owner := metav1.GetControllerOfNoCopy(obj)
	if owner == nil {
		return ""
	}
	return strings.ToLower(owner.Kind) + "/" + owner.Name
}

func appendAddr(addrs []netip.Addr, text string) []netip.Addr {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return addrs
	}
	return append(addrs, addr.Unmap())
}
