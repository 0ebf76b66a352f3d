package reach

import (
	"fmt"
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// others are the policies of other kinds than NetworkPolicy. Their rules are not followed: where one could decide, an
// answer is unknown.
type others struct {
	set        *otherpolicy.Set
	namespaces map[string]otherpolicy.Namespace
	unread     []inventory.Gap
	// says is what they have to say about a workload, found once.
	says map[int]*[2]say
}

// say is what policies of other kinds can do to one end of a connection, in its direction.
type say struct {
	// allows says that they may let pass what NetworkPolicies deny, denies that they may deny what those allow.
	allows, denies bool
	// names are the policies, or what could not be read of them.
	names []string
}

// nothing is said about what is no pod.
var nothing say

// readOthers is nil where there are none: most clusters' answers need not ask.
func readOthers(inv *inventory.Inventory) *others {
	o := &others{
		set: otherpolicy.NewSet(inv.OtherPolicies), unread: inv.OtherPoliciesUnknown,
		namespaces: map[string]otherpolicy.Namespace{}, says: map[int]*[2]say{},
	}
	if o.set.IsEmpty() && len(o.unread) == 0 {
		return nil
	}
	for _, ns := range inv.Namespaces {
		o.namespaces[ns.Name] = otherpolicy.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared}
	}
	return o
}

// maxOthersNamed bounds the policies that an answer names.
const maxOthersNamed = 5

// say returns what they can do to a workload in a direction.
func (c *Cluster) say(index int, d netpol.Direction) *say {
	if c.others == nil || index < 0 {
		return &nothing
	}
	both := c.others.says[index]
	if both == nil {
		both = &[2]say{c.newSay(index, netpol.Ingress), c.newSay(index, netpol.Egress)}
		c.others.says[index] = both
	}
	if d == netpol.Egress {
		return &both[1]
	}
	return &both[0]
}

func (c *Cluster) newSay(index int, d netpol.Direction) say {
	w := &c.workloads[index]
	ns, known := c.others.namespaces[w.Namespace]
	if !known {
		ns = otherpolicy.Namespace{Name: w.Namespace, LabelsUnknown: true}
	}
	pod := otherpolicy.Pod{Labels: w.Labels, HostNetwork: w.HostNetwork, ServiceAccount: w.ServiceAccount}
	isolated, certain := c.policies.Isolated(index, d)
	var s say
	for _, p := range c.others.set.In(w.Namespace) {
		if p.Selects(ns, pod) == otherpolicy.Never {
			continue
		}
		e := otherpolicy.Together([]*otherpolicy.Policy{p}, ns, pod, d)
		if !e.Allows && !e.Denies || e.YieldsToNetworkPolicy && isolated && certain {
			continue
		}
		s.allows, s.denies = s.allows || e.Allows, s.denies || e.Denies
		s.name(clip(p.String()))
	}
	for i := range c.others.unread {
		if gap := &c.others.unread[i]; !w.HostNetwork && (gap.Namespace == "" || gap.Namespace == w.Namespace) {
			s.allows, s.denies = true, true
			s.name(clip("unread policies: " + gap.Err.Error()))
		}
	}
	return s
}

func (s *say) name(text string) {
	if len(s.names) < maxOthersNamed {
		s.names = append(s.names, text)
	}
}

// silent says that no policy of another kind could decide anything between two workloads.
func (c *Cluster) silent(src, dst int) bool {
	return c.others == nil || len(c.say(src, netpol.Egress).names)+len(c.say(dst, netpol.Ingress).names) == 0
}

// doubt is what a direction's verdict is worth beside policies of other kinds.
func (s *say) doubt(v netpol.Verdict, reason netpol.Reason) netpol.Verdict {
	switch _, final := settled[reason]; {
	case final || reason == netpol.ReasonOwnNode:
		return v
	case v == netpol.Allowed && s.denies, v == netpol.Denied && s.allows:
		return netpol.Unknown
	default:
		return v
	}
}

// connect is Connect of the NetworkPolicies, with what policies of other kinds leave of it.
func (c *Cluster) connect(a *attempt) netpol.Answer {
	answer := c.policies.Connect(a.from.end, a.to.end, a.port.Number, a.port.Protocol)
	if c.silent(a.from.index, a.to.index) {
		return answer
	}
	answer.Egress.Verdict = c.say(a.from.index, netpol.Egress).doubt(answer.Egress.Verdict, answer.Egress.Reason)
	answer.Ingress.Verdict = c.say(a.to.index, netpol.Ingress).doubt(answer.Ingress.Verdict, answer.Ingress.Reason)
	answer.Verdict = both(answer.Egress.Verdict, answer.Ingress.Verdict, answer.Verdict)
	return answer
}

// verdict is connect's.
func (c *Cluster) verdict(a *attempt) v1alpha1.ReachVerdict {
	if c.silent(a.from.index, a.to.index) {
		return v1alpha1.ReachVerdict(c.policies.Verdict(a.from.end, a.to.end, a.port.Number, a.port.Protocol))
	}
	return v1alpha1.ReachVerdict(c.connect(a).Verdict)
}

