package validationtest

import (
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// mutation changes a valid object in one named way.
type mutation[T any] struct {
	name  string
	apply func(*rand.Rand, T)
}

type policyMutation = mutation[*networkingv1.NetworkPolicy]

var (
	badNames = []string{
		"-a", "a-", "A", "a_b", "a b", "a..b", ".a", "a.", "..", ".", "a/b", "../../etc", "ä", "a%2fb", "*",
		strings.Repeat("a", 254), "a\nb", "a-.b", "a.-b", "\u202eabc", "\x1b[31m",
	}
	badKeys = []string{
		"", "-a", "a-", "/a", "a/", "a/b/c", "a b", "Ä", "A.B/c", "a_b/c", "-a/b", "a*", "a\x1b",
		strings.Repeat("k", 64), strings.Repeat("p", 254) + "/k",
	}
	badValues = []string{
		"-a", "a-", ".a", "a/b", "a b", "ä", "a\n", "true!", strings.Repeat("v", 64), strings.Repeat("v", 5000),
	}
	badCIDRs = []string{
		"10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "/8", "a", "10.0.0/8", "10.0.0.0.0/8",
		"256.0.0.0/8", "1::2::3/64", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8/8", "fe80::%eth0/64", "example.com/24",
		"10.0.0.0/+8", "10.0.0.0/0x8", "10.0.0.0/255.0.0.0", "２.0.0.0/8", strings.Repeat("1", 3000),
	}
	looseCIDRs = []string{
		"010.0.0.0/8", "10.000.0.0/8", "10.0.0.0/08", "192.168.001.0/24", "10.1.2.3/8", "10.0.0.1/31", "0.0.0.1/0",
		"2001:db8::1/64", "::1/0", "::ffff:10.0.0.0/104", "::ffff:0:0/96", "::ffff:10.0.0.1/128", "::ffff:1.2.3.4/64", "2001:db8::/064",
	}
	badPortNames = []string{"", "80", "-a", "a-", "a--b", "HTTP", "a_b", "abcdefghijklmnop", "ä", "a b", "0"}
	badProtocols = []corev1.Protocol{"", "tcp", "ICMP", "TCP ", "6", "\u202e", "ALL"}
)

// breakages are the ways to be refused.
var breakages = []policyMutation{
	{"a bad name", func(r *rand.Rand, np *networkingv1.NetworkPolicy) { np.Name = pick(r, badNames) }},
	{"neither name nor generateName", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) { np.Name = "" }},
	{"a bad generateName", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Name, np.GenerateName = "", pick(r, []string{"-", "A", "a.", "a_b-", "-a", "a.-", "a--.", strings.Repeat("a", 254), "ä-"})
	}},
	{"a bad generateName beside a good name", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) { np.GenerateName = "A" }},
	{"a bad label key", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Labels = map[string]string{"app": "web", pick(r, badKeys): "x"}
	}},
	{"a bad label value", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Labels = map[string]string{"app": pick(r, badValues)}
	}},
	{"several bad labels", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Labels = map[string]string{"a b": "-", "c d": "-", "-": "a b"}
	}},
	{"a bad annotation key", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Annotations = map[string]string{pick(r, []string{"", "a b", "/a", "a/", "a/b/c", "ä", "-a"}): "x"}
	}},
	{"annotations of one byte too many", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Annotations = map[string]string{"key": strings.Repeat("x", 256*1024-2)}
	}},
	{"annotations too large together", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Annotations = map[string]string{"a": strings.Repeat("x", 128*1024), "b": strings.Repeat("x", 128*1024)}
	}},
	{"a bad finalizer", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Finalizers = []string{"example.com/good", pick(r, []string{"", "bad", "a b", "/a", "a/b/c", "Kubernetes", "example.com/"})}
	}},
	{"two finalizers that exclude each other", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Finalizers = []string{"orphan", "foregroundDeletion"}
	}},
	{"an owner reference without a field", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		ref := owner("1", false)
		*pick(r, []*string{&ref.APIVersion, &ref.Kind, &ref.Name, (*string)(&ref.UID)}) = ""
		np.OwnerReferences = []metav1.OwnerReference{owner("2", true), owner("2", true), ref}
	}},
	{"an owner reference with a bad apiVersion", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		ref := owner("1", false)
		ref.APIVersion = pick(r, []string{"a/b/c", "apps/", "/"})
		np.OwnerReferences = []metav1.OwnerReference{ref}
	}},
	{"an owner that is an Event", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		ref := owner("1", false)
		ref.APIVersion, ref.Kind = "v1", "Event"
		np.OwnerReferences = []metav1.OwnerReference{ref}
	}},
	{"two controllers", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.OwnerReferences = []metav1.OwnerReference{owner("1", true), owner("2", true)}
	}},
	{"a field manager that is none", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		entry := managedFields(`{"f:metadata":{"f:labels":{"f:not-there":{}}}}`)
		if chance(r, 50) {
			entry.Manager = pick(r, []string{"a\x01", "a\u202eb", "tab\t", strings.Repeat("m", 129), strings.Repeat("\n", 500)})
		} else {
			entry.Subresource = strings.Repeat("s", 257)
		}
		np.ManagedFields = []metav1.ManagedFieldsEntry{entry}
	}},
	{"a bad key in matchLabels", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		anySelector(r, np).MatchLabels = map[string]string{pick(r, badKeys): "x"}
	}},
	{"a bad value in matchLabels", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		anySelector(r, np).MatchLabels = map[string]string{"app": pick(r, badValues)}
	}},
	{"a bad key in matchExpressions", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		breakExpression(r, np, func(e *metav1.LabelSelectorRequirement) { e.Key = pick(r, badKeys) })
	}},
	{"a bad value in matchExpressions", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		breakExpression(r, np, func(e *metav1.LabelSelectorRequirement) {
			e.Operator, e.Values = "In", []string{"a", pick(r, badValues)}
		})
	}},
	{"In or NotIn without values", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		breakExpression(r, np, func(e *metav1.LabelSelectorRequirement) {
			e.Operator, e.Values = pick(r, []metav1.LabelSelectorOperator{"In", "NotIn"}), pick(r, [][]string{nil, {}})
		})
	}},
	{"Exists or DoesNotExist with values", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		breakExpression(r, np, func(e *metav1.LabelSelectorRequirement) {
			e.Operator, e.Values = pick(r, []metav1.LabelSelectorOperator{"Exists", "DoesNotExist"}), []string{""}
		})
	}},
	{"an unknown operator", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		breakExpression(r, np, func(e *metav1.LabelSelectorRequirement) {
			e.Operator = pick(r, []metav1.LabelSelectorOperator{"", "in", "Equals", "Gt", "\x1b]0;x\a"})
		})
	}},
	{"an empty peer", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPeer(r, np) = networkingv1.NetworkPolicyPeer{}
	}},
	{"ipBlock and a selector in one peer", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		peer := anyPeer(r, np)
		*peer = networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.0/8"}}
		switch r.IntN(3) {
		case 0:
			peer.PodSelector = &metav1.LabelSelector{}
		case 1:
			peer.NamespaceSelector = &metav1.LabelSelector{}
		default:
			peer.PodSelector, peer.NamespaceSelector = &metav1.LabelSelector{}, &metav1.LabelSelector{}
		}
	}},
	{"an ipBlock without cidr", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, "", pick(r, [][]string{nil, {"10.0.0.0/8"}, {"bad"}})...)
	}},
	{"a cidr that is none", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, pick(r, badCIDRs), "10.0.0.0/24")
	}},
	{"a cidr with leading zeros, host bits or a mapped address", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, pick(r, looseCIDRs))
	}},
	{"an except that is no cidr", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, "0.0.0.0/0", "10.0.0.0/8", pick(r, append([]string{""}, badCIDRs...)))
	}},
	{"an except with leading zeros, host bits or a mapped address", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, pick(r, []string{"0.0.0.0/0", "::/0", "10.0.0.0/7"}), pick(r, looseCIDRs))
	}},
	{"an except outside the cidr", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, "10.0.0.0/8", "10.1.0.0/16", pick(r, []string{"11.0.0.0/16", "9.255.255.255/32", "192.168.0.0/24"}))
	}},
	{"an except of the other address family", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		if chance(r, 50) {
			setBlock(r, np, "0.0.0.0/0", pick(r, []string{"::/1", "2001:db8::/32"}))
		} else {
			setBlock(r, np, "::/0", pick(r, []string{"10.0.0.0/8", "0.0.0.0/1"}))
		}
	}},
	{"an except equal to the cidr", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		cidr := pick(r, []string{"10.0.0.0/8", "0.0.0.0/0", "::/0", "10.0.0.1/32", "2001:db8::/64"})
		setBlock(r, np, cidr, cidr)
	}},
	{"an except that is larger than the cidr", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		setBlock(r, np, "10.0.0.0/8", pick(r, []string{"10.0.0.0/7", "0.0.0.0/0"}))
	}},
	{"port 0 or 65536", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromInt32(pick(r, []int32{0, 65536, -1, 1<<31 - 1, -1 << 31})))}
	}},
	{"a bad port name", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromString(pick(r, badPortNames)))}
	}},
	{"endPort without port", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{EndPort: ptr(int32(80))}
	}},
	{"endPort with a named port", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromString("http")), EndPort: ptr(int32(80))}
	}},
	{"endPort smaller than port", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromInt32(80)), EndPort: ptr(pick(r, []int32{79, 1, 0, -5}))}
	}},
	{"endPort 65536", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromInt32(pick(r, goodPorts))), EndPort: ptr(int32(65536))}
	}},
	{"an unknown protocol", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		anyPort(r, np).Protocol = ptr(pick(r, badProtocols))
	}},
	{"an unknown policy type", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", pick(r, []networkingv1.PolicyType{"", "ingress", "Both", "Egress "})}
	}},
	{"three policy types", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.PolicyTypes = pick(r, [][]networkingv1.PolicyType{
			{"Ingress", "Egress", "Ingress"}, {"Ingress", "Ingress", "Ingress"}, {"Ingress", "Egress", "bad"}, {"", "", "", ""},
		})
	}},
}

