package netpol

import (
	"fmt"
	"slices"
)

// Nothing says what a part of a rule surely matches nothing of.
type Nothing string

const (
	// NoNamespace : its namespaceSelector selects none of the namespaces.
	NoNamespace Nothing = "no-namespace"
	// NoPod : there are such namespaces, and no live pod in them (or in the policy's own) is selected.
	NoPod Nothing = "no-pod"
	// NoPort : no container of the pods that could be meant declares a port of that name and protocol.
	NoPort Nothing = "no-port"
)

// UnmatchedPart is a peer or a named port of a rule that matches nothing of what is there: mostly a typing error, or something
// that is gone.
type UnmatchedPart struct {
	Rule RuleRef
	// Field is the path within the policy, as "spec.ingress[0].from[1]".
	Field string
	What  Nothing
	// Port is the name of the port, where What is NoPort.
	Port string
	// OwnNamespace says that only the policy's own namespace was looked at: whatever else there is, this is surely so.
	OwnNamespace bool
}

// Unmatched lists the parts of the policy's rules that surely match no namespace, no live pod, or no port. An ipBlock is not
// meant for pods, and is never in the list; nor is what cannot be read. Pods on the host network count: the peer means them,
// whatever its plugin makes of that.
//
// Only the directions that the policy isolates are looked at: other rules do nothing at all.
func (c *Cluster) Unmatched(policy int) []UnmatchedPart {
	p := c.policy(policy)
	if p == nil {
		return nil
	}
	f := c.finder()
	var parts []UnmatchedPart
	for w := range ways {
		if !p.affects[w] {
			continue
		}
		for i := range p.rules[w] {
			at := UnmatchedPart{Rule: RuleRef{p.ref, w.direction(), i}}
			parts = append(parts, f.peers(p, w, i, at)...)
			parts = append(parts, f.ports(p, w, i, at)...)
		}
	}
	return parts
}

func listOf(w way) string {
	if w == out {
		return "to"
	}
	return "from"
}

func (f *finder) peers(p *policy, w way, rule int, at UnmatchedPart) []UnmatchedPart {
	var parts []UnmatchedPart
	for i := range p.rules[w][rule].peers {
		peer := &p.rules[w][rule].peers[i]
		if peer.block != nil || peer.invalid {
			continue
		}
		at.Field = fmt.Sprintf("spec.%s[%d].%s[%d]", w.direction(), rule, listOf(w), i)
		at.OwnNamespace = peer.own != nil
		switch found := f.find(peer); {
		case found.pod != never:
		case found.namespace == never:
			at.What = NoNamespace
			parts = append(parts, at)
		default:
			at.What = NoPod
			parts = append(parts, at)
		}
	}
	return parts
}

// ports looks for the named ports of a rule where they are looked up: at the selected pods for ingress, at the peers for
// egress. Where there are no such pods, the selector is what is wrong, not the name.
func (f *finder) ports(p *policy, w way, rule int, at UnmatchedPart) []UnmatchedPart {
	r := &p.rules[w][rule]
	var parts []UnmatchedPart
	for i := range r.ports {
		port := &r.ports[i]
		if port.name == "" || port.invalid {
			continue
		}
		looked, found := false, false
		ask := func(p *peer) {
			if !found && p.block == nil && !p.invalid && f.find(p).pod != never {
				looked, found = true, f.findPort(p, port)
			}
		}
		at.OwnNamespace = w == in
		switch {
		case w == in:
			ask(&peer{own: p.ns, pods: p.subject})
		case r.anyPeer:
			ask(&peer{namespaces: &selector{}})
		default:
			at.OwnNamespace = !slices.ContainsFunc(r.peers, func(p peer) bool { return p.own == nil })
			for j := range r.peers {
				ask(&r.peers[j])
			}
		}
		if looked && !found {
			at.Field = fmt.Sprintf("spec.%s[%d].ports[%d]", w.direction(), rule, port.item)
			at.What, at.Port = NoPort, port.name
			parts = append(parts, at)
		}
	}
	return parts
}
