package netpol

import (
	networkingv1 "k8s.io/api/networking/v1"
)

// peer is one item of a rule's from or to.
type peer struct {
	// own is the policy's namespace where only its pods are meant; nil where namespaces selects.
	own        *namespace
	namespaces *selector
	pods       *selector // nil: every pod of those namespaces
	block      *block    // set: nothing else is
	// invalid: nothing is set, or a block and a selector are. API: "Only certain combinations of fields are allowed".
	invalid bool
}

func readPeer(given *networkingv1.NetworkPolicyPeer, own *namespace, at place) peer {
	selectors := given.PodSelector != nil || given.NamespaceSelector != nil
	// API: "ipBlock defines policy on a particular IPBlock. If this field is set then neither of the other fields can be."
	if selectors == (given.IPBlock != nil) {
		at.warnf("", "a peer needs either an ipBlock or selectors: who matches is unknown")
		return peer{invalid: true}
	}
	if given.IPBlock != nil {
		return peer{block: readBlock(given.IPBlock, at)}
	}
	var p peer
	if given.PodSelector != nil {
		p.pods = at.readSelector(given.PodSelector, "podSelector")
	}
	if given.NamespaceSelector != nil {
		// API: "If podSelector is also set, then the NetworkPolicyPeer as a whole selects the pods matching podSelector
		// in the namespaces selected by namespaceSelector. Otherwise it selects all pods in the namespaces selected by
		// namespaceSelector."
		p.namespaces = at.readSelector(given.NamespaceSelector, "namespaceSelector")
	} else {
		// API: "Otherwise it selects the pods matching podSelector in the policy's own namespace."
		p.own = own
	}
	return p
}

// matchPod says whether the peer's selectors match a pod.
func (p *peer) matchPod(pod *pod) match {
	var result match
	if p.own != nil {
		result = matchIf(p.own == pod.ns)
	} else {
		result = p.namespaces.matchNamespace(pod.ns)
	}
	if p.pods != nil && result != never {
		result &= p.pods.matchLabels(pod.Labels)
	}
	return result
}

// everyPod says that the peer surely matches each pod of each namespace, those to come included.
func (p *peer) everyPod() bool {
	return p.namespaces != nil && p.namespaces.everyNamespace() && (p.pods == nil || p.pods.everything())
}

// matchPeer says whether a rule's from or to lets one end of a connection through.
//
// API: "Items in this list are combined using a logical OR operation. If this field is empty or missing, this rule
// matches all sources (traffic not restricted by source). If this field is present and contains at least one item, this
// rule allows traffic only if the traffic matches at least one item in the from list." (Of to: "all destinations".)
func (r *rule) matchPeer(e *end, l lane) match {
	if r.anyPeer {
		return surely
	}
	if r.everyAddress && (e.unknown || e.hostNetwork()) {
		return surely // wherever it is, and whatever it is seen as
	}
	result := never
	for i := range r.peers {
		result |= r.peers[i].match(e, l)
		if result == surely {
			break
		}
	}
	return result
}

func (p *peer) match(e *end, l lane) match {
	switch {
	case p.invalid:
		return perhaps
	case e.hostNetwork():
		// Concepts: "NetworkPolicy behaviour for hostNetwork pods is undefined": by its labels or as its node's address.
		return perhaps & (p.matchHostPod(e.pod))
	case p.block != nil:
		// Upstream's end-to-end tests require that a block matches pods by their addresses too.
		return e.matchBlock(p.block, l)
	case e.pod == nil:
		// Selectors "select pods": an address that is no pod's is never selected.
		return never
	default:
		return p.matchPod(e.pod)
	}
}

// matchHostPod says whether a host-network pod could be meant in either reading: as the pod, or as its node.
func (p *peer) matchHostPod(pod *pod) match {
	if p.block == nil {
		return p.matchPod(pod)
	}
	if len(pod.IPs)+len(pod.HostIPs) == 0 {
		return perhaps
	}
	result := never
	for _, addr := range pod.IPs {
		result |= p.block.match(plain(addr))
	}
	for _, addr := range pod.HostIPs {
		result |= p.block.match(plain(addr))
	}
	return result
}
