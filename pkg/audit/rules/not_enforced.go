package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "not-enforced", Severity: v1alpha1.SeverityHigh,
	Summary: "the network plugin is recognised and does not enforce NetworkPolicies",
	What: `A namespace that has policies is found when the cluster's network plugin is recognised, and either cannot enforce NetworkPolicies (plain Flannel) or is switched off
(AWS VPC CNI without --enable-network-policy=true, Cilium with enable-policy: never, k3s with --disable-network-policy). A plugin that is not
recognised is unknown, which the report says, and no finding. --network-plugin NAME says which one it is.`,
	Why: `The API server stores policies whether anybody enforces them or not. Without enforcement the control passes by its letter and every connection is
allowed.`,
	Example: `
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-flannel-ds
  namespace: kube-flannel
  labels: {app: flannel, k8s-app: flannel}
spec:
  selector: {matchLabels: {app: flannel}}
  template:
    metadata:
      labels: {app: flannel}
    spec:
      hostNetwork: true
      containers:
      - name: kube-flannel
        image: ghcr.io/flannel-io/flannel:v0.27.4
        command: [/opt/bin/flanneld]
        args: [--ip-masq, --kube-subnet-mgr]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
`,
	Remedy: `Switch enforcement on, or install a plugin that enforces beside or in place of it (Calico, Cilium, kube-network-policies, ...): its documentation says how.
At that moment every policy that is stored takes effect, tested or not: look first at what is restricted or denied, and put an allow-all beside it until
it is tested. Then test with a connection that a policy denies.`,
	Check: func(ns *Namespace) []Found {
		plugin := ns.facts.Plugin
		if len(ns.Policies) == 0 || plugin.Enforcement != v1alpha1.EnforcementNotEnforced {
			return nil
		}
		return []Found{{
			Message: fmt.Sprintf("nobody enforces the %s: network plugin %s, %s", these(len(ns.Policies), "policy", fmt.Sprintf("%d policies", len(ns.Policies))), plugin.Name, plugin.Evidence),
			Remedy:  "switch enforcement on in the network plugin, or install one that enforces: what the policies deny is then cut",
		}}
	},
})
