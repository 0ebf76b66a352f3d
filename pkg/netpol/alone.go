package netpol

import "slices"

// NewPod stands, where the index of a pod is asked for, for a new pod without labels, ports or an address.
const NewPod = -1

// PostureOf is the posture that a pod would have if only these policies selected it: what they are worth without the
// others. Whether they do select it is not looked at, nor which pods they are meant for; those of them that do not isolate the
// direction are left out.
func (c *Cluster) PostureOf(policies []int, pod int, direction Direction) Posture {
	subject := newPod()
	switch {
	case pod >= len(c.pods) || pod < NewPod:
		return PostureUnknown
	case pod != NewPod:
		p := &c.pods[pod]
		if p.HostNetwork || p.Finished {
			return PostureNotApplicable
		}
		subject = p.end()
	}
	open, isolated := c.openBy(policies, &subject, direction.way())
	if !isolated {
		return PostureOpen
	}
	return postureOf(open)
}

// EveryProtocol says whether those policies surely allow everybody also the IP protocols beside TCP, UDP and SCTP. That
// takes rules without ports: all ports of the three, listed, are allow-all, and still not everything.
func (c *Cluster) EveryProtocol(policies []int, direction Direction) bool {
	subject := newPod()
	open, _ := c.openBy(policies, &subject, direction.way())
	var spans []span
	for _, o := range open {
		switch {
		case !o.rule.anyPort:
		case o.rule.anyPeer || o.rule.everyAddress:
			return true
		default:
			spans = append(spans, o.rule.spans...)
		}
	}
	return everyAddress(spans)
}

// openBy is what those of the policies that isolate the direction open; isolated says that there are such.
func (c *Cluster) openBy(policies []int, subject *end, w way) (open []openPorts, isolated bool) {
	for _, index := range policies {
		p := c.policy(index)
		if p == nil || !p.affects[w] {
			continue
		}
		isolated = true
		for i := range p.rules[w] {
			open = append(open, openPorts{rule: &p.rules[w][i], ports: p.rules[w][i].surePorts(w, subject)})
		}
	}
	return open, isolated
}

func newPod() end { return end{pod: &pod{Pod: &Pod{}}} }

// HasRules says whether the policy with that index has rules for a direction, one that it does not isolate included.
func (c *Cluster) HasRules(policy int, direction Direction) bool {
	p := c.policy(policy)
	return p != nil && len(p.rules[direction.way()]) > 0
}

// NamesPorts says whether the policy with that index names a port in its rules for a direction, so that what it allows is
// different from pod to pod.
func (c *Cluster) NamesPorts(policy int, direction Direction) bool {
	p := c.policy(policy)
	if p == nil {
		return false
	}
	for i := range p.rules[direction.way()] {
		if p.rules[direction.way()][i].namesPorts {
			return true
		}
	}
	return false
}

// MeansPodsOnly says whether the policy with that index has rules for a direction, and each of them allows only what
// selectors match: no address that is no pod's.
func (c *Cluster) MeansPodsOnly(policy int, direction Direction) bool {
	if !c.HasRules(policy, direction) {
		return false
	}
	rules := c.policy(policy).rules[direction.way()]
	return !slices.ContainsFunc(rules, func(r rule) bool {
		return r.anyPeer || slices.ContainsFunc(r.peers, func(p peer) bool { return p.block != nil || p.invalid })
	})
}

// SelectsNewPod says whether the policy with that index surely selects a new pod without labels.
func (c *Cluster) SelectsNewPod(policy int) bool {
	p := c.policy(policy)
	return p != nil && p.subject.matchLabels(nil) == surely
}

// SelectsAllPods says whether the podSelector of the policy with that index is empty.
func (c *Cluster) SelectsAllPods(policy int) bool {
	p := c.policy(policy)
	return p != nil && p.subject.everything()
}

// SameSubjects says whether two policies of one namespace have the same podSelector.
func (c *Cluster) SameSubjects(a, b int) bool {
	p, q := c.policy(a), c.policy(b)
	return p != nil && q != nil && p.ns == q.ns && p.subject.String() == q.subject.String()
}

// Isolated says whether a policy surely selects the pod with that index in a direction; certain is false where that hangs on
// a podSelector that cannot be read.
func (c *Cluster) Isolated(pod int, direction Direction) (isolated, certain bool) {
	if pod < 0 || pod >= len(c.pods) {
		return false, false
	}
	list := c.pods[pod].class.selecting[direction.way()]
	return list.certain, list.certain || len(list.policies) == 0
}

// AlikePorts is the same number for pods whose containers declare the same ports: named ports of policies mean the same there.
func (c *Cluster) AlikePorts(pod int) int {
	if pod < 0 || pod >= len(c.pods) {
		return 0
	}
	return c.pods[pod].alikePorts
}

// Alike is the same for pods of one namespace that the same policies select in a direction. It can be compared, and used as
// the key of a map.
type Alike struct{ list *selecting }

// AlikeIn is what the pod with that index has in common with others.
func (c *Cluster) AlikeIn(pod int, direction Direction) Alike {
	if pod < 0 || pod >= len(c.pods) {
		return Alike{}
	}
	return Alike{c.pods[pod].class.selecting[direction.way()]}
}
