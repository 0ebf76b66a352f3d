package netpol

import "slices"

// Posture says how much of the possible traffic of a pod the policies leave open in one direction.
type Posture string

const (
	// PostureOpen : no policy selects the pod.
	PostureOpen Posture = "open"
	// PostureAllowAll : policies select it, and the union of their rules allows every peer on every port of TCP, UDP
	// and SCTP.
	PostureAllowAll Posture = "allow-all"
	// PostureClusterWide : the same, but on some port only for the pods of all namespaces, not for every address.
	PostureClusterWide Posture = "cluster-wide"
	// PostureRestricted : there are rules, and they allow less than that.
	PostureRestricted Posture = "restricted"
	// PostureDenied : policies select it, and have no rule.
	PostureDenied Posture = "denied"
	// PostureNotApplicable : the pod is on the host network, which no policy can isolate, or has finished.
	PostureNotApplicable Posture = "not-applicable"
	// PostureUnknown : a podSelector cannot be read, and the posture hangs on whether it selects the pod; or there is
	// no such pod.
	PostureUnknown Posture = "unknown"
)

// Posture is that of the pod with that index.
//
// What covers a port must do so surely: a rule without peers, ipBlocks that together hold every IPv4 and every IPv6 address
// (of one rule or of several), or, for cluster-wide, a peer that selects every pod of every namespace. A named port of an
// ingress rule is what it is on this pod; that of an egress rule is different from peer to peer, and covers nothing.
func (c *Cluster) Posture(pod int, direction Direction) Posture {
	if pod < 0 || pod >= len(c.pods) {
		return PostureUnknown
	}
	p := &c.pods[pod]
	if p.HostNetwork || p.Finished {
		return PostureNotApplicable
	}
	subject := p.end()
	w := direction.way()
	return p.class.selecting[w].posture(w, &subject)
}

// NewPodPosture is the posture that a new pod without labels (and without named ports) would have in a namespace.
func (c *Cluster) NewPodPosture(namespace string, direction Direction) Posture {
	class := c.empty[namespace]
	if class == nil {
		return PostureOpen // no policy lives in a namespace that nothing mentions
	}
	w := direction.way()
	subject := newPod()
	return class.selecting[w].posture(w, &subject)
}

// posture is remembered: once for the list, or where it hangs on the subject's named ports, for each list of them.
func (s *selecting) posture(w way, subject *end) Posture {
	kept := &s.postures[w]
	kept.once.Do(func() {
		kept.hangsOnPod = w == in && s.namePorts(w)
		if !kept.hangsOnPod {
			kept.posture = s.addUp(w, subject)
		}
	})
	if !kept.hangsOnPod {
		return kept.posture
	}
	if known, ok := kept.byPorts.Load(subject.pod.alikePorts); ok {
		return known.(Posture)
	}
	posture := s.addUp(w, subject)
	kept.byPorts.Store(subject.pod.alikePorts, posture)
	return posture
}

func (s *selecting) namePorts(w way) bool {
	return slices.ContainsFunc(s.policies, func(s selected) bool {
		return slices.ContainsFunc(s.policy.rules[w], func(r rule) bool { return r.namesPorts })
	})
}

// addUp is the posture by those policies that surely select; unknown if those that only may select would change it.
func (s *selecting) addUp(w way, subject *end) Posture {
	if len(s.policies) == 0 {
		return PostureOpen
	}
	if !s.certain {
		return PostureUnknown
	}
	var certain, possible []openPorts
	for i := range s.policies {
		rules := s.policies[i].policy.rules[w]
		for j := range rules {
			o := openPorts{rule: &rules[j], ports: rules[j].surePorts(w, subject)}
			if s.policies[i].match == surely {
				certain = append(certain, o)
			}
			possible = append(possible, o)
		}
	}
	posture := postureOf(certain)
	if len(possible) > len(certain) && postureOf(possible) != posture {
		return PostureUnknown
	}
	return posture
}

// surePorts are the ports that a rule opens whatever the peer.
func (r *rule) surePorts(w way, subject *end) PortSet {
	switch {
	case r.anyPort:
		return Everything()
	case w == in:
		return r.portsAt(subject).sure
	default:
		return r.fixed.sure
	}
}

// openPorts are the ports that a rule opens to its peers.
type openPorts struct {
	rule  *rule
	ports PortSet
}

// breadth is to whom a port is open.
type breadth uint8

const (
	toSome breadth = iota
	toEveryPod
	toEveryone
)

func postureOf(open []openPorts) Posture {
	if len(open) == 0 {
		return PostureDenied
	}
	least := toEveryone
	for i := range protocols {
		// Between one start and the next, every rule opens all ports or none.
		starts := []int32{firstPort}
		for _, o := range open {
			for _, r := range o.ports.ranges[i] {
				starts = append(starts, r.First, r.Last+1)
			}
		}
		slices.Sort(starts)
		for _, port := range slices.Compact(starts) {
			if port <= lastPort {
				least = min(least, breadthAt(open, query{protocols[i], port}))
			}
		}
		if least == toSome {
			return PostureRestricted
		}
	}
	if least == toEveryPod {
		return PostureClusterWide
	}
	return PostureAllowAll
}

// breadthAt is to whom the rules together open a port.
func breadthAt(open []openPorts, q query) breadth {
	pods := false
	var spans []span
	for _, o := range open {
		if !o.ports.Contains(q.port, q.protocol) {
			continue
		}
		if o.rule.anyPeer || o.rule.everyAddress {
			return toEveryone
		}
		pods = pods || o.rule.everyPod
		spans = append(spans, o.rule.spans...)
	}
	switch {
	case everyAddress(spans):
		return toEveryone
	case pods:
		return toEveryPod
	default:
		return toSome
	}
}
