package otherpolicy

import "slices"

// coverage is whose traffic rules may let pass, on every port: the most that they can mean, since what may be everything
// must not be called isolation.
type coverage struct {
	// cluster is every pod, world is everything that is not in the cluster.
	cluster, world bool
	// addresses are blocks that are named.
	addresses []span
	// podsToo says that blocks also mean the pods that have addresses in them.
	podsToo bool
}

func (c coverage) and(other coverage) coverage {
	return coverage{
		cluster: c.cluster || other.cluster, world: c.world || other.world, podsToo: c.podsToo || other.podsToo,
		addresses: slices.Concat(c.addresses, other.addresses),
	}
}

// everything counts all addresses of one family as the world: the cluster may have only that.
func (c coverage) everything() bool {
	blocks := ipv4.coveredBy(c.addresses) || ipv6.coveredBy(c.addresses)
	return (c.cluster || c.podsToo && blocks) && (c.world || blocks)
}

// The protocols that are told apart. SCTP is not, so that all of TCP and all of UDP count as everything.
const (
	tcp = iota
	udp
	protocols
)

// opening is coverage by protocol.
type opening [protocols]coverage

// onAll is coverage of each protocol.
func onAll(c coverage) opening { return opening{c, c} }

// open is everything.
func open() opening { return onAll(coverage{cluster: true, world: true}) }

func (o opening) and(other opening) opening {
	for i := range o {
		o[i] = o[i].and(other[i])
	}
	return o
}

func (o opening) everything() bool {
	for i := range o {
		if !o[i].everything() {
			return false
		}
	}
	return true
}

// only keeps the protocols that are named.
func (o opening) only(kept [protocols]bool) opening {
	for i := range o {
		if !kept[i] {
			o[i] = coverage{}
		}
	}
	return o
}
