package otherpolicy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// networkPolicyOrder is where Calico puts NetworkPolicies in the tier "default".
//
// Calico: libcalico-go/lib/backend/k8s/conversion/conversion.go: "We insert all the NetworkPolicy Policies at order 1000.0
// after conversion."
const networkPolicyOrder = 1000

// tier is what matters of a policy's tier.
type tier struct {
	// name is for messages.
	name string
	// isDefault is the tier in which NetworkPolicies are.
	isDefault bool
	// afterDefault is one of those that surely come behind it.
	afterDefault bool
	// beforeDefault is one of those that surely come before it.
	beforeDefault bool
}

// calicoTier finds the tier of a policy. A policy that is stored without one has it in its name.
//
// Calico: Get started with policy tiers: the tiers kube-admin (order 1000) and kube-baseline (order 10,000,000), which
// were adminnetworkpolicy and baselineadminnetworkpolicy, and default (1,000,000) are Calico's own; the first two end in "a
// default action of Pass. This is fixed, and should not be changed". libcalico-go
// clientv3/networkpolicy.go: "We expect backend policies to have the right name (prefixed with tier name)."
func calicoTier(name, policy string, stored bool) tier {
	if name == "" {
		name = "default"
		if prefix, _, found := strings.Cut(policy, "."); found && stored {
			name = prefix
		}
	}
	return tier{
		name:          name,
		isDefault:     name == "default",
		afterDefault:  name == "kube-baseline" || name == "baselineadminnetworkpolicy",
		beforeDefault: name == "kube-admin" || name == "adminnetworkpolicy",
	}
}

// calicoWay goes through the rules in order, of which the first that matches decides.
//
// Calico, Tier: "If a NetworkPolicy or GlobalNetworkPolicy in the Tier Allows or Denys the packet, then evaluation is done",
// "Passes the packet, the next Tier containing a Policy that applies to the endpoint processes the packet", "If the Tier applies
// to the endpoint, but takes no action on the packet the packet is dropped. This behaviour can be changed by setting the
// defaultAction of a tier". Behind the last tier come profiles, and that of a namespace allows everything
// (conversion.go, NamespaceToProfile).
func (p *Policy) calicoWay(d netpol.Direction, rules []calicoRule, tier tier, late bool) way {
	w := way{}
	for i := range rules {
		r := &rules[i]
		switch r.Action {
		case "Log":
		case "Allow", "Pass":
			// A Pass of the default tier leads past the drop at its end, and past NetworkPolicies that come later in it.
			w.allows = w.allows || !tier.afterDefault && (r.Action == "Allow" || tier.isDefault)
			w.opens = w.opens.and(p.calicoOpening(d, r))
			if r.unconditional() {
				w.switchedOff = w.denies && p.calicoSwitchedOff(tier, late)
				return w
			}
		case "Deny":
			w.denies = true
			if r.unconditional() {
				w.isolates = !w.opens.everything()
				w.switchedOff = p.calicoSwitchedOff(tier, late)
				return w
			}
		default:
			p.doubt(fmt.Sprintf("spec.%s[%d].action: %q is no action", d, i, clip(r.Action)))
			return way{allows: true, denies: true, opens: open(), switchedOff: true}
		}
	}
	// The end of the tier.
	if tier.beforeDefault || tier.afterDefault {
		w.switchedOff = w.denies && p.calicoSwitchedOff(tier, late)
		return w
	}
	w.denies = true
	w.isolates = tier.isDefault && !w.opens.everything()
	// In the default tier NetworkPolicies are asked before its end, whatever the order is.
	w.switchedOff = tier.isDefault || p.calicoSwitchedOff(tier, late)
	return w
}

// calicoSwitchedOff says of a policy's Deny rules whether an allow-all NetworkPolicy may come before them.
func (p *Policy) calicoSwitchedOff(tier tier, late bool) bool {
	return !tier.beforeDefault && (!tier.isDefault || late)
}

// unconditional rules surely match every packet.
func (r *calicoRule) unconditional() bool {
	return !present(r.IPVersion) && r.Protocol == nil && r.NotProtocol == nil && !present(r.ICMP) && !present(r.NotICMP) && !present(r.HTTP) &&
		r.Source.empty() && r.Destination.empty()
}

func (e *calicoEntity) empty() bool {
	return len(e.Nets)+len(e.NotNets)+len(e.Domains)+len(e.Ports)+len(e.NotPorts) == 0 && e.Selector == "" && e.NotSelector == "" &&
		e.NamespaceSelector == "" && !present(e.Services) && !present(e.ServiceAccounts)
}

// present says that an optional field is there.
func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// calicoOpening is the most that a rule can mean.
func (p *Policy) calicoOpening(d netpol.Direction, r *calicoRule) opening {
	peer, own := &r.Source, &r.Destination
	if d == netpol.Egress {
		peer, own = own, peer
	}
	if len(peer.Ports)+len(peer.NotPorts)+len(own.Ports)+len(own.NotPorts) > 0 || present(r.ICMP) || present(r.HTTP) {
		return opening{}
	}
	return onAll(p.calicoCoverage(peer)).only(calicoProtocols(r))
}

// calicoCoverage is the most that an end of a rule can mean.
//
// Calico: updateprocessors/rules.go: without a namespaceSelector, a selector of a namespaced policy means its own namespace;
// with one, only pods. In a global policy it also means host endpoints and network sets, in which any address can be.
func (p *Policy) calicoCoverage(e *calicoEntity) coverage {
	if present(e.Services) || present(e.ServiceAccounts) || len(e.Domains) > 0 {
		return coverage{}
	}
	c := coverage{cluster: true, world: true}
	if len(e.Nets)+len(e.NotNets) > 0 {
		c = coverage{addresses: calicoAddresses(e.Nets, e.NotNets), podsToo: true}
	}
	if strings.Contains(e.NamespaceSelector, "global(") {
		return coverage{world: true} // network sets: any address can be in them
	}
	if e.NamespaceSelector != "" {
		selector, err := readCalicoSelector(e.NamespaceSelector)
		c = coverage{cluster: err != nil || wide(selector, calicoName, corev1.LabelMetadataName)}
	}
	if e.Selector != "" {
		selector, err := readCalicoSelector(e.Selector)
		if err == nil && !wide(selector, calicoNamespace, calicoOrchestrator, calicoServiceAccount) || p.namespaced && e.NamespaceSelector == "" {
			return coverage{}
		}
	}
	return c
}

// calicoAddresses is nets without notNets, as far as they can be read.
func calicoAddresses(nets, notNets []string) []span {
	from, except := []span{ipv4, ipv6}, []span{}
	if len(nets) > 0 {
		from = nil
	}
	for _, text := range nets {
		s, err := readAddresses(text)
		if err != nil {
			return []span{ipv4, ipv6}
		}
		from = append(from, s)
	}
	for _, text := range notNets {
		if s, err := readAddresses(text); err == nil {
			except = append(except, s)
		}
	}
	var left []span
	for _, s := range from {
		left = append(left, s.without(except)...)
	}
	return left
}

// calicoProtocols are the protocols that a rule may mean. They are names in any case, or numbers.
func calicoProtocols(r *calicoRule) [protocols]bool {
	names := [protocols][]string{tcp: {"tcp", "6"}, udp: {"udp", "17"}}
	var kept [protocols]bool
	for i := range kept {
		is := func(v any) bool { return slices.Contains(names[i], strings.ToLower(fmt.Sprint(v))) }
		kept[i] = (r.Protocol == nil || is(r.Protocol)) && (r.NotProtocol == nil || !is(r.NotProtocol))
	}
	return kept
}
