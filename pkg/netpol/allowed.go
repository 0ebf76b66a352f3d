package netpol

// Allowance is all that the policies allow from one end to another.
type Allowance struct {
	// Allowed is what surely passes.
	Allowed PortSet
	// Unknown is what may pass, and is not in Allowed; the rest is denied.
	Unknown         PortSet
	Egress, Ingress Side
	Notes           []Note
}

// Side is the part that one direction has in an [Allowance].
type Side struct {
	Direction Direction
	// Isolated says that a policy surely selects the pod in this direction.
	Isolated         bool
	Allowed, Unknown PortSet
	// Rules are those of whose ports at least one is in Allowed or Unknown.
	Rules []RuleRef
	// Policies are those that select the pod in this direction.
	Policies []PolicyRef
}

// Allowed says everything that may pass from src to dst: [Cluster.Connect] for every port of TCP, UDP and SCTP and for
// the other IP protocols, as sets. Where both ends have IPv4 and IPv6 addresses, what passes by either is allowed; the
// sides then add up what each family would be let through.
func (c *Cluster) Allowed(src, dst Endpoint) Allowance {
	s, d, settled, ok := c.settle(src, dst)
	if ok {
		g := settled.Verdict.grant()
		return Allowance{
			Allowed: g.sure, Unknown: g.unknown(), Notes: settled.Notes,
			Egress:  Side{Direction: Egress, Allowed: g.sure, Unknown: g.unknown()},
			Ingress: Side{Direction: Ingress, Allowed: g.sure, Unknown: g.unknown()},
		}
	}
	set, differ := lanesBetween(&s, &d)
	local := fromOwnNode(&s, &d)
	var both, egress, ingress grant
	for l := range lanes {
		if set&(1<<l) == 0 {
			continue
		}
		leave, enter := leaveGrant(&s, &d, l), enterGrant(&s, &d, local, l)
		both, egress, ingress = both.or(leave.and(enter)), egress.or(leave), ingress.or(enter)
	}
	a := Allowance{
		Allowed: both.sure,
		Unknown: both.unknown(),
		Egress:  side(out, &s, &d, set, egress),
		Ingress: side(in, &d, &s, set, ingress),
		Notes:   c.notes(&s, &d, differ),
	}
	if !a.Unknown.IsEmpty() {
		var doubts doubts
		doubts.addSide(out, &s, &d, set)
		doubts.addSide(in, &d, &s, set)
		a.Notes = append(a.Notes, doubts.notes()...)
	}
	return a
}

// grant is all ports, as surely as the verdict says.
func (v Verdict) grant() grant {
	switch v {
	case Allowed:
		return grantAll
	case Denied:
		return grantNone
	default:
		return grantPerhaps
	}
}

// unknown is what is possible and not sure.
func (g grant) unknown() PortSet { return g.possible.Minus(g.sure) }

func side(w way, subject, peer *end, set laneSet, g grant) Side {
	s := Side{Direction: w.direction(), Allowed: g.sure, Unknown: g.unknown()}
	if subject.pod == nil {
		return s
	}
	dst := subject
	if w == out {
		dst = peer
	}
	list := subject.pod.class.selecting[w]
	s.Isolated = list.certain
	for i := range list.policies {
		p := list.policies[i].policy
		s.Policies = append(s.Policies, p.ref)
		for j := range p.rules[w] {
			if p.rules[w][j].opens(peer, dst, set) {
				s.Rules = append(s.Rules, RuleRef{p.ref, w.direction(), j})
			}
		}
	}
	return s
}

// opens says whether a rule may let anything through in any of the lanes.
func (r *rule) opens(peer, dst *end, set laneSet) bool {
	for l := range lanes {
		if set&(1<<l) != 0 && r.matchPeer(peer, l) != never {
			return !r.portsAt(dst).possible.IsEmpty()
		}
	}
	return false
}
