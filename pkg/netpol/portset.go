package netpol

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	firstPort int32 = 1
	lastPort  int32 = 65535
)

// protocols are those that a policy can name.
//
// API: "protocol represents the protocol (TCP, UDP, or SCTP) which traffic must match."
var protocols = [...]corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}

// protocolIndex is the place of a protocol in protocols, or -1.
func protocolIndex(p corev1.Protocol) int { return slices.Index(protocols[:], p) }

// PortRange is an interval of port numbers, both ends included.
type PortRange struct{ First, Last int32 }

// PortSet is a set of ports of TCP, UDP and SCTP, and of the IP protocols that have none of those. The zero value is the
// empty set. It is a value: no method changes it, and what they return must not be changed.
type PortSet struct {
	ranges [len(protocols)][]PortRange
	others bool
}

var everyPort = []PortRange{{firstPort, lastPort}}

// Everything is every port of TCP, UDP and SCTP and every other IP protocol: what a rule without ports allows.
func Everything() PortSet {
	return PortSet{ranges: [...][]PortRange{everyPort, everyPort, everyPort}, others: true}
}

// Ports is a range of ports of one protocol, both ends included; empty if the protocol is not TCP, UDP or SCTP. What is
// outside 1 to 65535 is left out.
func Ports(protocol corev1.Protocol, first, last int32) PortSet {
	var s PortSet
	i := protocolIndex(protocol)
	first, last = max(first, firstPort), min(last, lastPort)
	if i >= 0 && first <= last {
		s.ranges[i] = []PortRange{{first, last}}
	}
	return s
}

// Ranges are the ports of one protocol, in order, neither overlapping nor adjoining.
func (s PortSet) Ranges(protocol corev1.Protocol) []PortRange {
	if i := protocolIndex(protocol); i >= 0 {
		return s.ranges[i]
	}
	return nil
}

// OtherProtocols says that every IP protocol beside TCP, UDP and SCTP is in the set, which only a rule without ports can
// bring about.
func (s PortSet) OtherProtocols() bool { return s.others }

// Contains says whether a port is in the set. A protocol that is not TCP, UDP or SCTP has no ports here: the number is
// not looked at.
func (s PortSet) Contains(port int32, protocol corev1.Protocol) bool {
	i := protocolIndex(protocol)
	if i < 0 {
		return s.others
	}
	return slices.ContainsFunc(s.ranges[i], func(r PortRange) bool { return r.First <= port && port <= r.Last })
}

// IsEmpty says that the set holds nothing.
func (s PortSet) IsEmpty() bool {
	return !s.others && !slices.ContainsFunc(s.ranges[:], func(r []PortRange) bool { return len(r) > 0 })
}

// IsEverything says that the set holds each port of TCP, UDP and SCTP and every other IP protocol.
func (s PortSet) IsEverything() bool { return s.others && s.EveryPort() }

// EveryPort says that the set holds each port of TCP, UDP and SCTP.
func (s PortSet) EveryPort() bool {
	return !slices.ContainsFunc(s.ranges[:], func(r []PortRange) bool { return !slices.Equal(r, everyPort) })
}

// Equal says that both sets hold the same.
func (s PortSet) Equal(t PortSet) bool {
	return s.others == t.others && slices.EqualFunc(s.ranges[:], t.ranges[:], slices.Equal[[]PortRange])
}

// Union is what is in either set.
func (s PortSet) Union(t PortSet) PortSet {
	for i := range s.ranges {
		s.ranges[i] = joinRanges(s.ranges[i], t.ranges[i])
	}
	s.others = s.others || t.others
	return s
}

// Intersect is what is in both sets.
func (s PortSet) Intersect(t PortSet) PortSet {
	for i := range s.ranges {
		s.ranges[i] = commonRanges(s.ranges[i], t.ranges[i])
	}
	s.others = s.others && t.others
	return s
}

// Minus is what is in this set and not in the other.
func (s PortSet) Minus(t PortSet) PortSet {
	for i := range s.ranges {
		s.ranges[i] = commonRanges(s.ranges[i], otherRanges(t.ranges[i]))
	}
	s.others = s.others && !t.others
	return s
}

// String is the set for people: "everything", "nothing", or "TCP 80, 8000-8999; UDP every port".
func (s PortSet) String() string {
	if s.IsEverything() {
		return "everything"
	}
	var parts []string
	for i, protocol := range protocols {
		if len(s.ranges[i]) == 0 {
			continue
		}
		texts := make([]string, 0, len(s.ranges[i]))
		for _, r := range s.ranges[i] {
			texts = append(texts, r.String())
		}
		parts = append(parts, string(protocol)+" "+strings.Join(texts, ", "))
	}
	if s.others {
		parts = append(parts, "every other IP protocol")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// String is "80", "8000-8999" or "every port".
func (r PortRange) String() string {
	switch {
	case r == everyPort[0]:
		return "every port"
	case r.First == r.Last:
		return fmt.Sprint(r.First)
	default:
		return fmt.Sprintf("%d-%d", r.First, r.Last)
	}
}

func joinRanges(a, b []PortRange) []PortRange {
	switch {
	case len(a) == 0 || slices.Equal(b, everyPort):
		return b
	case len(b) == 0 || slices.Equal(a, everyPort) || slices.Equal(a, b):
		return a
	}
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y PortRange) int { return int(x.First - y.First) })
	joined := all[:1]
	for _, r := range all[1:] {
		if last := &joined[len(joined)-1]; r.First <= last.Last+1 {
			last.Last = max(last.Last, r.Last)
		} else {
			joined = append(joined, r)
		}
	}
	return joined
}

func commonRanges(a, b []PortRange) []PortRange {
	if slices.Equal(a, everyPort) {
		return b
	}
	if slices.Equal(b, everyPort) {
		return a
	}
	var common []PortRange
	for i, j := 0, 0; i < len(a) && j < len(b); {
		first, last := max(a[i].First, b[j].First), min(a[i].Last, b[j].Last)
		if first <= last {
			common = append(common, PortRange{first, last})
		}
		if a[i].Last < b[j].Last {
			i++
		} else {
			j++
		}
	}
	return common
}

func otherRanges(a []PortRange) []PortRange {
	var others []PortRange
	next := firstPort
	for _, r := range a {
		if next < r.First {
			others = append(others, PortRange{next, r.First - 1})
		}
		next = r.Last + 1
	}
	if next <= lastPort {
		others = append(others, PortRange{next, lastPort})
	}
	return others
}
