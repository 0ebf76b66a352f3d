package otherpolicy

import corev1 "k8s.io/api/core/v1"

// podLabel looks among the labels of a pod, which are all known.
func (p *Pod) podLabel(key string) (string, Match) {
	value, present := p.Labels[key]
	return value, matchIf(present)
}

// namespaceLabel looks among the labels of a namespace. The API server sets kubernetes.io/metadata.name on each.
func (n *Namespace) namespaceLabel(key string) (string, Match) {
	if key == corev1.LabelMetadataName {
		return n.Name, Surely
	}
	if n.LabelsUnknown {
		return "", Perhaps
	}
	value, present := n.Labels[key]
	return value, matchIf(present)
}

// serviceAccount is the name of the pod's service account, as a label. The API server gives each pod one.
func (p *Pod) serviceAccount() (string, Match) {
	if p.ServiceAccount == "" {
		return "", Perhaps
	}
	return p.ServiceAccount, Surely
}

// nobody stands for a pod that no selector means by name: it has no labels, and those that every pod has, which required
// lists, have a value that nothing else has. A selector that matches it is wide: it may match every pod.
func nobody(required ...string) lookup {
	return func(key string) (string, Match) {
		for _, r := range required {
			if key == r {
				return "\x00", Surely
			}
		}
		return "", Never
	}
}

// wide says that a selector may match every pod that there is.
func wide(e expression, required ...string) bool { return e.match(nobody(required...)) != Never }
