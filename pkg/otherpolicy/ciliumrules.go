package otherpolicy

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// ciliumSection is the rules of one direction.
type ciliumSection struct {
	clusterwide bool
	direction   netpol.Direction
	allow, deny []ciliumAllow
	defaultDeny *bool
}

// way adds the rules up. An error is something that Cilium refuses, with its path behind the direction.
//
// Cilium, enableDefaultDeny: "If not specified, the default is true for each traffic direction that has rules, and false
// otherwise." "If multiple policies apply to an endpoint, that endpoint's default deny will be enabled if any policy requests
// it." Deny Policies: they "take precedence over allow policies".
func (s *ciliumSection) way() (way, error) {
	enabled := len(s.allow)+len(s.deny) > 0
	if s.defaultDeny != nil {
		enabled = *s.defaultDeny
	}
	w := way{}
	var refused error
	for i := range s.allow {
		o, something, err := s.opening(&s.allow[i])
		if err != nil && refused == nil {
			refused = fmt.Errorf("[%d]%w", i, err)
		}
		w.opens = w.opens.and(o)
		w.allows = w.allows || something
	}
	for i := range s.deny {
		_, something, err := s.opening(&s.deny[i])
		if err != nil && refused == nil {
			refused = fmt.Errorf("Deny[%d]%w", i, err)
		}
		w.denies = w.denies || something
		w.final = w.final || s.surelyAll(&s.deny[i])
	}
	w.denies = w.denies || enabled && !slices.ContainsFunc(s.allow, func(rule ciliumAllow) bool { return s.surelyAll(&rule) })
	w.isolates = w.final || enabled && !w.opens.everything()
	w.switchedOff = w.denies && enabled && !w.final
	return w, refused
}

// peers of a rule, whichever direction it has.
type ciliumPeers struct {
	endpoints *[]metav1.LabelSelector
	entities  *[]string
	cidrs     *[]string
	cidrSets  *[]ciliumCIDR
	names     *[]ciliumName
	// others can mean neither every pod nor the world.
	others []*[]any
}

func (s *ciliumSection) peers(r *ciliumAllow) ciliumPeers {
	if s.direction == netpol.Egress {
		return ciliumPeers{r.ToEndpoints, r.ToEntities, r.ToCIDR, r.ToCIDRSet, r.ToFQDNs, []*[]any{r.ToNodes, r.ToGroups, r.ToServices}}
	}
	return ciliumPeers{r.FromEndpoints, r.FromEntities, r.FromCIDR, r.FromCIDRSet, nil, []*[]any{r.FromNodes, r.FromGroups}}
}

// count says how many kinds of peers are there, and whether one of them is an empty list.
func (p *ciliumPeers) count() (kinds int, empty bool) {
	note := func(given bool, length int) {
		if given {
			kinds++
			empty = empty || length == 0
		}
	}
	note(p.endpoints != nil, length(p.endpoints))
	note(p.entities != nil, length(p.entities))
	note(p.cidrs != nil, length(p.cidrs))
	note(p.cidrSets != nil, length(p.cidrSets))
	note(p.names != nil, length(p.names))
	for _, other := range p.others {
		note(other != nil, length(other))
	}
	return kinds, empty
}

func length[T any](list *[]T) int {
	if list == nil {
		return 0
	}
	return len(*list)
}

// opening is the most that a rule can mean, and whether it means anything at all.
//
// Cilium: pkg/policy/api/ingress.go: all members "need to match"; a rule without any, {}, lets nothing pass (Layer 3 policies,
// "Ingress/Egress Default Deny": egress: - {}), one with only toPorts means these ports of everybody (Layer 4 policies), and one
// with an empty list of peers nobody. rule_validation.go: kinds of peers cannot be combined.
func (s *ciliumSection) opening(r *ciliumAllow) (o opening, something bool, err error) {
	peers := s.peers(r)
	kinds, empty := peers.count()
	if kinds == 0 && r.ToPorts == nil && r.ICMPs == nil {
		return opening{}, false, nil
	}
	if kinds > 1 && !empty {
		err = fmt.Errorf(": Cilium refuses several kinds of peers in one rule")
	}
	c, refused := peers.coverage(s.clusterwide)
	if refused != nil {
		err = refused
	}
	if kinds == 0 {
		c = coverage{cluster: true, world: true}
	}
	if empty {
		return opening{}, false, err
	}
	if r.ICMPs != nil {
		return opening{}, true, err
	}
	return onAll(c).only(ciliumProtocols(r.ToPorts)), true, err
}

