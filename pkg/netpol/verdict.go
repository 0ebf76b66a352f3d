package netpol

// Direction is one of the two ways in which a policy isolates the pods that it selects.
//
// API: "policyTypes is a list of rule types that the NetworkPolicy relates to. Valid options are ["Ingress"],
// ["Egress"], or ["Ingress", "Egress"]."
type Direction string

const (
	// Ingress is traffic to the selected pods.
	Ingress Direction = "ingress"
	// Egress is traffic from the selected pods.
	Egress Direction = "egress"
)

// way is a Direction as an array index.
type way uint8

const (
	in way = iota
	out
	ways
)

func (d Direction) way() way {
	if d == Egress {
		return out
	}
	return in
}

func (w way) direction() Direction {
	if w == out {
		return Egress
	}
	return Ingress
}

// Verdict is the answer to "may this connection be made?".
type Verdict string

const (
	// Allowed : the policies surely let it pass.
	Allowed Verdict = "allowed"
	// Denied : the policies surely do not let it pass.
	Denied Verdict = "denied"
	// Unknown : the input does not tell.
	Unknown Verdict = "unknown"
)

// match is a truth value with three states. The bits are chosen so that & is "and" (the lesser) and | is "or" (the
// greater) of Kleene's three-valued logic.
type match uint8

const (
	never   match = 0b00
	perhaps match = 0b01
	surely  match = 0b11
)

func matchIf(b bool) match {
	if b {
		return surely
	}
	return never
}

func (m match) verdict() Verdict {
	switch m {
	case surely:
		return Allowed
	case never:
		return Denied
	default:
		return Unknown
	}
}
