package otherpolicy

import (
	"fmt"
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Policy is a policy of another kind than NetworkPolicy.
type Policy struct {
	// APIVersion is GROUP/VERSION, as it was read.
	APIVersion string
	// Kind is its kind, as "CiliumNetworkPolicy". Calico's NetworkPolicy has the same kind as Kubernetes' own.
	Kind string
	// Namespace is where it lives; empty for the kinds that live in none. [Read] takes it from the object; where that
	// leaves it out, as manifests may, it is the caller's to fill in.
	Namespace string
	// Name is its name; as Calico stores it, it begins with the tier ("default.name").
	Name string
	// Family is whose policies its kind is one of.
	Family Family

	namespaced bool
	// yields says that NetworkPolicies come first, and are final.
	yields bool
	// parts are its rules that concern pods, each with subjects of its own. Only Cilium has more than one.
	parts     []part
	undecided []string
}

// part is a rule of a policy with subjects of its own.
type part struct {
	// subject says which pods it selects, of the namespaces in which the policy counts.
	subject func(*Namespace, *Pod) Match
	// all says that these are all pods there.
	all bool
	// doubtful parts may not be enforced at all: the network plugin may refuse what is in them.
	doubtful bool
	ways     [2]way
}

// way is what a part does in one direction.
type way struct {
	// allows and denies are those of Effect.
	allows, denies bool
	// isolates says that what nothing allows is surely denied.
	isolates bool
	// final says that it isolates by a denial that no rule anywhere can lift.
	final bool
	// podsOnly is that of Effect.
	podsOnly bool
	// opens is the most that may pass because of it.
	opens opening
	// switchedOff says that a NetworkPolicy that allows everything may lift what it denies.
	switchedOff bool
}

func index(d netpol.Direction) int {
	if d == netpol.Egress {
		return 1
	}
	return 0
}

// Effect is what a policy does, in one direction, to the pods that it selects.
type Effect struct {
	// Allows says that it may let pass what a NetworkPolicy denies.
	Allows bool
	// Denies says that it may deny what NetworkPolicies, or none, allow.
	Denies bool
	// DefaultDeny says that it surely denies whatever neither it nor another policy allows, and that it does not itself
	// allow everything: the pods are isolated by it.
	DefaultDeny bool
	// PodsOnly says that DefaultDeny holds for the traffic of other pods only. The kinds of policy.networking.k8s.io can name
	// no other source, so that for ingress they can do no more: what comes from outside the cluster is not denied.
	PodsOnly bool
	// YieldsToNetworkPolicy says that it has no say about a pod that a NetworkPolicy selects in that direction.
	YieldsToNetworkPolicy bool
}

// Selects says whether the policy applies to a pod of a namespace. It never does to pods on the host network: they have
// their node's addresses, and in each family they are no subjects of their own. Nodes can be subjects, but then the
// policy means the node.
//
// API: "Note that host-networked pods are not included in subject selection." Cilium gives them the identity of their
// host. Calico: libcalico-go/lib/backend/k8s/conversion makes no workload endpoint of a host-networked pod.
func (p *Policy) Selects(ns Namespace, pod Pod) Match {
	result := Never
	for i := range p.parts {
		result |= p.selects(&p.parts[i], &ns, &pod)
	}
	return result
}

func (p *Policy) selects(part *part, ns *Namespace, pod *Pod) Match {
	if pod.HostNetwork || p.namespaced && p.Namespace != ns.Name {
		return Never
	}
	result := part.subject(ns, pod)
	if part.doubtful {
		result &= Perhaps
	}
	return result
}

// Undecided says why Selects can be Perhaps, one line for each reason; nil where it cannot, if the labels of the namespace
// are known.
func (p *Policy) Undecided() []string { return slices.Clone(p.undecided) }

// maxReasons bounds Undecided: the first reasons are enough to know what to do.
const maxReasons = 8

// doubt adds a reason to Undecided.
func (p *Policy) doubt(reason string) {
	reason = clip(reason)
	if len(p.undecided) < maxReasons && !slices.Contains(p.undecided, reason) {
		p.undecided = append(p.undecided, reason)
	}
}

// Effect is what the policy does in a direction to a pod that it selects, whichever that is: where its rules have different
// subjects, DefaultDeny only holds if it does for each of them. [Together] says what it does to one pod.
func (p *Policy) Effect(d netpol.Direction) Effect {
	isolated := len(p.parts) > 0
	final := isolated
	blanket, blanketFinal := false, false
	e := Effect{YieldsToNetworkPolicy: p.yields && len(p.parts) > 0}
	var opens opening
	for i := range p.parts {
		w := &p.parts[i].ways[index(d)]
		e.Allows = e.Allows || w.allows
		e.Denies = e.Denies || w.denies
		e.PodsOnly = e.PodsOnly || w.podsOnly
		opens = opens.and(w.opens)
		surely := w.isolates && !p.parts[i].doubtful
		isolated, final = isolated && surely, final && surely && w.final
		blanket = blanket || surely && p.parts[i].all
		blanketFinal = blanketFinal || surely && p.parts[i].all && w.final
	}
	e.DefaultDeny = final || blanketFinal || (isolated || blanket) && !opens.everything()
	e.PodsOnly = e.PodsOnly && e.DefaultDeny
	return e
}

// Counts says that the policy has an effect in some direction.
func (p *Policy) Counts() bool {
	return slices.ContainsFunc([]netpol.Direction{netpol.Ingress, netpol.Egress}, func(d netpol.Direction) bool {
		e := p.Effect(d)
		return e.Allows || e.Denies
	})
}

// SwitchedOffByAllowAll says that adding a NetworkPolicy that allows everything may end what the policy denies, in some
// direction: to leave such a policy out of account when adding an allow-all is to open what it isolates.
//
//   - API, Baseline tier: it "can be overridden by the v1.NetworkPolicy", which "always makes a final decision for selected pods".
//   - Calico ranks NetworkPolicies at order 1000 of the tier "default" (libcalico-go/lib/backend/k8s/conversion: "We insert all
//     the NetworkPolicy Policies at order 1000.0 after conversion"), and an Allow is final: what comes later is not asked,
//     and neither is the end of the tier, where whatever no policy took is dropped. Policies of that order count as later
//     (names decide between equals), and so do tiers of other names than Calico's own, whose order is not read.
//   - Cilium adds allow rules up, whatever kind they come from, so that one that allows everything ends a default deny; not so
//     ingressDeny and egressDeny ("Deny policies take precedence over allow policies, regardless of whether they are a Cilium
//     Network Policy, a Clusterwide Cilium Network Policy or even a Kubernetes Network Policy").
func (p *Policy) SwitchedOffByAllowAll() bool {
	return slices.ContainsFunc(p.parts, func(part part) bool {
		return part.ways[0].switchedOff || part.ways[1].switchedOff
	})
}

// String is "KIND NAMESPACE/NAME", or "KIND NAME" for a kind without namespaces. Calico's kinds are said to be its own: one of
// them is called NetworkPolicy too.
func (p *Policy) String() string {
	kind := p.Kind
	if p.Family == FamilyCalico {
		kind = "Calico " + kind
	}
	if p.Namespace == "" {
		return kind + " " + p.Name
	}
	return fmt.Sprintf("%s %s/%s", kind, p.Namespace, p.Name)
}
