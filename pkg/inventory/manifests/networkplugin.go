package manifests

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// addNetworkPlugin takes what the network plugin can be recognised by. What
// cannot be read is left out: it hides no policy.
func (c *collector) addNetworkPlugin(obj object) {
	switch obj.gvk {
	case appsv1.SchemeGroupVersion.WithKind("DaemonSet"):
		var ds appsv1.DaemonSet
		if networkplugin.MayRunIn(obj.namespace) && unmarshal(obj, &ds, false) == nil {
			ds.Namespace = obj.namespace
			c.plugin.DaemonSets = append(c.plugin.DaemonSets, networkplugin.Trim(&ds))
		}
	case corev1.SchemeGroupVersion.WithKind("ConfigMap"):
		var cm corev1.ConfigMap
		if networkplugin.IsSettings(obj.name) && unmarshal(obj, &cm, false) == nil {
			cm.Namespace = obj.namespace
			c.plugin.ConfigMaps = append(c.plugin.ConfigMaps, &cm)
		}
	case corev1.SchemeGroupVersion.WithKind("Node"):
		var node corev1.Node
		if unmarshal(obj, &node, false) == nil {
			c.plugin.Nodes = append(c.plugin.Nodes, networkplugin.TrimNode(&node))
		}
	}
}
