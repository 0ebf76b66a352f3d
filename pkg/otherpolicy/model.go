package otherpolicy

// Namespace is what a policy may ask of a namespace.
type Namespace struct {
	// Name is its name.
	Name string
	// Labels are those of the Namespace object. The label kubernetes.io/metadata.name is always Name, whatever is said here.
	Labels map[string]string
	// LabelsUnknown says that nothing but the name is known.
	LabelsUnknown bool
}

// Pod is what a policy may ask of a pod.
type Pod struct {
	// Labels are those of the Pod object, or of the template.
	Labels map[string]string
	// HostNetwork pods share their node's network.
	HostNetwork bool
	// ServiceAccount is the name of its service account; empty where it is not known.
	ServiceAccount string
}
