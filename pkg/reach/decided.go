package reach

import (
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Decided says in one line what decided a connection: the direction that
// denies, or else the rules that allow.
func Decided(connection v1alpha1.Connection) string {
	if connection.Egress == nil || connection.Ingress == nil {
		return ""
	}
	if text, ok := settled[netpol.Reason(connection.Egress.Reason)]; ok {
		return text
	}
	both := decidedTogether(connection)
	var parts []string
	for _, d := range []struct {
		direction netpol.Direction
		end       string
		decision  *v1alpha1.DirectionDecision
	}{{netpol.Egress, "source", connection.Egress}, {netpol.Ingress, "destination", connection.Ingress}} {
		if connection.Verdict != v1alpha1.ReachAllowed && d.decision.Verdict != connection.Verdict && !both {
			continue
		}
		parts = append(parts, string(d.direction)+": "+decidedBy(d.decision, d.end))
	}
	text := strings.Join(parts, "; ")
	if both && connection.Verdict == v1alpha1.ReachDenied {
		return "no port in both: " + text
	}
	return text
}

// decidedTogether says that it takes both directions for a verdict that
// neither has: each lets some ports through, but they are not the same.
func decidedTogether(connection v1alpha1.Connection) bool {
	return connection.Egress.Verdict != connection.Verdict && connection.Ingress.Verdict != connection.Verdict
}

// settled are the reasons that concern the connection, not one direction.
var settled = map[netpol.Reason]string{
	netpol.ReasonSelf:      "a pod always reaches itself",
	netpol.ReasonFinished:  "a finished pod has no traffic",
	netpol.ReasonNotJudged: "policies say nothing about it",
}

// decidedBy says what decided a direction, whose policies are those of that end.
func decidedBy(d *v1alpha1.DirectionDecision, end string) string {
	policies := strings.Join(d.Policies, ", ")
	switch netpol.Reason(d.Reason) {
	case netpol.ReasonNotIsolated:
		return "no policy selects the " + end
	case netpol.ReasonNoPod:
		return "the " + end + " is no pod"
	case netpol.ReasonOwnNode:
		return "from the pod's own node"
	case netpol.ReasonHostNetwork:
		return "undefined on the host network" + behind(" for ", policies)
	case netpol.ReasonNoRule:
		return "no rule of " + policies
	case netpol.ReasonRuleMayMatch:
		return "unknown whether it matches: " + rulesText(d)
	case netpol.ReasonPolicyMaySelect:
		return "unknown whether it selects the " + end + ": " + policies
	case netpol.ReasonRule:
		return rulesText(d)
	case reasonOther:
		return "could be decided otherwise by " + strings.Join(d.OtherPolicies, ", ")
	default:
		return d.Reason
	}
}

func behind(words, text string) string {
	if text == "" {
		return ""
	}
	return words + text
}

func rulesText(d *v1alpha1.DirectionDecision) string {
	names := make([]string, len(d.Rules))
	for i, r := range d.Rules {
		names[i] = r.Policy + " " + r.Rule
	}
	return strings.Join(names, ", ")
}
