package inventory

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Service is what a connection to a Service becomes: pods and target ports.
type Service struct {
	// Namespace and Name name it.
	Namespace, Name string
	// Selector picks its pods; empty for a Service without one, whose endpoints are made by somebody else.
	Selector map[string]string
	// IPs are its cluster, external and load balancer addresses.
	IPs []netip.Addr
	// ExternalName is the DNS name that a Service of that type stands for.
	ExternalName string
	// Headless says that it has no address of its own: its name stands for its pods' addresses.
	Headless bool
	// Ports are its ports.
	Ports []corev1.ServicePort
	// Type is how it is reached; empty is ClusterIP, as the API server defaults it.
	Type corev1.ServiceType
}

// NewService takes of a Service what connections need to know.
func NewService(svc *corev1.Service) Service {
	s := Service{
		Namespace:    svc.Namespace,
		Name:         svc.Name,
		Selector:     svc.Spec.Selector,
		ExternalName: svc.Spec.ExternalName,
		Headless:     svc.Spec.ClusterIP == corev1.ClusterIPNone,
		Ports:        svc.Spec.Ports,
		Type:         svc.Spec.Type,
	}
	texts := append([]string{svc.Spec.ClusterIP}, svc.Spec.ClusterIPs...)
	texts = append(texts, svc.Spec.ExternalIPs...)
	for _, ingress := range svc.Status.LoadBalancer.Ingress {
		texts = append(texts, ingress.IP)
	}
	for _, text := range texts {
		if addr, err := netip.ParseAddr(text); err == nil && !slices.Contains(s.IPs, addr.Unmap()) {
			s.IPs = append(s.IPs, addr.Unmap())
		}
	}
	return s
}

// Target is where the Service's port goes at its pods, a number or the name of
// a container's port. served says that the Service has that port.
func (s *Service) Target(port int32, protocol corev1.Protocol) (target intstr.IntOrString, served bool) {
	for _, p := range s.Ports {
		if p.Port != port || p.Protocol != protocol && (p.Protocol != "" || protocol != corev1.ProtocolTCP) {
			continue
		}
		if p.TargetPort.Type == intstr.Int && p.TargetPort.IntVal == 0 {
			return intstr.FromInt32(p.Port), true
		}
		return p.TargetPort, true
	}
	return intstr.IntOrString{}, false
}

// TargetPort is the number of the port at a pod behind the Service's port; 0
// where the Service has no such port, or the pod none of the name that it says.
func (s *Service) TargetPort(pod *netpol.Pod, port int32, protocol corev1.Protocol) int32 {
	target, served := s.Target(port, protocol)
	switch {
	case !served:
		return 0
	case target.Type == intstr.Int:
		return target.IntVal
	}
	for _, c := range pod.Ports {
		if c.Name == target.StrVal && (c.Protocol == protocol || c.Protocol == "" && protocol == corev1.ProtocolTCP) {
			return c.Port
		}
	}
	return 0
}