// both is the verdict of two directions. Where both are still allowed, the answer as a whole was judged before.
func both(egress, ingress, before netpol.Verdict) netpol.Verdict {
	switch {
	case egress == netpol.Denied || ingress == netpol.Denied:
		return netpol.Denied
	case egress == netpol.Unknown || ingress == netpol.Unknown:
		return netpol.Unknown
	default:
		return before
	}
}

// allowed is Allowed of the NetworkPolicies, with what policies of other kinds leave of it. one is the answer for any port,
// whose reasons hold for all where they do not come from rules.
func (c *Cluster) allowed(a *attempt, one netpol.Answer) netpol.Allowance {
	all := c.policies.Allowed(a.from.end, a.to.end)
	if _, final := settled[one.Egress.Reason]; final || c.silent(a.from.index, a.to.index) {
		return all
	}
	possible := netpol.Everything()
	for _, side := range []struct {
		*netpol.Side
		say    *say
		reason netpol.Reason
	}{
		{&all.Egress, c.say(a.from.index, netpol.Egress), one.Egress.Reason},
		{&all.Ingress, c.say(a.to.index, netpol.Ingress), one.Ingress.Reason},
	} {
		if side.reason == netpol.ReasonOwnNode {
			continue
		}
		widen(side.Side, side.say)
		possible = possible.Intersect(side.Allowed.Union(side.Unknown))
	}
	all.Allowed = all.Allowed.Intersect(all.Egress.Allowed).Intersect(all.Ingress.Allowed)
	all.Unknown = possible.Minus(all.Allowed)
	return all
}

// widen moves what policies of other kinds could deny, or allow, to what is unknown.
func widen(side *netpol.Side, s *say) {
	if s.denies {
		side.Unknown = side.Unknown.Union(side.Allowed)
		side.Allowed = netpol.PortSet{}
	}
	if s.allows {
		side.Unknown = netpol.Everything().Minus(side.Allowed)
	}
}

// note puts down whose say made a direction unknown.
func (s *say) note(d *v1alpha1.DirectionDecision, direction netpol.Direction, connection *v1alpha1.Connection) {
	if len(s.names) == 0 || d.Reason == string(netpol.ReasonOwnNode) {
		return
	}
	if _, final := settled[netpol.Reason(d.Reason)]; final {
		return
	}
	d.OtherPolicies = s.names
	if d.Verdict == v1alpha1.ReachUnknown {
		d.Reason = reasonOther
	}
	end := "source"
	if direction == netpol.Ingress {
		end = "destination"
	}
	text := fmt.Sprintf("policies of other kinds have a say in %s at the %s, and their rules are not followed: %s", direction, end, s.names[0])
	if len(s.names) > 1 {
		text += fmt.Sprintf(" and %d more", len(s.names)-1)
	}
	if !slices.Contains(connection.Notes, text) {
		connection.Notes = append(connection.Notes, text)
	}
}

// reasonOther : a policy of another kind could decide otherwise.
const reasonOther = "other-policies"

// entryBeside is a matrix's answer for two groups where policies of other kinds have a say.
func (c *Cluster) entryBeside(from, to *group, port Port) v1alpha1.MatrixEntry {
	var allowed, unknown netpol.PortSet
	var verdict v1alpha1.ReachVerdict
	judge := func(a, b int) {
		src, dst := c.counted[a], c.counted[b]
		connection := attempt{from: c.targets([]int{src})[0], to: c.targets([]int{dst})[0], port: port}
		if !port.IsAll() {
			got := c.verdict(&connection)
			if verdict != "" && verdict != got {
				got = v1alpha1.ReachUnknown
			}
			verdict = got
			return
		}
		all := c.allowed(&connection, c.any(&connection))
		if verdict == "" {
			allowed, unknown = all.Allowed, all.Unknown
		} else {
			possible := allowed.Union(unknown).Union(all.Allowed).Union(all.Unknown)
			allowed = allowed.Intersect(all.Allowed)
			unknown = possible.Minus(allowed)
		}
		verdict = setVerdict(allowed, unknown)
	}
	judge(from.members[0], to.members[0])
	for a, b := range otherPairs(from, to) {
		judge(a, b)
	}
	entry := v1alpha1.MatrixEntry{Verdict: verdict}
	if port.IsAll() {
		entry.Allowed, entry.Unknown = textsOf(allowed), textsOf(unknown)
	}
	return entry
}

// tellApart makes a kind of workloads that is the same only where policies of other kinds say the same too.
func (c *Cluster) tellApart(kind func(int) int) func(int) int {
	if c.others == nil {
		return kind
	}
	known := map[string]int{}
	return func(n int) int {
		in, out := c.say(c.counted[n], netpol.Ingress), c.say(c.counted[n], netpol.Egress)
		key := fmt.Sprint(kind(n), in.allows, in.denies, out.allows, out.denies)
		number, seen := known[key]
		if !seen {
			number = len(known)
			known[key] = number
		}
		return number
	}
}
