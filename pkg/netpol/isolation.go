package netpol

import corev1 "k8s.io/api/core/v1"

// query is the port that a connection goes to.
type query struct {
	protocol corev1.Protocol
	port     int32
}

// mayLeave says whether egress of the source lets a connection out.
//
// API: "Outgoing traffic is allowed if there are no NetworkPolicies selecting the pod (and cluster policy otherwise allows
// the traffic), OR if the traffic matches at least one egress rule across all of the NetworkPolicy objects whose
// podSelector matches the pod."
func mayLeave(src, dst *end, l lane, q query) match {
	switch {
	case src.pod == nil || len(src.pod.class.selecting[out].policies) == 0:
		return surely
	case src.pod.HostNetwork:
		// Undefined upstream: the policies may count or not. What they allow passes either way.
		return perhaps | src.pod.class.selecting[out].judge(out, dst, dst, l, q)
	default:
		return src.pod.class.selecting[out].judge(out, dst, dst, l, q)
	}
}

// mayEnter says whether ingress of the destination lets a connection in; local says whether it comes from the
// destination's own node.
//
// API: "Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod (and cluster policy otherwise allows
// the traffic), OR if the traffic source is the pod's local node, OR if the traffic matches at least one ingress rule
// across all of the NetworkPolicy objects whose podSelector matches the pod."
func mayEnter(src, dst *end, local match, l lane, q query) match {
	switch {
	case dst.pod == nil || len(dst.pod.class.selecting[in].policies) == 0:
		return surely
	case dst.pod.HostNetwork:
		return local | perhaps | dst.pod.class.selecting[in].judge(in, src, dst, l, q) // as in mayLeave
	default:
		return local | dst.pod.class.selecting[in].judge(in, src, dst, l, q)
	}
}

// judge adds up the policies that select a pod. peer is the other end; dst, where ports are looked up, is the selected pod
// for ingress and the peer for egress.
//
// Concepts: "Network policies do not conflict; they are additive." A policy that only perhaps selects can both isolate
// and allow: beside one that surely isolates it can only allow; alone, the pod is open or has the policy's rules.
func (s *selecting) judge(w way, peer, dst *end, l lane, q query) match {
	allowed, each := never, surely
	for i := range s.policies {
		granted := never
		rules := s.policies[i].policy.rules[w]
		for j := range rules {
			granted |= rules[j].match(peer, dst, l, q)
			if granted == surely {
				break
			}
		}
		if s.certain && s.policies[i].match&granted == surely {
			return surely
		}
		allowed |= s.policies[i].match & granted
		each &= granted
	}
	if !s.certain {
		return each | perhaps
	}
	return allowed
}

func (r *rule) match(peer, dst *end, l lane, q query) match {
	if m := r.matchPort(q, dst); m != never {
		return m & r.matchPeer(peer, l)
	}
	return never
}

// leaveGrant is mayLeave for all ports at once.
func leaveGrant(src, dst *end, l lane) grant {
	switch {
	case src.pod == nil || len(src.pod.class.selecting[out].policies) == 0:
		return grantAll
	case src.pod.HostNetwork:
		return grantPerhaps.or(src.pod.class.selecting[out].grants(out, dst, dst, l))
	default:
		return src.pod.class.selecting[out].grants(out, dst, dst, l)
	}
}

// enterGrant is mayEnter for all ports at once.
func enterGrant(src, dst *end, local match, l lane) grant {
	switch {
	case dst.pod == nil || len(dst.pod.class.selecting[in].policies) == 0:
		return grantAll
	case dst.pod.HostNetwork:
		return grantAll.when(local | perhaps).or(dst.pod.class.selecting[in].grants(in, src, dst, l))
	default:
		return grantAll.when(local).or(dst.pod.class.selecting[in].grants(in, src, dst, l))
	}
}

// grants is judge for all ports at once.
func (s *selecting) grants(w way, peer, dst *end, l lane) grant {
	allowed, each := grantNone, grantAll
	for i := range s.policies {
		granted := grantNone
		rules := s.policies[i].policy.rules[w]
		for j := range rules {
			if m := rules[j].matchPeer(peer, l); m != never {
				granted = granted.or(rules[j].portsAt(dst).when(m))
			}
		}
		allowed = allowed.or(granted.when(s.policies[i].match))
		each = each.and(granted)
	}
	if !s.certain {
		return grant{each.sure, Everything()}
	}
	return allowed
}
