package netpol

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
)

// portRule is one item of a rule's ports.
type portRule struct {
	protocol    corev1.Protocol
	first, last int32
	name        string // set: the numbers are looked up at the destination
	// invalid: the item cannot be read, and could mean any port of its protocol.
	invalid bool
	item    int // its place in the rule's list
}

// readPort reads one item. ok is false where it can never match: a protocol that does not exist.
func readPort(given *networkingv1.NetworkPolicyPort, at place) (p portRule, ok bool) {
	// API: "If not specified, this field defaults to TCP."
	p = portRule{protocol: corev1.ProtocolTCP, first: firstPort, last: lastPort}
	if given.Protocol != nil {
		p.protocol = *given.Protocol
	}
	if protocolIndex(p.protocol) < 0 {
		at.warnf("protocol", "%q is not TCP, UDP or SCTP: nothing matches", p.protocol)
		return p, false
	}
	invalid := func(field, format string, args ...any) (portRule, bool) {
		at.warnf(field, format+": which ports match is unknown", args...)
		p.invalid = true
		return p, true
	}
	if given.Port == nil {
		// API: "This field cannot be defined if the port field is not defined".
		if given.EndPort != nil {
			return invalid("endPort", "endPort without port")
		}
		// API: "If this field is not provided, this matches all port names and numbers." They are those of the
		// protocol, which "traffic must match".
		return p, true
	}
	switch given.Port.Type {
	case intstr.Int:
		p.first, p.last = given.Port.IntVal, given.Port.IntVal
		if p.first < firstPort || p.first > lastPort {
			return invalid("port", "%d is no port", p.first)
		}
		if given.EndPort != nil {
			// API: "endPort indicates that the range of ports from port to endPort if set, inclusive, should be
			// allowed by the policy. ... The endPort must be equal or greater than port."
			p.last = *given.EndPort
			if p.last < p.first || p.last > lastPort {
				return invalid("endPort", "%d to %d is no range of ports", p.first, p.last)
			}
		}
		return p, true
	case intstr.String:
		p.name = given.Port.StrVal
		if errs := validation.IsValidPortName(p.name); len(errs) > 0 {
			return invalid("port", "%q is no port name", p.name)
		}
		// API: "This field cannot be defined ... if the port field is defined as a named (string) port."
		if given.EndPort != nil {
			return invalid("endPort", "endPort with a named port")
		}
		return p, true
	default:
		return invalid("port", "port is neither a number nor a name")
	}
}

// matchPort says whether a rule's ports let a connection through to a destination.
//
// API: "If this field is empty or missing, this rule matches all ports (traffic not restricted by port). If this field is
// present and contains at least one item, then this rule allows traffic only if the traffic matches at least one port in
// the list."
func (r *rule) matchPort(q query, dst *end) match {
	if r.anyPort {
		return surely
	}
	result := never
	for i := range r.ports {
		p := &r.ports[i]
		switch {
		// API: "If present, only traffic on the specified protocol AND port will be matched."
		case p.protocol != q.protocol:
		case p.invalid:
			result |= perhaps
		case p.name != "":
			result |= dst.matchName(p, q.port)
		case p.first <= q.port && q.port <= p.last:
			return surely
		}
	}
	return result
}

// named says how surely a port's name can be looked up at this end of a connection, always the destination: for ingress
// that is the selected pod, for egress the peer. API: "This can either be a numerical or named port on a pod."
// An address that is no pod's has no names, and a host-network pod is seen as one by most network plugins.
func (e *end) named() match {
	switch {
	case e.pod == nil:
		return never
	case e.pod.HostNetwork:
		return perhaps
	default:
		return surely
	}
}

func (e *end) matchName(p *portRule, port int32) match {
	how := e.named()
	if how == never {
		return never
	}
	for i := range e.pod.Ports {
		if c := &e.pod.Ports[i]; c.Port == port && c.means(p) {
			return how
		}
	}
	return never
}

// means says whether a policy's named port is this container port: name and protocol are the same.
func (c *ContainerPort) means(p *portRule) bool {
	return c.Name == p.name && (c.Protocol == p.protocol || c.Protocol == "" && p.protocol == corev1.ProtocolTCP)
}

// grant is a set of ports in three-valued logic: those surely in it, and those that may be (which hold the former).
type grant struct{ sure, possible PortSet }

var (
	grantAll     = grant{Everything(), Everything()}
	grantNone    = grant{}
	grantPerhaps = grant{possible: Everything()}
)

func (g grant) or(h grant) grant {
	return grant{g.sure.Union(h.sure), g.possible.Union(h.possible)}
}

func (g grant) and(h grant) grant {
	return grant{g.sure.Intersect(h.sure), g.possible.Intersect(h.possible)}
}

// when weakens a grant to that of a rule whose peers match only so surely.
func (g grant) when(m match) grant {
	switch m {
	case surely:
		return g
	case perhaps:
		return grant{possible: g.possible}
	default:
		return grantNone
	}
}

// portsAt is matchPort for all ports at once.
func (r *rule) portsAt(dst *end) grant {
	if r.anyPort {
		return grantAll
	}
	granted := r.fixed
	if !r.namesPorts {
		return granted
	}
	how := dst.named()
	if how == never {
		return granted
	}
	for i := range r.ports {
		p := &r.ports[i]
		if p.name == "" || p.invalid {
			continue
		}
		for j := range dst.pod.Ports {
			if c := &dst.pod.Ports[j]; c.means(p) {
				set := Ports(p.protocol, c.Port, c.Port)
				granted = granted.or(grant{set, set}.when(how))
			}
		}
	}
	return granted
}

// fixedPorts are the ports that need no destination to be known.
func fixedPorts(ports []portRule) grant {
	var g grant
	for i := range ports {
		p := &ports[i]
		switch {
		case p.invalid:
			g.possible = g.possible.Union(Ports(p.protocol, firstPort, lastPort))
		case p.name == "":
			set := Ports(p.protocol, p.first, p.last)
			g = g.or(grant{set, set})
		}
	}
	return g
}
