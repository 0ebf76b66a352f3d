package manifests

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

func serviceTaker(obj object) taker {
	var svc corev1.Service
	if err := unmarshal(obj, &svc, false); err != nil {
		return refuse(err)
	}
	if svc.Name == "" {
		return refuse(errNoName)
	}
	svc.Namespace = obj.namespace
	service := inventory.NewService(&svc)
	return func(c *collector, _ place, _ object) error {
		c.services = append(c.services, service)
		return nil
	}
}
