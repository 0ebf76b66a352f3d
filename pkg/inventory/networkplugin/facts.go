package networkplugin

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Facts is what recognition looks at. Anything else in it changes nothing.
type Facts struct {
	// DaemonSets are those of the namespaces that MayRunIn names.
	DaemonSets []*appsv1.DaemonSet
	// ConfigMaps are the plugins' settings: those that ConfigMaps names.
	ConfigMaps []*corev1.ConfigMap
	// Nodes are needed only where k3s is: its plugin is part of the kubelet's process.
	Nodes []*corev1.Node
	// ServerVersion is the API server's: v1.34.4+k3s1.
	ServerVersion string
	// Unread are facts that could not be read, each in one line that names the missing permission.
	Unread []string
	// Complete says that all DaemonSets of the cluster were looked at. It is false
	// offline, where the input may not hold the plugin's objects.
	Complete bool
}

// MayRunIn says whether a DaemonSet of that namespace may be a network plugin's.
//
// Nobody but those who run the cluster writes to kube-system. The other
// namespaces are named after the one plugin that its own documentation or
// packaging installs there, and count for that plugin only: to fake it, one must
// be allowed to create just that namespace, which is a right over the cluster.
func MayRunIn(namespace string) bool {
	return slices.ContainsFunc(plugins, func(p plugin) bool { return slices.Contains(p.namespaces, namespace) })
}

// IsSettings says whether a ConfigMap of that name may hold a plugin's settings.
func IsSettings(name string) bool {
	return slices.ContainsFunc(plugins, func(p plugin) bool { return p.settings != "" && p.settings == name })
}

// ConfigMaps names the ConfigMaps that Recognise needs to decide on the other
// facts: few, and none for most plugins.
func ConfigMaps(f Facts) []types.NamespacedName {
	var names []types.NamespacedName
	found := f.daemonSets()
	for _, d := range found {
		name := types.NamespacedName{Namespace: d.Namespace, Name: d.plugin.settings}
		if name.Name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(found) == 0 && f.mayBeAutoMode() {
		names = append(names, autoModeSettings)
	}
	return names
}

// configMap returns the ConfigMap, or nil.
func (f Facts) configMap(name types.NamespacedName) *corev1.ConfigMap {
	for _, cm := range f.ConfigMaps {
		if cm != nil && cm.Namespace == name.Namespace && cm.Name == name.Name {
			return cm
		}
	}
	return nil
}

// unread returns the line that says why a fact is missing, by a word that it must contain; empty where there is none.
func (f Facts) unread(words ...string) string {
	for _, line := range f.Unread {
		for _, word := range words {
			if strings.Contains(line, word) {
				return line
			}
		}
	}
	return ""
}

// Trim takes of a DaemonSet what recognition looks at, so that the rest of a big
// cluster's need not be kept.
func Trim(ds *appsv1.DaemonSet) *appsv1.DaemonSet {
	trimmed := &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: ds.Namespace, Name: ds.Name, Labels: ds.Labels},
		Status: appsv1.DaemonSetStatus{
			ObservedGeneration:     ds.Status.ObservedGeneration,
			DesiredNumberScheduled: ds.Status.DesiredNumberScheduled,
		},
	}
	trimmed.Spec.Template.Labels = ds.Spec.Template.Labels
	for i := range ds.Spec.Template.Spec.Containers {
		c := &ds.Spec.Template.Spec.Containers[i]
		trimmed.Spec.Template.Spec.Containers = append(trimmed.Spec.Template.Spec.Containers,
			corev1.Container{Name: c.Name, Image: c.Image, Command: c.Command, Args: c.Args, Env: c.Env})
	}
	return trimmed
}

// TrimNode takes of a node what recognition looks at.
func TrimNode(node *corev1.Node) *corev1.Node {
	trimmed := &corev1.Node{}
	trimmed.Name = node.Name
	if args, ok := node.Annotations[k3sArgs]; ok {
		trimmed.Annotations = map[string]string{k3sArgs: args}
	}
	trimmed.Status.NodeInfo.KubeletVersion = node.Status.NodeInfo.KubeletVersion
	return trimmed
}
