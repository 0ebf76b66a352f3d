package netpol_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// unmatched asks for every peer and every named port of a policy's rules, each pod of the cluster.
func (n naive) unmatched(index int) []netpol.UnmatchedPart {
	p := n.policies[index]
	if p == nil {
		return nil
	}
	var parts []netpol.UnmatchedPart
	for _, way := range []struct {
		kind      networkingv1.PolicyType
		direction netpol.Direction
		list      string
	}{{"Ingress", netpol.Ingress, "from"}, {"Egress", netpol.Egress, "to"}} {
		if !hasType(p, way.kind) {
			continue
		}
		for i, rule := range rulesOf(p, way.kind) {
			ref := netpol.RuleRef{Policy: netpol.PolicyRef{Namespace: p.Namespace, Name: p.Name, Index: index}, Direction: way.direction, Rule: i}
			for j, item := range rule.peers {
				what, own, judged := n.unmatchedPeer(p, item)
				if judged && what != "" {
					parts = append(parts, netpol.UnmatchedPart{Rule: ref, Field: fmt.Sprintf("spec.%s[%d].%s[%d]", way.direction, i, way.list, j), What: what, OwnNamespace: own})
				}
			}
			for j, port := range rule.ports {
				if name, own, missing := n.unmatchedPort(p, way.kind, rule, port); missing {
					parts = append(parts, netpol.UnmatchedPart{Rule: ref, Field: fmt.Sprintf("spec.%s[%d].ports[%d]", way.direction, i, j), What: netpol.NoPort, Port: name, OwnNamespace: own})
				}
			}
		}
	}
	return parts
}

func (n naive) unmatchedPeer(p *networkingv1.NetworkPolicy, item networkingv1.NetworkPolicyPeer) (what netpol.Nothing, own, judged bool) {
	if item.IPBlock != nil || item.PodSelector == nil && item.NamespaceSelector == nil {
		return "", false, false
	}
	own = item.NamespaceSelector == nil
	for i := range n.pods {
		if !n.pods[i].Finished && n.peerMatches(p, item, &n.pods[i], nil) != no {
			return "", own, true
		}
	}
	if own {
		return netpol.NoPod, own, true
	}
	for _, name := range n.spaces() {
		labels, unknown := n.namespaceLabels(name)
		if selects(item.NamespaceSelector, labels, unknown) != no {
			return netpol.NoPod, own, true
		}
	}
	return netpol.NoNamespace, own, true
}

// spaces are all namespaces that anything mentions.
func (n naive) spaces() []string {
	var names []string
	for _, ns := range n.namespaces {
		names = append(names, ns.Name)
	}
	for _, p := range n.pods {
		names = append(names, p.Namespace)
	}
	for _, p := range n.policies {
		if p != nil {
			names = append(names, p.Namespace)
		}
	}
	return names
}

func (n naive) unmatchedPort(p *networkingv1.NetworkPolicy, kind networkingv1.PolicyType, rule naiveRule, port networkingv1.NetworkPolicyPort) (name string, own, missing bool) {
	number := int32(4242) // of no container
	if port.Port == nil || port.Port.Type == 0 || port.EndPort != nil || portsMatch(naiveRule{ports: []networkingv1.NetworkPolicyPort{port}}, seen{pod: &netpol.Pod{}}, kind, number, protocolOf(port)) == maybe {
		return "", false, false
	}
	if !slices.Contains([]corev1.Protocol{"TCP", "UDP", "SCTP"}, protocolOf(port)) {
		return "", false, false
	}
	name, own = port.Port.StrVal, kind == "Ingress"
	if kind == "Egress" && len(rule.peers) > 0 {
		own = !slices.ContainsFunc(rule.peers, func(item networkingv1.NetworkPolicyPeer) bool {
			return item.NamespaceSelector != nil || item.IPBlock != nil || item.PodSelector == nil
		})
	}
	looked := false
	for i := range n.pods {
		pod := &n.pods[i]
		var meant int
		switch {
		case pod.Finished:
		case kind == "Ingress":
			if pod.Namespace == p.Namespace {
				meant = selects(&p.Spec.PodSelector, pod.Labels, false)
			}
		case len(rule.peers) == 0:
			meant = yes
		default:
			for _, item := range rule.peers {
				if item.IPBlock == nil && (item.PodSelector != nil || item.NamespaceSelector != nil) {
					meant = max(meant, n.peerMatches(p, item, pod, nil))
				}
			}
		}
		if meant == no {
			continue
		}
		looked = true
		for _, c := range pod.Ports {
			protocol := c.Protocol
			if protocol == "" {
				protocol = "TCP"
			}
			if c.Name == name && protocol == protocolOf(port) {
				return name, own, false
			}
		}
	}
	return name, own, looked
}

func protocolOf(port networkingv1.NetworkPolicyPort) corev1.Protocol {
	if port.Protocol == nil {
		return "TCP"
	}
	return *port.Protocol
}

func TestUnmatchedIsWhatTheNaiveImplementationFindsNothingFor(t *testing.T) {
	seenParts := map[netpol.Nothing]int{}
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		for i := range n.policies {
			got := c.Unmatched(i)
			if diff := cmp.Diff(n.unmatched(i), got); diff != "" {
				t.Fatalf("policy %d (-want +got):\n%s\n%s", i, diff, n)
			}
			for _, part := range got {
				seenParts[part.What]++
			}
		}
	})
	for _, what := range []netpol.Nothing{netpol.NoNamespace, netpol.NoPod, netpol.NoPort} {
		if seenParts[what] == 0 {
			t.Errorf("%s was never found: nothing was shown about it", what)
		}
	}
	t.Log(seenParts)
}

