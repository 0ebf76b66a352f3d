package otherpolicy_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// packet is one that reaches a pod of namespace shop.
type packet struct {
	from netip.Addr
	// namespace is that of the pod that sends it; empty for one from outside the cluster.
	namespace string
	protocol  string
	port      int
}

// packets are of both protocols, from a pod of each namespace and from outside.
func packets() []packet {
	var all []packet
	for _, sender := range []packet{
		{from: netip.MustParseAddr("10.1.0.1"), namespace: "shop"}, {from: netip.MustParseAddr("10.1.0.2"), namespace: "payments"},
		{from: netip.MustParseAddr("203.0.113.1")}, {from: netip.MustParseAddr("8.8.8.8")},
	} {
		for _, protocol := range []string{"TCP", "UDP"} {
			for _, port := range []int{80, 4242} {
				sender.protocol, sender.port = protocol, port
				all = append(all, sender)
			}
		}
	}
	return all
}

// drawnRule is a rule in the words of a family, and what it means.
type drawnRule struct {
	json    map[string]any
	matches func(packet) bool
}

type peer struct {
	fields  map[string]any
	matches func(packet) bool
}

func block(cidr string) func(packet) bool {
	prefix := netip.MustParsePrefix(cidr)
	return func(p packet) bool { return prefix.Contains(p.from) }
}

func everybody(packet) bool    { return true }
func nobody(packet) bool       { return false }
func anyPod(p packet) bool     { return p.namespace != "" }
func ofShop(p packet) bool     { return p.namespace == "shop" }
func ofPayments(p packet) bool { return p.namespace == "payments" }
func outside(p packet) bool    { return p.namespace == "" }

// isolatesOnlyWhatIsNotOpen checks that a policy that says that it isolates denies one of the packets, and that one that lets
// nothing pass says that it isolates.
func isolatesOnlyWhatIsNotOpen(t *rapid.T, p *otherpolicy.Policy, passes func(packet) bool) {
	e := p.Effect(netpol.Ingress)
	open := !slices.ContainsFunc(packets(), func(p packet) bool { return !passes(p) })
	closed := !slices.ContainsFunc(packets(), passes)
	if e.DefaultDeny && open {
		t.Fatalf("every packet passes, and the policy is said to isolate: %+v", e)
	}
	if closed && !e.Denies || !closed && !e.Allows {
		t.Fatalf("everything passes: %v, nothing: %v: %+v", open, closed, e)
	}
}

func readDrawn(t *rapid.T, kind otherpolicy.Kind, spec map[string]any) *otherpolicy.Policy {
	raw, err := json.Marshal(map[string]any{"metadata": map[string]any{"name": "x", "namespace": "shop"}, "spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	p, err := otherpolicy.Read(kind.GVK(), raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if p.Undecided() != nil {
		t.Fatalf("%s: %v", raw, p.Undecided())
	}
	return p
}

func TestCalicosRulesIsolateOnlyWhatTheyDoNotOpen(t *testing.T) {
	sources := []peer{
		{nil, everybody},
		{map[string]any{"nets": []string{"0.0.0.0/0"}}, everybody},
		{map[string]any{"nets": []string{"0.0.0.0/1"}}, block("0.0.0.0/1")},
		{map[string]any{"nets": []string{"128.0.0.0/1"}}, block("128.0.0.0/1")},
		{map[string]any{"notNets": []string{"203.0.113.0/24"}}, func(p packet) bool { return !block("203.0.113.0/24")(p) }},
		{map[string]any{"namespaceSelector": "all()"}, anyPod},
		{map[string]any{"namespaceSelector": "projectcalico.org/name != 'shop'"}, ofPayments},
		{map[string]any{"selector": "all()"}, ofShop},
		{map[string]any{"selector": "app == 'nobody'"}, nobody},
	}
	kind := otherpolicy.Kind{Group: "projectcalico.org", Version: "v3", Kind: "NetworkPolicy"}
	rapid.Check(t, func(t *rapid.T) {
		var rules []drawnRule
		var spec []map[string]any
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			source := rapid.SampledFrom(sources).Draw(t, "source")
			protocol := rapid.SampledFrom([]string{"", "", "", "TCP", "UDP"}).Draw(t, "protocol")
			port := rapid.SampledFrom([]int{0, 0, 0, 80}).Draw(t, "port")
			rule := map[string]any{"action": rapid.SampledFrom([]string{"Allow", "Allow", "Deny", "Pass", "Log"}).Draw(t, "action")}
			if source.fields != nil {
				rule["source"] = source.fields
			}
			if protocol != "" {
				rule["protocol"] = protocol
			}
			if port != 0 {
				rule["destination"] = map[string]any{"ports": []int{port}}
			}
			spec = append(spec, rule)
			rules = append(rules, drawnRule{rule, func(p packet) bool {
				return source.matches(p) && (protocol == "" || protocol == p.protocol) && (port == 0 || port == p.port)
			}})
		}
		p := readDrawn(t, kind, map[string]any{"types": []string{"Ingress"}, "ingress": spec})
		isolatesOnlyWhatIsNotOpen(t, p, func(p packet) bool {
			for _, rule := range rules {
				if action := rule.json["action"]; action != "Log" && rule.matches(p) {
					return action != "Deny" // a Pass of the default tier leads to the namespace's profile
				}
			}
			return false
		})
	})
}

