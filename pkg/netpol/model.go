package netpol

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
)

// Namespace is what the meaning of policies needs of a Namespace.
type Namespace struct {
	Name string
	// Labels of the Namespace object. The label kubernetes.io/metadata.name is always Name, whatever is said here:
	// the API server sets it on every namespace.
	Labels map[string]string
	// LabelsUnknown says that nothing but the name is known, as for a namespace in which manifests place objects
	// without declaring it. A selector over any label but kubernetes.io/metadata.name is then unknown.
	LabelsUnknown bool
}

// ContainerPort is a port that a container declares; named ports of policies are looked up among them.
type ContainerPort struct {
	Name string
	// Protocol is TCP where it is empty, as the API server defaults it.
	Protocol corev1.Protocol
	Port     int32
}

// Pod is what the meaning of policies needs of a Pod, or of a controller's pod template.
type Pod struct {
	Namespace, Name string
	Labels          map[string]string
	// IPs are the pod's addresses, at most one of each family (as in status.podIPs); more of a family are ignored.
	// None means that the addresses are unknown, as of a template.
	IPs []netip.Addr
	// HostNetwork pods share their node's network. What policies do to them is undefined.
	HostNetwork bool
	// Finished pods (phase Succeeded or Failed) have no traffic, and their addresses belong to nobody.
	Finished bool
	// NodeName is empty where the node is not known.
	NodeName string
	// HostIPs are the addresses of the pod's node, if known.
	HostIPs []netip.Addr
	Ports   []ContainerPort
}

// ContainerPorts lists the ports that can be meant by name: those of the containers and of the restartable init
// containers (sidecars: init containers with restartPolicy Always), which keep running beside them.
func ContainerPorts(spec *corev1.PodSpec) []ContainerPort {
	if spec == nil {
		return nil
	}
	var ports []ContainerPort
	add := func(c *corev1.Container) {
		for _, p := range c.Ports {
			ports = append(ports, ContainerPort{Name: p.Name, Protocol: p.Protocol, Port: p.ContainerPort})
		}
	}
	for i := range spec.Containers {
		add(&spec.Containers[i])
	}
	for i := range spec.InitContainers {
		if policy := spec.InitContainers[i].RestartPolicy; policy != nil && *policy == corev1.ContainerRestartPolicyAlways {
			add(&spec.InitContainers[i])
		}
	}
	return ports
}

// Endpoint is one end of a connection: a pod ([AtPod]) or an address ([AtAddress]). The zero value is neither, and every
// question about it is answered [Unknown].
type Endpoint struct {
	pod  int // one more than the index, so that the zero value is no pod
	addr netip.Addr
}

// AtPod is the pod with that index in the pods given to [New].
func AtPod(index int) Endpoint { return Endpoint{pod: index + 1} }

// AtAddress is whatever has that address. A live pod's address on the pod network is that pod, reached by that address;
// any other address is outside the pods, the address of a node (and so of its host-network pods) included.
func AtAddress(addr netip.Addr) Endpoint { return Endpoint{addr: plain(addr)} }

// plain strips what does not distinguish peers: an IPv4 address written as IPv6 is the IPv4 address, and a zone is local
// to one machine.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }
