package netpol

// PortMatrix is all that may pass between pods: [Cluster.Allowed] for all pairs, without the reasons.
type PortMatrix struct {
	*kinds
	leave, enter [][lanes]grant
}

// PortMatrix judges all pairs of those pods (indices into the pods given to [New]) for all ports.
func (c *Cluster) PortMatrix(pods []int) *PortMatrix {
	m := &PortMatrix{kinds: c.sortKinds(pods)}
	m.leave = make([][lanes]grant, len(m.groups[out])*len(m.list))
	m.enter = make([][lanes]grant, len(m.groups[in])*len(m.list))
	m.eachSide(func(w way, at int, src, dst *end, l lane) {
		if w == out {
			m.leave[at][l] = leaveGrant(src, dst, l)
		} else {
			m.enter[at][l] = enterGrant(src, dst, never, l)
		}
	})
	return m
}

// Allowed is what surely passes from the src-th to the dst-th of the pods that the matrix was made for, and what may.
func (m *PortMatrix) Allowed(src, dst int) (allowed, unknown PortSet) {
	if settled, ok := m.settle(src, dst); ok {
		g := settled.grant()
		return g.sure, g.unknown()
	}
	from, to := &m.list[m.of[src]], &m.list[m.of[dst]]
	leave := &m.leave[int(from.group[out])*len(m.list)+int(m.of[dst])]
	enter := &m.enter[int(to.group[in])*len(m.list)+int(m.of[src])]
	local := never
	if from.end.pod.HostNetwork {
		s, d := m.pods[src].end(), m.pods[dst].end()
		local = fromOwnNode(&s, &d)
	}
	set := from.between(to)
	var g grant
	for l := range lanes {
		if set&(1<<l) != 0 {
			g = g.or(leave[l].and(enter[l].or(grantAll.when(local))))
		}
	}
	return g.sure, g.unknown()
}
