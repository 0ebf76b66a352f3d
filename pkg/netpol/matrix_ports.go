package netpol

import (
	"encoding/binary"
)

// PortMatrix is all that may pass between pods: [Cluster.Allowed] for all pairs, without the reasons.
type PortMatrix struct {
	*kinds
	grants grantTable
	// leave and enter are what egress and ingress grant: per group of the subject, per kind of the peer.
	leave, enter [][lanes]grantID
	// pass is what both together grant: per kind of the source, per kind of the destination. Sources on the host network
	// are not in it: what may enter hangs on the two nodes too.
	pass []grantID
}

// PortMatrix judges all pairs of those pods (indices into the pods given to [New]) for all ports.
func (c *Cluster) PortMatrix(pods []int) *PortMatrix {
	m := &PortMatrix{kinds: c.sortKinds(pods), grants: newGrantTable()}
	m.leave = make([][lanes]grantID, len(m.groups[out])*len(m.list))
	m.enter = make([][lanes]grantID, len(m.groups[in])*len(m.list))
	m.eachSide(func(w way, at int, src, dst *end, l lane) {
		if w == out {
			m.leave[at][l] = m.grants.id(leaveGrant(src, dst, l))
		} else {
			m.enter[at][l] = m.grants.id(enterGrant(src, dst, never, l))
		}
	})
	m.pass = make([]grantID, len(m.list)*len(m.list))
	joined := map[uint64]grantID{}
	for i := range m.list {
		if m.list[i].end.pod.HostNetwork {
			continue
		}
		for j := range m.list {
			m.pass[i*len(m.list)+j] = m.joinLanes(int32(i), int32(j), joined)
		}
	}
	return m
}

// joinLanes is what passes between two kinds; joined remembers it for pairs of grants.
func (m *PortMatrix) joinLanes(src, dst int32, joined map[uint64]grantID) grantID {
	leave, enter := m.sides(src, dst)
	var result grantID
	first := true
	for l, set := lane(0), m.list[src].between(&m.list[dst]); l < lanes; l++ {
		if set&(1<<l) == 0 {
			continue
		}
		key := uint64(leave[l])<<32 | uint64(enter[l])
		both, known := joined[key]
		if !known {
			both = m.grants.id(m.grants.list[leave[l]].and(m.grants.list[enter[l]]))
			joined[key] = both
		}
		if first {
			result, first = both, false
		} else if both != result {
			result = m.grants.id(m.grants.list[result].or(m.grants.list[both]))
		}
	}
	return result
}

func (m *PortMatrix) sides(src, dst int32) (leave, enter *[lanes]grantID) {
	from, to := &m.list[src], &m.list[dst]
	return &m.leave[int(from.group[out])*len(m.list)+int(dst)], &m.enter[int(to.group[in])*len(m.list)+int(src)]
}

// Allowed is what surely passes from the src-th to the dst-th of the pods that the matrix was made for, and what may.
func (m *PortMatrix) Allowed(src, dst int) (allowed, unknown PortSet) {
	if settled, ok := m.settle(src, dst); ok {
		g := settled.grant()
		return g.sure, g.unknown()
	}
	from, to := m.of[src], m.of[dst]
	if !m.pods[src].HostNetwork {
		id := m.pass[int(from)*len(m.list)+int(to)]
		return m.grants.list[id].sure, m.grants.unknown[id]
	}
	s, d := m.pods[src].end(), m.pods[dst].end()
	leave, enter := m.sides(from, to)
	g := m.grants.list[leave[laneAny]].and(m.grants.list[enter[laneAny]].or(grantAll.when(fromOwnNode(&s, &d))))
	return g.sure, g.unknown()
}

// grantID is a grant's place in a table in which equal grants are one.
type grantID uint32

type grantTable struct {
	list    []grant
	unknown []PortSet // of each
	byKey   map[string]grantID
	key     []byte // written over and over
}

func newGrantTable() grantTable { return grantTable{byKey: map[string]grantID{}} }

func (t *grantTable) id(g grant) grantID {
	t.key = g.possible.appendTo(g.sure.appendTo(t.key[:0]))
	if id, known := t.byKey[string(t.key)]; known {
		return id
	}
	id := grantID(len(t.list))
	t.list, t.unknown = append(t.list, g), append(t.unknown, g.unknown())
	t.byKey[string(t.key)] = id
	return id
}

// appendTo writes a set so that different sets look different.
func (s PortSet) appendTo(key []byte) []byte {
	for i := range s.ranges {
		key = binary.AppendUvarint(key, uint64(len(s.ranges[i])))
		for _, r := range s.ranges[i] {
			key = binary.AppendVarint(binary.AppendVarint(key, int64(r.First)), int64(r.Last))
		}
	}
	if s.others {
		return append(key, 1)
	}
	return append(key, 0)
}
