package inventory

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
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
