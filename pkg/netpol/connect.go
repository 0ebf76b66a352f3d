package netpol

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Reason says how a [Decision] came about.
type Reason string

const (
	// ReasonNotIsolated : no policy selects the pod in this direction.
	ReasonNotIsolated Reason = "not-isolated"
	// ReasonRule : at least one rule allows.
	ReasonRule Reason = "rule"
	// ReasonNoRule : policies select the pod, and no rule of theirs matches.
	ReasonNoRule Reason = "no-rule"
	// ReasonRuleMayMatch : no rule surely matches, and at least one may.
	ReasonRuleMayMatch Reason = "rule-may-match"
	// ReasonPolicyMaySelect : whether any policy selects the pod is unknown.
	ReasonPolicyMaySelect Reason = "policy-may-select"
	// ReasonOwnNode : the source is the pod's own node.
	ReasonOwnNode Reason = "own-node"
	// ReasonHostNetwork : the pod, or its peer, is on the host network.
	ReasonHostNetwork Reason = "host-network"
	// ReasonNoPod : this end is no pod, so that nothing isolates it.
	ReasonNoPod Reason = "no-pod"
	// ReasonSelf : the pod's traffic to itself is never judged.
	ReasonSelf Reason = "self"
	// ReasonFinished : a finished pod has no traffic.
	ReasonFinished Reason = "finished"
	// ReasonNotJudged : the question has no answer; the notes say why.
	ReasonNotJudged Reason = "not-judged"
)

// Decision is what one direction says to a connection: egress at the source, or ingress at the destination.
type Decision struct {
	Direction Direction
	Verdict   Verdict
	Reason    Reason
	// Rules are those that allow, where Verdict is Allowed by rules; those that may, where it is Unknown.
	Rules []RuleRef
	// Policies are those that select the pod in this direction, in the order given to [New]: where Verdict is Denied,
	// they isolate without allowing. Where the ends were not judged (see Reason), there are none.
	Policies []PolicyRef
}

// Answer is what the policies say to one connection.
type Answer struct {
	Verdict         Verdict
	Egress, Ingress Decision
	Notes           []Note
}

// Connect says whether a connection to a port of dst may be made. An empty protocol is TCP; one that is not TCP, UDP or SCTP is allowed only
// by rules without ports, whatever the port.
//
// Both directions must let it pass. Concepts: "For a connection from a source pod to a destination pod to be allowed, both the
// egress policy on the source pod and the ingress policy on the destination pod need to allow the connection. If either
// side does not allow the connection, it will not happen." Answers to an allowed connection are not judged: "Reply
// traffic for those allowed connections will also be implicitly allowed."
//
// Where both ends have IPv4 and IPv6 addresses, a connection is allowed if it is by either; the decisions are those of
// the family with the better verdict, IPv4 where they are equal.
func (c *Cluster) Connect(src, dst Endpoint, port int32, protocol corev1.Protocol) Answer {
	q := queryOf(port, protocol)
	s, d, settled, ok := c.settlePort(src, dst, q)
	if ok {
		return settled
	}
	local := fromOwnNode(&s, &d)
	best, bestLane, differ := judge(&s, &d, local, q)
	a := Answer{Verdict: best.verdict()}
	var doubts doubts
	a.Egress = decide(out, &s, &d, never, bestLane, q, &doubts)
	a.Ingress = decide(in, &s, &d, local, bestLane, q, &doubts)
	a.Notes = c.notes(&s, &d, differ)
	if best == perhaps {
		a.Notes = append(a.Notes, doubts.notes()...)
	}
	return a
}

// Verdict is [Cluster.Connect]'s, without what decided it.
func (c *Cluster) Verdict(src, dst Endpoint, port int32, protocol corev1.Protocol) Verdict {
	q := queryOf(port, protocol)
	s, d, settled, ok := c.settlePort(src, dst, q)
	if ok {
		return settled.Verdict
	}
	best, _, _ := judge(&s, &d, fromOwnNode(&s, &d), q)
	return best.verdict()
}

// judge is how surely a connection passes in the best of its lanes, and which that is.
func judge(src, dst *end, local match, q query) (best match, bestLane lane, differ bool) {
	set, differ := lanesBetween(src, dst)
	for l, first := lane(0), true; l < lanes; l++ {
		if set&(1<<l) == 0 {
			continue
		}
		if m := mayLeave(src, dst, l, q) & mayEnter(src, dst, local, l, q); first || m > best {
			best, bestLane, first = m, l, false
		}
	}
	return best, bestLane, differ
}

func queryOf(port int32, protocol corev1.Protocol) query {
	if protocol == "" {
		protocol = corev1.ProtocolTCP
	}
	return query{protocol, port}
}

