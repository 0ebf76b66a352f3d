package baseline

import (
	"net/netip"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Extent is how much of the traffic with a peer passes.
type Extent string

const (
	// ExtentAll : every port of every protocol.
	ExtentAll Extent = "allowed"
	// ExtentSome : some ports, or some of the peers.
	ExtentSome Extent = "partly"
	// ExtentNone : nothing.
	ExtentNone Extent = "blocked"
)

// Effect is what a set does to the traffic of a pod in a namespace that has no other policies.
type Effect struct {
	// Direction is that of the traffic, seen from the pod.
	Direction netpol.Direction
	// Peer is the other end, in words.
	Peer string
	// Extent is how much passes.
	Extent Extent
}

// relation is one kind of peer.
type relation struct {
	direction netpol.Direction
	peer      string
	// ends are examples of the peer; what is said must hold for each.
	ends []netpol.Endpoint
	// query is the only port that matters; none means all.
	query int32
}

// Effects computes what the set allows and blocks, in a small cluster of its
// own: pods in three namespaces, addresses of nodes, and addresses that are
// nobody's, of both families. Policies that do not select a pod without labels
// have no effect there.
func (s Set) Effects() []Effect {
	pods, relations := referenceCluster()
	cluster := netpol.New([]netpol.Namespace{{Name: ownNamespace}, {Name: otherNamespace}, {Name: dnsNamespace}}, pods, s.Policies(ownNamespace))
	effects := make([]Effect, len(relations))
	for i, r := range relations {
		effects[i] = Effect{Direction: r.direction, Peer: r.peer, Extent: r.judge(cluster)}
	}
	return effects
}

const (
	ownNamespace   = "own"
	otherNamespace = "other"
	dnsNamespace   = "kube-system"
)

// Peers, as the users read them.
const (
	peerSameNamespace   = "pods of the same namespace"
	peerOtherNamespaces = "pods of other namespaces"
	peerNodes           = "nodes and the API server"
	peerOutside         = "addresses outside the cluster"
	// PeerDNS is what answers the pods' queries for names.
	PeerDNS = "the cluster's DNS"
)

// referenceCluster is a pod, at index 0, and what it can have to do with.
func referenceCluster() ([]netpol.Pod, []relation) {
	pods := []netpol.Pod{
		{Namespace: ownNamespace, Name: "subject", IPs: addresses("10.0.0.1", "fd00::1")},
		{Namespace: ownNamespace, Name: "neighbour", IPs: addresses("10.0.0.2", "fd00::2")},
		{Namespace: otherNamespace, Name: "stranger", IPs: addresses("10.0.0.3", "fd00::3")},
		{
			Namespace: dnsNamespace, Name: "dns", IPs: addresses("10.0.0.4", "fd00::4"),
			Labels: map[string]string{"k8s-app": "kube-dns"},
		},
	}
	nodes := endpoints("192.0.2.1", "2001:db8:1::1")
	outside := endpoints("203.0.113.1", "2001:db8:2::1")
	var relations []relation
	for _, direction := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
		relations = append(relations,
			relation{direction, peerSameNamespace, []netpol.Endpoint{netpol.AtPod(1)}, 0},
			relation{direction, peerOtherNamespaces, []netpol.Endpoint{netpol.AtPod(2)}, 0},
			relation{direction, peerNodes, nodes, 0},
			relation{direction, peerOutside, outside, 0})
	}
	return pods, append(relations, relation{netpol.Egress, PeerDNS, []netpol.Endpoint{netpol.AtPod(3)}, inventory.DNSPort})
}

func addresses(texts ...string) []netip.Addr {
	addrs := make([]netip.Addr, len(texts))
	for i, text := range texts {
		addrs[i] = netip.MustParseAddr(text)
	}
	return addrs
}

func endpoints(texts ...string) []netpol.Endpoint {
	var ends []netpol.Endpoint
	for _, addr := range addresses(texts...) {
		ends = append(ends, netpol.AtAddress(addr))
	}
	return ends
}

func (r relation) judge(cluster *netpol.Cluster) Extent {
	all, none := true, true
	for _, end := range r.ends {
		// The pod's own side: what the peer is isolated by is the peer's.
		allowed := cluster.Allowed(end, netpol.AtPod(0)).Ingress.Allowed
		if r.direction == netpol.Egress {
			allowed = cluster.Allowed(netpol.AtPod(0), end).Egress.Allowed
		}
		if r.query != 0 {
			for _, protocol := range inventory.DNSProtocols {
				passes := allowed.Contains(r.query, protocol)
				all, none = all && passes, none && !passes
			}
			continue
		}
		all, none = all && allowed.IsEverything(), none && allowed.IsEmpty()
	}
	switch {
	case all:
		return ExtentAll
	case none:
		return ExtentNone
	default:
		return ExtentSome
	}
}

// Passing sums up one direction: everything, nothing, or the peers with which
// traffic passes.
func Passing(effects []Effect, direction netpol.Direction) []string {
	var peers []string
	for _, e := range effects {
		if e.Direction != direction {
			continue
		}
		switch e.Extent {
		case ExtentAll:
			peers = append(peers, e.Peer)
		case ExtentSome:
			peers = append(peers, e.Peer+" (partly)")
		}
	}
	return peers
}
