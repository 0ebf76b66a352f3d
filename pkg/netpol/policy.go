package netpol

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// PolicyRef names a policy, and says where it stands in the policies given to [New].
type PolicyRef struct {
	Namespace, Name string
	Index           int
}

// String is "namespace/name".
func (r PolicyRef) String() string { return r.Namespace + "/" + r.Name }

// RuleRef names one rule: the Rule-th (counted from 0) item of the policy's ingress or egress.
type RuleRef struct {
	Policy    PolicyRef
	Direction Direction
	Rule      int
}

// String is "namespace/name ingress[0]".
func (r RuleRef) String() string { return fmt.Sprintf("%s %s[%d]", r.Policy, r.Direction, r.Rule) }

// policy is a NetworkPolicy, read once.
type policy struct {
	ref     PolicyRef
	ns      *namespace
	subject *selector
	affects [ways]bool
	rules   [ways][]rule
	selects PolicySelection
}

// rule is one item of a policy's ingress or egress. API: "The traffic must match both ports and from" (or "to").
type rule struct {
	peers   []peer
	anyPeer bool // no from, or no to
	// everyAddress: the blocks among the peers together hold each IPv4 and each IPv6 address.
	everyAddress bool
	spans        []span // the addresses that those blocks surely hold
	everyPod     bool   // a peer surely matches every pod of every namespace

	ports      []portRule // those that can match; anyPort says whether there were any
	anyPort    bool
	namesPorts bool
	fixed      grant // the ports that need no destination to be known
}

// affectsOf says which directions a policy isolates.
//
// API: "If this field is not specified, it will default based on the existence of ingress or egress rules; policies that
// contain an egress section are assumed to affect egress, and all policies (whether or not they contain an ingress
// section) are assumed to affect ingress." The API server's defaulting counts egress rules, so that an empty list is none.
func affectsOf(spec *networkingv1.NetworkPolicySpec) [ways]bool {
	if len(spec.PolicyTypes) == 0 {
		return [ways]bool{in: true, out: len(spec.Egress) > 0}
	}
	return [ways]bool{
		in:  slices.Contains(spec.PolicyTypes, networkingv1.PolicyTypeIngress),
		out: slices.Contains(spec.PolicyTypes, networkingv1.PolicyTypeEgress),
	}
}

func readPolicy(given *networkingv1.NetworkPolicy, index int, ns *namespace, warn func(Warning)) *policy {
	p := &policy{
		ref:     PolicyRef{given.Namespace, given.Name, index},
		ns:      ns,
		affects: affectsOf(&given.Spec),
	}
	at := place{policy: p.ref, warn: warn}
	// API: "An empty selector matches all pods in the policy's namespace."
	p.subject = at.readSelector(&given.Spec.PodSelector, "podSelector")
	p.rules[in] = make([]rule, len(given.Spec.Ingress))
	for i := range given.Spec.Ingress {
		r := &given.Spec.Ingress[i]
		p.rules[in][i] = readRule(r.From, r.Ports, ns, at.rule("ingress", i), "from")
	}
	p.rules[out] = make([]rule, len(given.Spec.Egress))
	for i := range given.Spec.Egress {
		r := &given.Spec.Egress[i]
		p.rules[out][i] = readRule(r.To, r.Ports, ns, at.rule("egress", i), "to")
	}
	return p
}

func readRule(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort, ns *namespace, at place, peerList string) rule {
	r := rule{anyPeer: len(peers) == 0, anyPort: len(ports) == 0, peers: make([]peer, len(peers))}
	for i := range peers {
		p := readPeer(&peers[i], ns, at.item(peerList, i))
		if p.block != nil {
			r.spans = append(r.spans, p.block.spans()...)
		}
		r.everyPod = r.everyPod || p.everyPod()
		r.peers[i] = p
	}
	r.everyAddress = everyAddress(r.spans)
	for i := range ports {
		if p, ok := readPort(&ports[i], at.item("ports", i)); ok {
			p.item = i
			r.namesPorts = r.namesPorts || p.name != ""
			r.ports = append(r.ports, p)
		}
	}
	r.fixed = fixedPorts(r.ports)
	return r
}