func (q query) valid() bool {
	return protocolIndex(q.protocol) < 0 || firstPort <= q.port && q.port <= lastPort
}

// settle looks the ends up, and answers what no policy has a say in.
func (c *Cluster) settle(src, dst Endpoint) (s, d end, settled Answer, ok bool) {
	s, note := c.endOf(src)
	if note != "" {
		return s, d, notJudged(note), true
	}
	d, note = c.endOf(dst)
	if note != "" {
		return s, d, notJudged(note), true
	}
	switch {
	case s.pod == nil && d.pod == nil:
		return s, d, notJudged(NoteNoPod), true
	case s.pod != nil && s.pod.Finished || d.pod != nil && d.pod.Finished:
		return s, d, answerBoth(Denied, ReasonFinished, NoteFinished), true
	case s.pod == d.pod:
		// Concepts: "a pod cannot block access to itself".
		return s, d, answerBoth(Allowed, ReasonSelf, NoteSelf), true
	}
	return s, d, Answer{}, false
}

// settlePort is settle, which also answers what is asked about no port.
func (c *Cluster) settlePort(src, dst Endpoint, q query) (s, d end, settled Answer, ok bool) {
	s, d, settled, ok = c.settle(src, dst)
	if !ok && !q.valid() {
		return s, d, notJudged(NoteInvalidPort), true
	}
	return s, d, settled, ok
}

func notJudged(note Note) Answer { return answerBoth(Unknown, ReasonNotJudged, note) }

func answerBoth(v Verdict, why Reason, note Note) Answer {
	return Answer{
		Verdict: v,
		Egress:  Decision{Direction: Egress, Verdict: v, Reason: why},
		Ingress: Decision{Direction: Ingress, Verdict: v, Reason: why},
		Notes:   []Note{note},
	}
}

// decide is mayLeave or mayEnter with its reasons.
func decide(w way, src, dst *end, local match, l lane, q query, doubts *doubts) Decision {
	subject, peer := src, dst
	if w == in {
		subject, peer = dst, src
	}
	d := Decision{Direction: w.direction(), Verdict: Allowed}
	if subject.pod == nil {
		d.Reason = ReasonNoPod
		return d
	}
	list := subject.pod.class.selecting[w]
	for i := range list.policies {
		d.Policies = append(d.Policies, list.policies[i].policy.ref)
	}
	switch {
	case len(list.policies) == 0:
		d.Reason = ReasonNotIsolated
		return d
	case local == surely:
		d.Reason = ReasonOwnNode
		return d
	}
	m := list.judge(w, peer, dst, l, q)
	if subject.pod.HostNetwork && m != surely {
		d.Verdict, d.Reason = Unknown, ReasonHostNetwork
		return d
	}
	d.Rules = list.matching(w, peer, dst, l, q, m)
	d.Reason = list.reason(m)
	if m == perhaps {
		doubts.add(list, w, peer, dst, l, q)
	}
	if m == never && local == perhaps {
		d.Reason = ReasonHostNetwork
	}
	d.Verdict = (m | local).verdict()
	return d
}

// matching lists the rules that match as surely as the verdict says; where whether anything isolates is unknown, those
// that may match too.
func (s *selecting) matching(w way, peer, dst *end, l lane, q query, m match) []RuleRef {
	var rules []RuleRef
	if m == never {
		return nil
	}
	for i := range s.policies {
		p := s.policies[i].policy
		for j := range p.rules[w] {
			granted := p.rules[w][j].match(peer, dst, l, q)
			if s.certain {
				granted &= s.policies[i].match
			}
			if granted == m || granted != never && !s.certain {
				rules = append(rules, RuleRef{p.ref, w.direction(), j})
			}
		}
	}
	return rules
}

func (s *selecting) reason(m match) Reason {
	switch {
	case m == never:
		return ReasonNoRule
	case m == surely:
		return ReasonRule
	case !s.certain:
		return ReasonPolicyMaySelect
	default:
		return ReasonRuleMayMatch
	}
}

// notes are those that do not hang on a policy.
func (c *Cluster) notes(src, dst *end, differ bool) []Note {
	var notes []Note
	if src.hostNetwork() || dst.hostNetwork() {
		notes = append(notes, NoteHostNetwork)
	}
	if fromOwnNode(src, dst) == surely {
		notes = append(notes, NoteOwnNode)
	}
	if differ {
		notes = append(notes, NoteFamiliesDiffer)
	}
	if c.isNode(src) && !slices.Contains(notes, NoteOwnNode) || c.isNode(dst) {
		notes = append(notes, NoteNodeAddress)
	}
	return notes
}
