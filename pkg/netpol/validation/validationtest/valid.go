package validationtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	goodKeys = []string{
		"app", "a", "A", "tier", "app.kubernetes.io/name", "kubernetes.io/metadata.name", "0", "x_y.z-1",
		strings.Repeat("k", 63), strings.Repeat("p", 253) + "/" + strings.Repeat("k", 63), "a.b.c/d",
	}
	goodValues = []string{"", "web", "A", "0", "v1.2.3", "a_b-c.d", strings.Repeat("v", 63)}
	// goodBlocks are CIDRs with exceptions that lie inside.
	goodBlocks = []networkingv1.IPBlock{
		{CIDR: "0.0.0.0/0"},
		{CIDR: "::/0"},
		{CIDR: "10.0.0.0/8"},
		{CIDR: "192.168.1.7/32"},
		{CIDR: "2001:db8::1/128"},
		{CIDR: "2001:db8::/64"},
		{CIDR: "2001:0DB8:0:0::/64"},
		{CIDR: "FE80:0abc:0:0:0:0:0:0/64"},
		{CIDR: "0.0.0.0/0", Except: []string{"169.254.169.254/32", "0.0.0.0/1", "128.0.0.0/1"}},
		{CIDR: "10.0.0.0/8", Except: []string{"10.0.0.0/9"}},
		{CIDR: "10.0.0.0/8", Except: []string{"10.255.255.255/32", "10.255.255.255/32"}},
		{CIDR: "10.0.0.0/31", Except: []string{"10.0.0.0/32", "10.0.0.1/32"}},
		{CIDR: "::/0", Except: []string{"::/1", "fd00::/8", "::1/128"}},
		{CIDR: "2001:db8::/32", Except: []string{"2001:DB8:1::/48"}},
		{CIDR: "10.0.0.0/8", Except: []string{}},
		{CIDR: "64:ff9b::10.0.0.0/104"},
	}
	goodPortNames = []string{"http", "a", "0a", "metrics-1", "a-b-c-d-e-f-g-h", "abcdefghijklmno"}
	goodPorts     = []int32{1, 53, 80, 443, 8080, 65534, 65535}
)

func validPolicy(r *rand.Rand, namespace, name string) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{}
	np.Namespace, np.Name = namespace, name
	if chance(r, 50) {
		np.Labels = validLabels(r)
	}
	if chance(r, 30) {
		np.Annotations = map[string]string{"Example.com/Note": "a\nb", pick(r, goodKeys): strings.Repeat("n", r.IntN(2000))}
	}
	np.Spec.PodSelector = validSelector(r)
	for range r.IntN(3) {
		np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{Ports: validPorts(r), From: validPeers(r)})
	}
	for range r.IntN(3) {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{Ports: validPorts(r), To: validPeers(r)})
	}
	np.Spec.PolicyTypes = pick(r, [][]networkingv1.PolicyType{
		nil, {}, {"Ingress"}, {"Egress"}, {"Ingress", "Egress"}, {"Egress", "Ingress"},
	})
	return np
}

func validLabels(r *rand.Rand) map[string]string {
	labels := map[string]string{}
	for range r.IntN(3) {
		labels[pick(r, goodKeys)] = pick(r, goodValues)
	}
	return labels
}

func validSelector(r *rand.Rand) metav1.LabelSelector {
	selector := metav1.LabelSelector{}
	if chance(r, 50) {
		selector.MatchLabels = validLabels(r)
	}
	for range r.IntN(3) {
		selector.MatchExpressions = append(selector.MatchExpressions, validExpression(r))
	}
	return selector
}

