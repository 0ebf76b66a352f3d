package manifests

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// networkPluginTaker reads what the network plugin can be recognised by; nil of anything else. What cannot be read is left
// out: it hides no policy.
func networkPluginTaker(obj object) func(*collector) {
	switch obj.gvk {
	case appsv1.SchemeGroupVersion.WithKind("DaemonSet"):
		var ds appsv1.DaemonSet
		if networkplugin.MayRunIn(obj.namespace) && unmarshal(obj, &ds, false) == nil {
			ds.Namespace = obj.namespace
			trimmed := networkplugin.Trim(&ds)
			return func(c *collector) { c.plugin.DaemonSets = append(c.plugin.DaemonSets, trimmed) }
		}
	case corev1.SchemeGroupVersion.WithKind("ConfigMap"):
		var cm corev1.ConfigMap
		if networkplugin.IsSettings(obj.name) && unmarshal(obj, &cm, false) == nil {
			cm.Namespace = obj.namespace
			return func(c *collector) { c.plugin.ConfigMaps = append(c.plugin.ConfigMaps, &cm) }
		}
	case corev1.SchemeGroupVersion.WithKind("Node"):
		var node corev1.Node
		if unmarshal(obj, &node, false) == nil {
			trimmed := networkplugin.TrimNode(&node)
			return func(c *collector) { c.plugin.Nodes = append(c.plugin.Nodes, trimmed) }
		}
	}
	return nil
}
