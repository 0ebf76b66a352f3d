package validationtest

import (
	"math/rand/v2"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// wildPolicy is made of good and bad pieces alike, so that several rules meet in
// one policy. About half of them are valid by chance.
func wildPolicy(r *rand.Rand, namespace, name string) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{}
	np.Namespace, np.Name = namespace, name
	if chance(r, 3) {
		np.Name = pick(r, append([]string{"", ""}, badNames...))
	}
	if chance(r, 10) {
		np.GenerateName = wild(r, []string{"a-", "b", "c.d--"}, append([]string{"b.-"}, badNames...)...)
	}
	if chance(r, 20) {
		np.Labels = wildLabels(r)
	}
	if chance(r, 20) {
		np.Annotations = wildLabels(r)
	}
	for range r.IntN(16) - 12 {
		np.OwnerReferences = append(np.OwnerReferences, metav1.OwnerReference{
			APIVersion: wild(r, []string{"v1", "apps/v1"}, "", "a/b/c"),
			Kind:       wild(r, []string{"ReplicaSet", "Job"}, "Event", ""),
			Name:       wild(r, []string{"a", "b"}, ""),
			UID:        "u",
			Controller: pick(r, []*bool{nil, ptr(true), ptr(false), ptr(false)}),
		})
	}
	for range r.IntN(16) - 12 {
		np.Finalizers = append(np.Finalizers, wild(r, []string{"orphan", "a.b/c", "kubernetes"}, "foregroundDeletion", "bad", "/"))
	}
	np.Spec.PodSelector = wildSelector(r)
	for range r.IntN(4) {
		np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{Ports: wildPorts(r), From: wildPeers(r)})
	}
	for range r.IntN(4) {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{Ports: wildPorts(r), To: wildPeers(r)})
	}
	for range r.IntN(11) / 4 {
		np.Spec.PolicyTypes = append(np.Spec.PolicyTypes, wild(r, []networkingv1.PolicyType{"Ingress", "Egress"}, "egress", ""))
	}
	return np
}

// wild picks a bad piece in one of 50 cases.
func wild[T any](r *rand.Rand, good []T, bad ...T) T {
	if chance(r, 2) {
		return pick(r, bad)
	}
	return pick(r, good)
}

// mangled changes, drops or adds a character of text in one of 50 cases: most
// such texts are nearly valid.
func mangled(r *rand.Rand, text string) string {
	if !chance(r, 2) {
		return text
	}
	const alphabet = "0123456789abfxAZ.:/-_% "
	at, piece := r.IntN(len(text)+1), alphabet[r.IntN(len(alphabet)):][:1]
	rest := text[at:]
	switch r.IntN(3) {
	case 0:
		return text[:at] + piece + rest
	case 1:
		piece = ""
	}
	return strings.ToValidUTF8(text[:at]+piece+rest[min(1, len(rest)):], "")
}

func wildLabels(r *rand.Rand) map[string]string {
	labels := map[string]string{}
	for range r.IntN(4) {
		labels[mangled(r, wild(r, goodKeys, badKeys...))] = mangled(r, wild(r, goodValues, badValues...))
	}
	return labels
}

func wildSelector(r *rand.Rand) metav1.LabelSelector {
	selector := metav1.LabelSelector{}
	if chance(r, 40) {
		selector.MatchLabels = wildLabels(r)
	}
	for range r.IntN(3) {
		expression := metav1.LabelSelectorRequirement{
			Key:      mangled(r, wild(r, goodKeys, badKeys...)),
			Operator: wild(r, []metav1.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist"}, "", "exists", "Lt"),
		}
		takesValues := strings.HasSuffix(string(expression.Operator), "In")
		if takesValues != chance(r, 1) {
			for range 1 + r.IntN(2) {
				expression.Values = append(expression.Values, wild(r, goodValues, badValues...))
			}
		}
		selector.MatchExpressions = append(selector.MatchExpressions, expression)
	}
	return selector
}

func wildPeers(r *rand.Rand) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for range r.IntN(3) {
		var peer networkingv1.NetworkPolicyPeer
		kind := r.IntN(60)
		if kind < 20 || kind == 59 {
			peer.PodSelector = ptr(wildSelector(r))
		}
		if kind >= 15 && kind < 35 {
			peer.NamespaceSelector = ptr(wildSelector(r))
		}
		if kind >= 35 && kind != 58 {
			peer.IPBlock = wildBlock(r)
		}
		peers = append(peers, peer)
	}
	return peers
}

func wildBlock(r *rand.Rand) *networkingv1.IPBlock {
	good := pick(r, goodBlocks)
	block := good.DeepCopy()
	strange := slices.Concat([]string{""}, badCIDRs, looseCIDRs)
	block.CIDR = mangled(r, wild(r, []string{block.CIDR}, strange...))
	if chance(r, 10) {
		block.Except = append(block.Except, pick(r, []string{"10.0.0.0/9", "10.1.0.0/16", "2001:db8::1/128", "0.0.0.0/1", "::/1"}))
	}
	for i := range block.Except {
		block.Except[i] = mangled(r, wild(r, []string{block.Except[i]}, strange...))
	}
	return block
}

func wildPorts(r *rand.Rand) []networkingv1.NetworkPolicyPort {
	var ports []networkingv1.NetworkPolicyPort
	for range r.IntN(3) {
		var port networkingv1.NetworkPolicyPort
		if chance(r, 70) {
			port.Protocol = ptr(wild(r, []corev1.Protocol{"TCP", "UDP", "SCTP"}, badProtocols...))
		}
		switch r.IntN(5) {
		case 0:
		case 1:
			port.Port = ptr(intstr.FromString(mangled(r, wild(r, goodPortNames, badPortNames...))))
		default:
			port.Port = ptr(intstr.FromInt32(wild(r, goodPorts, 0, 65536, -1)))
		}
		if chance(r, 5) {
			port.EndPort = ptr(wild(r, []int32{65535, 8080, 443}, 0, -1, 65536))
		}
		ports = append(ports, port)
	}
	return ports
}