func validExpression(r *rand.Rand) metav1.LabelSelectorRequirement {
	expression := metav1.LabelSelectorRequirement{
		Key:      pick(r, goodKeys),
		Operator: pick(r, []metav1.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist"}),
	}
	if expression.Operator == "In" || expression.Operator == "NotIn" {
		for range 1 + r.IntN(3) {
			expression.Values = append(expression.Values, pick(r, goodValues))
		}
	} else if chance(r, 20) {
		expression.Values = []string{}
	}
	return expression
}

func validPeers(r *rand.Rand) []networkingv1.NetworkPolicyPeer {
	peers := []networkingv1.NetworkPolicyPeer{}
	for range r.IntN(3) {
		peers = append(peers, validPeer(r))
	}
	return peers
}

func validPeer(r *rand.Rand) networkingv1.NetworkPolicyPeer {
	var peer networkingv1.NetworkPolicyPeer
	switch r.IntN(4) {
	case 0:
		peer.PodSelector = ptr(validSelector(r))
	case 1:
		peer.NamespaceSelector = ptr(validSelector(r))
	case 2:
		peer.PodSelector, peer.NamespaceSelector = ptr(validSelector(r)), ptr(validSelector(r))
	default:
		block := pick(r, goodBlocks)
		peer.IPBlock = block.DeepCopy()
	}
	return peer
}

func validPorts(r *rand.Rand) []networkingv1.NetworkPolicyPort {
	var ports []networkingv1.NetworkPolicyPort
	for range r.IntN(3) {
		ports = append(ports, validPort(r))
	}
	return ports
}

func validPort(r *rand.Rand) networkingv1.NetworkPolicyPort {
	var port networkingv1.NetworkPolicyPort
	if chance(r, 70) {
		port.Protocol = ptr(pick(r, []corev1.Protocol{"TCP", "UDP", "SCTP"}))
	}
	switch r.IntN(4) {
	case 0:
	case 1:
		port.Port = ptr(intstr.FromString(pick(r, goodPortNames)))
	case 2:
		port.Port = ptr(intstr.FromInt32(pick(r, goodPorts)))
	default:
		first := pick(r, goodPorts)
		port.Port = ptr(intstr.FromInt32(first))
		port.EndPort = ptr(first + r.Int32N(65535-first+1))
	}
	return port
}

// anyPort returns a port of the policy to break, which it makes if need be.
func anyPort(r *rand.Rand, np *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicyPort {
	if chance(r, 50) {
		if len(np.Spec.Ingress) == 0 {
			np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{})
		}
		rule := &np.Spec.Ingress[r.IntN(len(np.Spec.Ingress))]
		rule.Ports = append(rule.Ports, validPort(r))
		return &rule.Ports[r.IntN(len(rule.Ports))]
	}
	if len(np.Spec.Egress) == 0 {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{})
	}
	rule := &np.Spec.Egress[r.IntN(len(np.Spec.Egress))]
	rule.Ports = append(rule.Ports, validPort(r))
	return &rule.Ports[r.IntN(len(rule.Ports))]
}

// anyPeer returns a peer of the policy to break, which it makes if need be.
func anyPeer(r *rand.Rand, np *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicyPeer {
	if chance(r, 50) {
		if len(np.Spec.Ingress) == 0 {
			np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{})
		}
		rule := &np.Spec.Ingress[r.IntN(len(np.Spec.Ingress))]
		rule.From = append(rule.From, validPeer(r))
		return &rule.From[r.IntN(len(rule.From))]
	}
	if len(np.Spec.Egress) == 0 {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{})
	}
	rule := &np.Spec.Egress[r.IntN(len(np.Spec.Egress))]
	rule.To = append(rule.To, validPeer(r))
	return &rule.To[r.IntN(len(rule.To))]
}

// anySelector returns one of the policy's selectors, which it makes if need be.
func anySelector(r *rand.Rand, np *networkingv1.NetworkPolicy) *metav1.LabelSelector {
	if chance(r, 40) {
		return &np.Spec.PodSelector
	}
	peer := anyPeer(r, np)
	*peer = networkingv1.NetworkPolicyPeer{}
	selector := ptr(validSelector(r))
	if chance(r, 50) {
		peer.PodSelector = selector
	} else {
		peer.NamespaceSelector = selector
	}
	return selector
}

// setBlock makes one of the policy's peers an IP block.
func setBlock(r *rand.Rand, np *networkingv1.NetworkPolicy, cidr string, except ...string) {
	*anyPeer(r, np) = networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr, Except: except}}
}

func owner(uid string, controller bool) metav1.OwnerReference {
	return metav1.OwnerReference{
		APIVersion: "apps/v1", Kind: "Deployment", Name: "web",
		UID: types.UID(fmt.Sprintf("00000000-0000-0000-0000-%012s", uid)), Controller: &controller,
	}
}

// managedFields is an entry as servers write it, which owns the given fields.
func managedFields(fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: "kubectl", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "networking.k8s.io/v1",
		FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)},
	}
}
