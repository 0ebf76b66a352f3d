package networkplugin

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// daemonSet is a DaemonSet that was recognised.
type daemonSet struct {
	*appsv1.DaemonSet
	plugin *plugin
}

// daemonSets are the plugins' DaemonSets, in the order of the table.
func (f Facts) daemonSets() []daemonSet {
	var found []daemonSet
	taken := map[*appsv1.DaemonSet]bool{}
	for i := range plugins {
		for _, ds := range f.DaemonSets {
			if ds != nil && !taken[ds] && plugins[i].matches(ds) && !isIdle(ds) {
				taken[ds] = true
				found = append(found, daemonSet{ds, &plugins[i]})
			}
		}
	}
	return found
}

// isIdle says that the DaemonSet's controller has seen no node for it: what
// runs nowhere proves nothing. Manifests have no status, and are not idle.
func isIdle(ds *appsv1.DaemonSet) bool {
	return ds.Status.ObservedGeneration > 0 && ds.Status.DesiredNumberScheduled == 0
}

// matches says that the DaemonSet is the plugin's.
func (p *plugin) matches(ds *appsv1.DaemonSet) bool {
	if len(p.containers) == 0 || !slices.Contains(p.namespaces, ds.Namespace) {
		return false
	}
	known := p.hasLabel(ds.Labels) || p.hasLabel(ds.Spec.Template.Labels)
	for _, name := range p.containers {
		c := container(ds, name)
		if c == nil {
			return false
		}
		known = known || p.hasImage(c.Image)
	}
	return known
}

func (p *plugin) hasLabel(labels map[string]string) bool {
	return slices.ContainsFunc(p.labels, func(label string) bool {
		key, value, _ := strings.Cut(label, "=")
		got, ok := labels[key]
		return ok && got == value
	})
}

func (p *plugin) hasImage(image string) bool {
	repository, _ := splitImage(image)
	return slices.ContainsFunc(p.images, func(end string) bool {
		return repository == end || strings.HasSuffix(repository, "/"+end)
	})
}

// splitImage cuts an image reference into repository and tag; either may be empty.
func splitImage(image string) (repository, tag string) {
	repository, _, _ = strings.Cut(image, "@")
	// A colon before the last slash is a registry's port.
	if i := strings.LastIndex(repository, ":"); i > strings.LastIndex(repository, "/") {
		return repository[:i], repository[i+1:]
	}
	return repository, ""
}

// container returns the container of that name, or nil. Init containers have ended.
func container(ds *appsv1.DaemonSet, name string) *corev1.Container {
	for i := range ds.Spec.Template.Spec.Containers {
		if c := &ds.Spec.Template.Spec.Containers[i]; c.Name == name {
			return c
		}
	}
	return nil
}
