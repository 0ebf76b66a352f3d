package netpol

import corev1 "k8s.io/api/core/v1"

// Matrix is who may connect to whom on one port: [Cluster.Connect] for all pairs of pods, without the reasons.
type Matrix struct {
	*kinds
	// leave and enter are what egress and ingress say: per group of the subject, per kind of the peer.
	leave, enter []laneMatches
	noPort       bool // what was asked for is no port, so that everything that is judged is unknown
}

// laneMatches are the matches of all lanes, two bits each, lane 0 lowest; & and | work on all of them at once.
type laneMatches uint8

// Matrix judges all pairs of those pods (indices into the pods given to [New]) for one port. The cost grows with the
// number of *different* pods: those with equal namespaces, labels and ports that lie in the same ipBlocks are judged
// once, and a direction is judged once for all pods that the same policies select.
func (c *Cluster) Matrix(pods []int, port int32, protocol corev1.Protocol) *Matrix {
	m := &Matrix{kinds: c.sortKinds(pods)}
	q := queryOf(port, protocol)
	if !q.valid() {
		m.noPort = true
		return m
	}
	m.leave = make([]laneMatches, len(m.groups[out])*len(m.list))
	m.enter = make([]laneMatches, len(m.groups[in])*len(m.list))
	m.eachSide(func(w way, at int, src, dst *end, l lane) {
		if w == out {
			m.leave[at] |= laneMatches(mayLeave(src, dst, l, q)) << (2 * l)
		} else {
			m.enter[at] |= laneMatches(mayEnter(src, dst, never, l, q)) << (2 * l)
		}
	})
	return m
}

// eachSide calls for each direction, group of subjects and kind of peers, and each lane that they could meet in.
func (k *kinds) eachSide(judge func(w way, at int, src, dst *end, l lane)) {
	for w := range ways {
		for g, first := range k.groups[w] {
			for other := range k.list {
				subject, peer := &k.list[first].end, &k.list[other].end
				// Other kinds of the group may have addresses that this one has not: only the peer's are looked at.
				for l := range lanes {
					if l != laneAny && !peer.unknown && !peer.addr[l].IsValid() {
						continue
					}
					if w == out {
						judge(w, g*len(k.list)+other, subject, peer, l)
					} else {
						judge(w, g*len(k.list)+other, peer, subject, l)
					}
				}
			}
		}
	}
}

// Len is the number of pods.
func (k *kinds) Len() int { return len(k.pods) }

// Verdict is that of the connection from the src-th to the dst-th of the pods that the matrix was made for.
func (m *Matrix) Verdict(src, dst int) Verdict {
	if settled, ok := m.settle(src, dst); ok {
		return settled
	}
	if m.noPort {
		return Unknown
	}
	from, to := &m.list[m.of[src]], &m.list[m.of[dst]]
	leave := m.leave[int(from.group[out])*len(m.list)+int(m.of[dst])]
	enter := m.enter[int(to.group[in])*len(m.list)+int(m.of[src])]
	if from.end.pod.HostNetwork {
		s, d := m.pods[src].end(), m.pods[dst].end()
		enter |= laneMatches(fromOwnNode(&s, &d)) << (2 * laneAny)
	}
	pass := leave & enter
	set := from.between(to)
	best := never
	for l := range lanes {
		if set&(1<<l) != 0 {
			best |= match(pass>>(2*l)) & surely
		}
	}
	return best.verdict()
}

// settle answers what no policy has a say in.
func (k *kinds) settle(src, dst int) (Verdict, bool) {
	s, d := k.pods[src], k.pods[dst]
	switch {
	case s == nil || d == nil:
		return Unknown, true
	case s.Finished || d.Finished:
		return Denied, true
	case s == d:
		return Allowed, true
	default:
		return "", false
	}
}
