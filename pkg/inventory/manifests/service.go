package manifests

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

func (c *collector) addService(obj object) error {
	var svc corev1.Service
	if err := unmarshal(obj, &svc, false); err != nil {
		return err
	}
	if svc.Name == "" {
		return errNoName
	}
	svc.Namespace = obj.namespace
	c.services = append(c.services, inventory.NewService(&svc))
	return nil
}