func TestAloneIsWhatTheNaiveImplementationAddsUp(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		ports := n.ports()
		var chosen []int
		for i := range n.policies {
			if rapid.Bool().Draw(t, "chosen") {
				chosen = append(chosen, i)
			}
		}
		for w, direction := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
			kind := []networkingv1.PolicyType{"Ingress", "Egress"}[w]
			var policies []*networkingv1.NetworkPolicy
			for _, i := range chosen {
				if p := n.policies[i]; p != nil && hasType(p, kind) {
					policies = append(policies, p)
				}
			}
			for pod := netpol.NewPod; pod < len(n.pods); pod++ {
				subject := &netpol.Pod{}
				if pod >= 0 {
					subject = &n.pods[pod]
				}
				want := naivePosture(policies, subject, kind, ports)
				if subject.HostNetwork || subject.Finished {
					want = netpol.PostureNotApplicable
				}
				if got := c.PostureOf(chosen, pod, direction); got != want {
					t.Fatalf("policies %v, pod %d %s: got %s, want %s\n%s", chosen, pod, direction, got, want, n)
				}
			}
			for i, p := range n.policies {
				n.compareParts(t, c, i, p, kind, direction)
			}
			for i := range n.pods {
				n.compareAlike(t, c, i, direction)
			}
		}
	})
}

func (n naive) compareParts(t *rapid.T, c *netpol.Cluster, i int, p *networkingv1.NetworkPolicy, kind networkingv1.PolicyType, direction netpol.Direction) {
	t.Helper()
	var hasRules, named, podsOnly, selectsNew, selectsAll bool
	if p != nil {
		rules := rulesOf(p, kind)
		hasRules = len(rules) > 0
		podsOnly = hasRules
		for _, r := range rules {
			podsOnly = podsOnly && len(r.peers) > 0
			for _, item := range r.peers {
				podsOnly = podsOnly && item.IPBlock == nil && (item.PodSelector != nil || item.NamespaceSelector != nil)
			}
			for _, port := range r.ports {
				exists := slices.Contains([]corev1.Protocol{"TCP", "UDP", "SCTP"}, protocolOf(port))
				named = named || exists && port.Port != nil && port.Port.StrVal != ""
			}
		}
		selectsNew = selects(&p.Spec.PodSelector, nil, false) == yes
		selectsAll = len(p.Spec.PodSelector.MatchLabels)+len(p.Spec.PodSelector.MatchExpressions) == 0
	}
	for _, q := range []struct {
		name      string
		got, want bool
	}{
		{"HasRules", c.HasRules(i, direction), hasRules}, {"MeansPodsOnly", c.MeansPodsOnly(i, direction), podsOnly},
		{"NamesPorts", c.NamesPorts(i, direction), named}, {"SelectsNewPod", c.SelectsNewPod(i), selectsNew}, {"SelectsAllPods", c.SelectsAllPods(i), selectsAll},
	} {
		if q.got != q.want {
			t.Fatalf("%s of policy %d %s: %v, want %v\n%s", q.name, i, direction, q.got, q.want, n)
		}
	}
}

// compareAlike checks that pods that are said to be alike are.
func (n naive) compareAlike(t *rapid.T, c *netpol.Cluster, i int, direction netpol.Direction) {
	t.Helper()
	for j := range n.pods {
		if same := slices.Equal(n.pods[i].Ports, n.pods[j].Ports); same != (c.AlikePorts(i) == c.AlikePorts(j)) {
			t.Fatalf("pods %d and %d declare the same ports: %v\n%s", i, j, same, n)
		}
		if c.AlikeIn(i, direction) != c.AlikeIn(j, direction) {
			continue
		}
		if diff := cmp.Diff(c.Selecting(i, direction), c.Selecting(j, direction)); diff != "" {
			t.Fatalf("pods %d and %d are said to be alike %s:\n%s\n%s", i, j, direction, diff, n)
		}
	}
}

func TestWhatIsNotThereIsAskedAbout(t *testing.T) {
	n := naive{policies: []*networkingv1.NetworkPolicy{nil, {ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "p"}}}, pods: []netpol.Pod{{Namespace: "a", Name: "x"}}}
	c := n.index()
	for _, policy := range []int{-1, 0, 2} {
		if c.HasRules(policy, netpol.Ingress) || c.MeansPodsOnly(policy, netpol.Ingress) || c.NamesPorts(policy, netpol.Ingress) || c.SelectsAllPods(policy) || c.SelectsNewPod(policy) ||
			c.Unmatched(policy) != nil || c.SameSubjects(policy, 1) || c.SameSubjects(1, policy) {
			t.Errorf("policy %d is not there", policy)
		}
	}
	for _, pod := range []int{-2, 1} {
		if got := c.PostureOf([]int{1}, pod, netpol.Ingress); got != netpol.PostureUnknown {
			t.Errorf("posture of pod %d: %s", pod, got)
		}
		if c.AlikePorts(pod) != 0 || c.AlikeIn(pod, netpol.Ingress) != (netpol.Alike{}) {
			t.Errorf("pod %d is not there", pod)
		}
	}
	if !c.SameSubjects(1, 1) {
		t.Error("a policy has the podSelector of itself")
	}
}