// coverage is the most that the peers can mean.
func (p *ciliumPeers) coverage(clusterwide bool) (c coverage, refused error) {
	for _, entity := range deref(p.entities) {
		known, ok := ciliumEntities[entity]
		if !ok {
			refused = fmt.Errorf(": %q is no entity", clip(entity))
		}
		c = c.and(known)
	}
	for i := range deref(p.endpoints) {
		c.cluster = c.cluster || ciliumEveryPod(&(*p.endpoints)[i], clusterwide)
	}
	for _, text := range deref(p.cidrs) {
		found, err := readAddresses(text)
		if err != nil {
			refused = fmt.Errorf(": %w", err)
			continue
		}
		c.addresses = append(c.addresses, found)
	}
	for _, set := range deref(p.cidrSets) {
		if set.CIDRGroupRef != "" || present(set.CIDRGroupSelector) {
			c.world = true // what is in the group is not read
			continue
		}
		found, err := readAddresses(set.CIDR)
		if err != nil {
			refused = fmt.Errorf(": %w", err)
			continue
		}
		var except []span
		for _, text := range set.Except {
			s, err := readAddresses(text)
			if err != nil {
				refused = fmt.Errorf(": %w", err)
				continue
			}
			except = append(except, s)
		}
		c.addresses = append(c.addresses, found.without(except)...)
	}
	for _, name := range deref(p.names) {
		c.world = c.world || strings.Trim(name.MatchPattern, "*.") == "" && name.MatchPattern != ""
	}
	return c, refused
}

func deref[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// ciliumEntities are the entities, as far as they can be everything.
//
// Cilium: pkg/policy/api/entity.go.
var ciliumEntities = map[string]coverage{
	"all":            {cluster: true, world: true},
	"world":          {world: true},
	"world-ipv4":     {world: true},
	"world-ipv6":     {world: true},
	"cluster":        {cluster: true},
	"host":           {},
	"remote-node":    {},
	"kube-apiserver": {},
	"ingress":        {},
	"init":           {},
	"health":         {},
	"unmanaged":      {},
	"none":           {},
}

// ciliumEveryPod says that a selector of peers may mean every pod of every namespace.
//
// Cilium: pkg/k8s/apis/cilium.io/utils/utils.go (getEndpointSelector): "The user can explicitly specify the namespace in the
// FromEndpoints selector. If omitted, we limit the scope to the namespace the policy lives in", of clusterwide policies to pods.
func ciliumEveryPod(s *metav1.LabelSelector, clusterwide bool) bool {
	selector, err := readLabelSelector(field.NewPath("endpoints"), s, plainCiliumKey)
	if err != nil {
		return true
	}
	elsewhere := func(key string) bool {
		_, name := ciliumKey(key)
		return name == ciliumNamespace || strings.HasPrefix(name, ciliumNamespaceLabel)
	}
	var keys []string
	for key := range s.MatchLabels {
		keys = append(keys, key)
	}
	for _, r := range s.MatchExpressions {
		keys = append(keys, r.Key)
	}
	if !clusterwide && !slices.ContainsFunc(keys, elsewhere) {
		return false
	}
	var required []string
	for _, key := range keys {
		_, name := ciliumKey(key)
		if name == ciliumNamespace || name == ciliumCluster || name == ciliumServiceAccount || name == ciliumNamespaceLabel+"kubernetes.io/metadata.name" {
			required = append(required, key)
		}
	}
	return wide(selector, required...)
}

// surelyAll says that a rule surely means everything: all traffic of all peers.
func (s *ciliumSection) surelyAll(r *ciliumAllow) bool {
	peers := s.peers(r)
	kinds, empty := peers.count()
	if empty || kinds > 1 || r.ICMPs != nil || r.ToPorts != nil {
		return false
	}
	return kinds == 1 && slices.Contains(deref(peers.entities), "all")
}

// ciliumProtocols are the protocols of which toPorts may mean every port.
//
// Cilium: pkg/policy/api/l4.go, rule_validation.go: port "0" is every port, protocol ANY (or none) every protocol; rules of layer
// 7 take away from that. A few ranges may be all ports together, so that a quarter of them counts as all.
func ciliumProtocols(toPorts *[]ciliumPorts) [protocols]bool {
	if toPorts == nil {
		return [protocols]bool{true, true}
	}
	var kept [protocols]bool
	for _, rule := range *toPorts {
		if present(rule.Rules) || len(rule.ServerNames) > 0 {
			continue
		}
		if len(rule.Ports) == 0 {
			return [protocols]bool{true, true}
		}
		for _, port := range rule.Ports {
			if !port.many() {
				continue
			}
			protocol := strings.ToUpper(port.Protocol)
			every := protocol == "" || protocol == "ANY"
			kept[tcp] = kept[tcp] || every || protocol == "TCP"
			kept[udp] = kept[udp] || every || protocol == "UDP"
		}
	}
	return kept
}

// many says that it may be every port, or a good part of them.
func (p *ciliumPort) many() bool {
	var first int32
	if _, err := fmt.Sscanf(p.Port, "%d", &first); err != nil {
		return false // a name
	}
	return first == 0 || manyPorts(first, p.EndPort)
}
