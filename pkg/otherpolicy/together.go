package otherpolicy

import "github.com/cis532/kubectl-cis532/pkg/netpol"

// Together is what policies do to one pod in a direction, with each other's exceptions in mind. Allows and Denies hold
// where they do for any of them that may select the pod. DefaultDeny only holds where one that surely selects the pod
// denies by default, and what all that may select it let pass is not everything. (Which of two policies comes first is not
// asked: one that opens everything counts as if it came first.) YieldsToNetworkPolicy holds where it does for each policy
// that denies by default, or without such for each that denies.
//
// NetworkPolicies are not among them: they add what they allow, and isolate on their own.
func Together(policies []*Policy, ns Namespace, pod Pod, d netpol.Direction) Effect {
	var e Effect
	var opens opening
	var isolating, denying []*Policy
	podsOnly, final := true, false
	for _, p := range policies {
		for i := range p.parts {
			selected := p.selects(&p.parts[i], &ns, &pod)
			if selected == Never {
				continue
			}
			w := &p.parts[i].ways[index(d)]
			e.Allows = e.Allows || w.allows
			e.Denies = e.Denies || w.denies
			opens = opens.and(w.opens)
			if w.denies {
				denying = append(denying, p)
			}
			if w.isolates && selected == Surely {
				isolating = append(isolating, p)
				podsOnly = podsOnly && w.podsOnly
				final = final || w.final
			}
		}
	}
	e.DefaultDeny = len(isolating) > 0 && (final || !opens.everything())
	e.PodsOnly = e.DefaultDeny && podsOnly
	if e.DefaultDeny {
		denying = isolating
	}
	e.YieldsToNetworkPolicy = len(denying) > 0
	for _, p := range denying {
		e.YieldsToNetworkPolicy = e.YieldsToNetworkPolicy && p.yields
	}
	return e
}