func TestCiliumsRulesIsolateOnlyWhatTheyDoNotOpen(t *testing.T) {
	selector := func(key, operator string, values ...string) map[string]any {
		return map[string]any{"matchExpressions": []map[string]any{{"key": key, "operator": operator, "values": values}}}
	}
	namespace := "k8s:io.kubernetes.pod.namespace"
	blockOutside := func(cidr string) func(packet) bool {
		return func(p packet) bool { return outside(p) && block(cidr)(p) }
	}
	peers := []peer{
		{map[string]any{}, nobody},
		{map[string]any{"fromEntities": []string{"all"}}, everybody},
		{map[string]any{"fromEntities": []string{"cluster"}}, anyPod},
		{map[string]any{"fromEntities": []string{"world"}}, outside},
		{map[string]any{"fromEndpoints": []any{map[string]any{}}}, ofShop},
		{map[string]any{"fromEndpoints": []any{selector(namespace, "Exists")}}, anyPod},
		{map[string]any{"fromEndpoints": []any{selector(namespace, "NotIn", "shop")}}, ofPayments},
		{map[string]any{"fromEndpoints": []any{}}, nobody},
		{map[string]any{"fromCIDR": []string{"0.0.0.0/1", "128.0.0.0/1"}}, outside},
		{map[string]any{"fromCIDR": []string{"128.0.0.0/1"}}, blockOutside("128.0.0.0/1")},
		{map[string]any{"fromCIDRSet": []any{map[string]any{"cidr": "0.0.0.0/0", "except": []string{"128.0.0.0/1"}}}}, blockOutside("0.0.0.0/1")},
	}
	kind := otherpolicy.Kind{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy"}
	draw := func(t *rapid.T, section string, atLeast int) (spec []map[string]any, rules []drawnRule) {
		for range rapid.IntRange(atLeast, 4).Draw(t, section) {
			from := rapid.SampledFrom(peers).Draw(t, "from")
			port := rapid.SampledFrom([]string{"", "", "", "80/TCP", "0/TCP", "0/UDP", "0/ANY"}).Draw(t, "port")
			rule := map[string]any{}
			for key, value := range from.fields {
				rule[key] = value
			}
			matches := from.matches
			if port != "" {
				var number int
				var protocol string
				if _, err := fmt.Sscanf(port, "%d/%s", &number, &protocol); err != nil {
					t.Fatal(err)
				}
				rule["toPorts"] = []any{map[string]any{"ports": []any{map[string]any{"port": fmt.Sprint(number), "protocol": protocol}}}}
				peers := from.matches
				if len(from.fields) == 0 {
					peers = everybody // only ports: of everybody
				}
				matches = func(p packet) bool {
					return peers(p) && (number == 0 || number == p.port) && (protocol == "ANY" || protocol == p.protocol)
				}
			}
			spec, rules = append(spec, rule), append(rules, drawnRule{rule, matches})
		}
		return spec, rules
	}
	rapid.Check(t, func(t *rapid.T) {
		allow, allowed := draw(t, "ingress", 1)
		deny, denied := draw(t, "ingressDeny", 0)
		p := readDrawn(t, kind, map[string]any{"endpointSelector": map[string]any{}, "ingress": allow, "ingressDeny": deny})
		matching := func(p packet) func(drawnRule) bool { return func(r drawnRule) bool { return r.matches(p) } }
		e := p.Effect(netpol.Ingress)
		open := !slices.ContainsFunc(packets(), func(p packet) bool {
			return slices.ContainsFunc(denied, matching(p)) || !slices.ContainsFunc(allowed, matching(p))
		})
		if e.DefaultDeny && open {
			t.Fatalf("every packet passes, and the policy is said to isolate: %+v", e)
		}
		some := slices.ContainsFunc(packets(), func(p packet) bool { return slices.ContainsFunc(allowed, matching(p)) })
		if some != e.Allows || !open && !e.Denies {
			t.Fatalf("allows something: %v, everything: %v: %+v", some, open, e)
		}
	})
}
