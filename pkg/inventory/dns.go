package inventory

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// DNS is what serves the cluster's names. Where nothing of it was found, it is not known.
type DNS struct {
	// Service is the cluster's DNS Service; nil where none was found.
	Service *Service
	// Pods are the live pods behind it that Inventory.Workloads does not have.
	Pods []Workload
	// NodeLocal says that a node-local cache runs in the cluster, which answers on the pod's own node.
	NodeLocal bool
	// Unknown is why it could not be read; nil where it was, or nobody asked for it.
	Unknown error
}

// DNSNamespaces are where platforms run the cluster's DNS: OpenShift has its own place for it.
var DNSNamespaces = []string{"kube-system", "openshift-dns"}

// dnsServices are the names that the DNS Service has: kubeadm, EKS, GKE, AKS and k3s keep that of its predecessor.
var dnsServices = []string{"kube-dns", "coredns", "dns-default"}

// DNSPort is where DNS is served to its clients; OpenShiftDNSPort is that of OpenShift's pods behind it.
const (
	DNSPort          = 53
	OpenShiftDNSPort = 5353
)

// DNSProtocols are both needed: an answer that does not fit into a datagram is asked for again over TCP (RFC 7766).
var DNSProtocols = [...]corev1.Protocol{corev1.ProtocolUDP, corev1.ProtocolTCP}

// Well-known addresses that answer DNS. Both are on the node or beyond it: no selector reaches them.
var (
	// NodeLocalDNSAddress is where the node-local cache listens (Kubernetes: "Using NodeLocal DNSCache in Kubernetes Clusters").
	NodeLocalDNSAddress = netip.MustParseAddr("169.254.20.10")
	// CloudDNSAddress is the resolver of GKE's Cloud DNS for pods.
	CloudDNSAddress = netip.MustParseAddr("169.254.169.254")
)

// FindDNSService returns the cluster's DNS Service among Services, or nil: by its well-known name, else the only one of
// those namespaces that serves DNS.
func FindDNSService(services []Service) *Service {
	var serving []*Service
	for i := range services {
		if s := &services[i]; slices.Contains(DNSNamespaces, s.Namespace) && s.servesDNS() {
			serving = append(serving, s)
		}
	}
	for _, name := range dnsServices {
		for _, s := range serving {
			if s.Name == name {
				return s
			}
		}
	}
	if len(serving) == 1 {
		return serving[0]
	}
	return nil
}

func (s *Service) servesDNS() bool {
	return slices.ContainsFunc(s.Ports, func(p corev1.ServicePort) bool {
		return p.Port == DNSPort && p.Protocol == corev1.ProtocolUDP
	})
}

// NodeLocalDNSLabel is the value of the label k8s-app of the node-local cache's pods.
const NodeLocalDNSLabel = "node-local-dns"

// IsNodeLocalDNS says that a workload is the node-local DNS cache, by the label of its manifest in Kubernetes.
func (w *Workload) IsNodeLocalDNS() bool {
	return w.Namespace == "kube-system" &&
		(w.Labels["k8s-app"] == NodeLocalDNSLabel || strings.HasPrefix(w.Name, NodeLocalDNSLabel))
}
