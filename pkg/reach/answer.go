package reach

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Ask answers a question: one connection for each pod at either end, and for
// each port of a Service.
func (c *Cluster) Ask(q Question) ([]v1alpha1.Connection, error) {
	attempts, err := c.attempts(q)
	if err != nil {
		return nil, err
	}
	connections := make([]v1alpha1.Connection, 0, attempts.len())
	for a := range attempts.all() {
		connections = append(connections, c.answer(a))
	}
	return connections, nil
}

// Verdict is that of several connections together: unknown where they differ.
func Verdict(connections []v1alpha1.Connection) v1alpha1.ReachVerdict {
	if len(connections) == 0 {
		return v1alpha1.ReachUnknown
	}
	for _, other := range connections[1:] {
		if other.Verdict != connections[0].Verdict {
			return v1alpha1.ReachUnknown
		}
	}
	return connections[0].Verdict
}

func (c *Cluster) answer(a attempt) v1alpha1.Connection {
	connection := v1alpha1.Connection{From: a.from.name, To: a.to.name, Via: a.via}
	if a.port.IsAll() {
		c.allPorts(a, &connection)
		return connection
	}
	connection.Port, connection.Protocol = a.port.Number, string(a.port.Protocol)
	answer := c.connect(&a)
	connection.Verdict = v1alpha1.ReachVerdict(answer.Verdict)
	connection.Egress = decision(answer.Egress.Verdict, string(answer.Egress.Reason), answer.Egress.Rules, answer.Egress.Policies)
	connection.Ingress = decision(answer.Ingress.Verdict, string(answer.Ingress.Reason), answer.Ingress.Rules, answer.Ingress.Policies)
	connection.Notes = notes(answer.Notes)
	c.noteOthers(a, &connection)
	return connection
}

// allPorts says what may pass on any port.
func (c *Cluster) allPorts(a attempt, connection *v1alpha1.Connection) {
	// What does not hang on rules is the same for every port.
	one := c.any(&a)
	allowance := c.allowed(&a, one)
	connection.Allowed, connection.Unknown = textsOf(allowance.Allowed), textsOf(allowance.Unknown)
	connection.Verdict = setVerdict(allowance.Allowed, allowance.Unknown)
	connection.Egress = side(allowance.Egress, one.Egress.Reason)
	connection.Ingress = side(allowance.Ingress, one.Ingress.Reason)
	connection.Notes = notes(allowance.Notes)
	c.noteOthers(a, connection)
}

// any is what NetworkPolicies say to one port, which one is not looked at.
func (c *Cluster) any(a *attempt) netpol.Answer {
	return c.policies.Connect(a.from.end, a.to.end, 1, corev1.ProtocolTCP)
}

// noteOthers names the policies of other kinds that could decide otherwise.
func (c *Cluster) noteOthers(a attempt, connection *v1alpha1.Connection) {
	c.say(a.from.index, netpol.Egress).note(connection.Egress, netpol.Egress, connection)
	c.say(a.to.index, netpol.Ingress).note(connection.Ingress, netpol.Ingress, connection)
}

// setVerdict is allowed where any port is, else unknown where any may be.
func setVerdict(allowed, unknown netpol.PortSet) v1alpha1.ReachVerdict {
	switch {
	case !allowed.IsEmpty():
		return v1alpha1.ReachAllowed
	case !unknown.IsEmpty():
		return v1alpha1.ReachUnknown
	default:
		return v1alpha1.ReachDenied
	}
}

func decision(verdict netpol.Verdict, reason string, rules []netpol.RuleRef, policies []netpol.PolicyRef) *v1alpha1.DirectionDecision {
	d := &v1alpha1.DirectionDecision{Verdict: v1alpha1.ReachVerdict(verdict), Reason: reason}
	for _, r := range rules {
		d.Rules = append(d.Rules, v1alpha1.RuleReference{Policy: r.Policy.String(), Rule: fmt.Sprintf("%s[%d]", r.Direction, r.Rule)})
	}
	for _, p := range policies {
		d.Policies = append(d.Policies, p.String())
	}
	return d
}

func notes(all []netpol.Note) []string {
	var texts []string
	for _, n := range all {
		texts = append(texts, n.Text())
	}
	return texts
}

// textsOf lists a set of ports: "everything", or a text per protocol and range.
func textsOf(set netpol.PortSet) []string {
	if set.IsEverything() {
		return []string{"everything"}
	}
	var texts []string
	for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP} {
		for _, r := range set.Ranges(protocol) {
			texts = append(texts, fmt.Sprintf("%s %s", protocol, r))
		}
	}
	if set.OtherProtocols() {
		texts = append(texts, "other IP protocols")
	}
	return texts
}

// side is a direction's part in an answer about all ports. reason is that of
// any port, which holds for all where it does not come from rules.
func side(s netpol.Side, reason netpol.Reason) *v1alpha1.DirectionDecision {
	verdict := setVerdict(s.Allowed, s.Unknown)
	switch reason {
	case netpol.ReasonRule, netpol.ReasonNoRule, netpol.ReasonRuleMayMatch:
		reason = map[v1alpha1.ReachVerdict]netpol.Reason{
			v1alpha1.ReachAllowed: netpol.ReasonRule, v1alpha1.ReachDenied: netpol.ReasonNoRule, v1alpha1.ReachUnknown: netpol.ReasonRuleMayMatch,
		}[verdict]
	}
	return decision(netpol.Verdict(verdict), string(reason), s.Rules, s.Policies)
}