func breakExpression(r *rand.Rand, np *networkingv1.NetworkPolicy, change func(*metav1.LabelSelectorRequirement)) {
	selector := anySelector(r, np)
	expression := validExpression(r)
	change(&expression)
	selector.MatchExpressions = append(selector.MatchExpressions, expression)
}

// namespaceBreakages are the ways to be refused for a namespace.
var namespaceBreakages = []mutation[*corev1.Namespace]{
	{"a bad name", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Name = pick(r, append([]string{"a.b", strings.Repeat("a", 64)}, badNames...))
	}},
	{"no name", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Name = "" }},
	{"a bad generateName", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Name, ns.GenerateName = "", pick(r, []string{"-", "A-", "a.b-", "--", strings.Repeat("a", 64)})
	}},
	{"a bad label key", func(r *rand.Rand, ns *corev1.Namespace) { ns.Labels = map[string]string{pick(r, badKeys): "x"} }},
	{"a bad label value", func(r *rand.Rand, ns *corev1.Namespace) { ns.Labels = map[string]string{"a": pick(r, badValues)} }},
	{"a bad annotation key", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Annotations = map[string]string{"a b": "x"} }},
	{"annotations too large", func(_ *rand.Rand, ns *corev1.Namespace) {
		ns.Annotations = map[string]string{"key": strings.Repeat("x", 256*1024)}
	}},
	{"a bad finalizer in the spec", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Spec.Finalizers = []corev1.FinalizerName{pick(r, []corev1.FinalizerName{"", "bad", "a b", "a/b/c", "Kubernetes"})}
	}},
	{"a bad finalizer in the metadata", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Finalizers = []string{pick(r, []string{"", "bad", "a b", "a/b/c"})}
	}},
	{"a negative generation", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Generation = -1 }},
	{"a bad metadata.name label with generateName", func(_ *rand.Rand, ns *corev1.Namespace) {
		ns.Name, ns.GenerateName = "", "a-"
		ns.Labels = map[string]string{corev1.LabelMetadataName: "a b"}
	}},
}
