package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "host-network", Severity: v1alpha1.SeverityInfo,
	Summary: "pods on the host network, which no policy can isolate",
	What:    `Live pods with hostNetwork: true are found, whether a policy selects them or not.`,
	Why: `Such pods share the network of their node. What a NetworkPolicy does to them is undefined; most network plugins do not apply it, and see them as the
node's addresses: other policies cannot name them by their labels either.`,
	Example: `
apiVersion: v1
kind: Pod
metadata:
  name: node-exporter
  namespace: shop
spec:
  hostNetwork: true
  containers: [{name: node-exporter, image: node-exporter}]
`,
	Remedy: `Do without hostNetwork where it is not needed, and keep the rest in namespaces of their own, under a Pod Security Standard that
forbids it elsewhere. The nodes' own firewall, or a host policy of the network plugin, can restrict them.`,
	Check: func(ns *Namespace) []Found {
		if len(ns.HostPods) == 0 {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("%s on the host network, which no NetworkPolicy can isolate: %s",
				these(len(ns.HostPods), "1 pod is", fmt.Sprintf("%d pods are", len(ns.HostPods))), ns.podNames(ns.HostPods)),
			Remedy: "do without hostNetwork, or restrict the pods with the nodes' firewall",
		}}
	},
})
