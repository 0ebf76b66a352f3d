package validationtest

import (
	"math/rand/v2"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// edges look wrong, or nearly are, and are taken.
var edges = []policyMutation{
	{"plain", func(*rand.Rand, *networkingv1.NetworkPolicy) {}},
	{"an empty spec", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) { np.Spec = networkingv1.NetworkPolicySpec{} }},
	{"the longest name", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Name += "." + strings.Repeat("a", 253-len(np.Name)-1)
	}},
	{"a name of digits", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Name = strings.Replace(np.Name, "policy-", "0", 1)
	}},
	{"a name with dots", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) { np.Name += ".a-b.c" }},
	{"generateName alone", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Name, np.GenerateName = "", pick(r, []string{"a-", "a", "a.b-", "a--", "0", strings.Repeat("a", 253), strings.Repeat("a.", 40) + "b"})
	}},
	{"generateName beside a name", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) { np.GenerateName = "a-" }},
	{"annotations of the largest size", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Annotations = map[string]string{"key": strings.Repeat("x", 256*1024-3)}
	}},
	{"known finalizers", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Finalizers = []string{"example.com/a", "kubernetes", "orphan", "example.com/a"}
	}},
	{"the same controller twice", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.OwnerReferences = []metav1.OwnerReference{owner("1", true), owner("2", false), owner("1", true)}
	}},
	{"an owner of an unknown kind", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		ref := owner("1", false)
		ref.APIVersion, ref.Kind, ref.Name, ref.UID = "nowhere.example.com/v9", "event", "A B", "x"
		np.OwnerReferences = []metav1.OwnerReference{ref}
	}},
	{"what the server sets itself", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		now := metav1.NewTime(time.Unix(1700000000, 0))
		np.UID, np.CreationTimestamp, np.DeletionTimestamp, np.Generation = "x", now, &now, -7
		np.SelfLink, np.DeletionGracePeriodSeconds = "/x", ptr(int64(-3))
	}},
	{"an exported object", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.UID, np.ResourceVersion, np.Generation = "5b7f0b52-7d16-4d0c-9d6e-6f4a4c1f5b0e", "12345", 3
		np.ManagedFields = []metav1.ManagedFieldsEntry{managedFields(`{"f:spec":{"f:policyTypes":{}}}`)}
	}},
	{"managed fields that the server cannot read", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		entry := managedFields(`{}`)
		entry.Manager = strings.Repeat("m", 200)
		*pick(r, []*string{&entry.APIVersion, &entry.FieldsType, (*string)(&entry.Operation)}) = ""
		np.ManagedFields = []metav1.ManagedFieldsEntry{managedFields(`{}`), entry}
	}},
	{"duplicated policy types", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.PolicyTypes = pick(r, [][]networkingv1.PolicyType{{"Ingress", "Ingress"}, {"Egress", "Egress"}})
	}},
	{"policy types that its rules do not have", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.Ingress, np.Spec.PolicyTypes = nil, []networkingv1.PolicyType{"Ingress"}
	}},
	{"egress rules without policy types", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.Egress, np.Spec.PolicyTypes = []networkingv1.NetworkPolicyEgressRule{{}}, nil
	}},
	{"an empty egress list without policy types", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.Ingress, np.Spec.Egress, np.Spec.PolicyTypes = nil, []networkingv1.NetworkPolicyEgressRule{}, nil
	}},
	{"empty lists everywhere", func(_ *rand.Rand, np *networkingv1.NetworkPolicy) {
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{}, Ports: []networkingv1.NetworkPolicyPort{}}}
		np.Spec.PodSelector = metav1.LabelSelector{MatchLabels: map[string]string{}, MatchExpressions: []metav1.LabelSelectorRequirement{}}
	}},
	{"a port without anything", func(r *rand.Rand, np *networkingv1.NetworkPolicy) { *anyPort(r, np) = networkingv1.NetworkPolicyPort{} }},
	{"endPort equal to port", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		port := pick(r, goodPorts)
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromInt32(port)), EndPort: &port}
	}},
	{"every port as a range", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPort(r, np) = networkingv1.NetworkPolicyPort{Port: ptr(intstr.FromInt32(1)), EndPort: ptr(int32(65535))}
	}},
	{"an ipBlock at the edge", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		block := pick(r, goodBlocks)
		*anyPeer(r, np) = networkingv1.NetworkPolicyPeer{IPBlock: block.DeepCopy()}
	}},
	{"contradicting expressions", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		anySelector(r, np).MatchExpressions = []metav1.LabelSelectorRequirement{
			{Key: "a", Operator: "Exists"}, {Key: "a", Operator: "DoesNotExist"}, {Key: "a", Operator: "In", Values: []string{"", "", "x", "x"}},
		}
	}},
	{"a peer that selects everything", func(r *rand.Rand, np *networkingv1.NetworkPolicy) {
		*anyPeer(r, np) = networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{}, NamespaceSelector: &metav1.LabelSelector{}}
	}},
}

// namespaceEdges look wrong, or nearly are, and are taken.
var namespaceEdges = []mutation[*corev1.Namespace]{
	{"plain", func(*rand.Rand, *corev1.Namespace) {}},
	{"the longest name", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Name += strings.Repeat("a", 63-len(ns.Name)) }},
	{"a namespace in its metadata", func(_ *rand.Rand, ns *corev1.Namespace) { ns.ObjectMeta.Namespace = "Not A Name" }},
	{"its own name label, wrong", func(_ *rand.Rand, ns *corev1.Namespace) {
		ns.Labels = map[string]string{corev1.LabelMetadataName: "not a label value"}
	}},
	{"generateName alone", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Name, ns.GenerateName = "", pick(r, []string{"a-", "a", "0--", strings.Repeat("a", 63)})
	}},
	{"known finalizers", func(_ *rand.Rand, ns *corev1.Namespace) {
		ns.Finalizers = []string{"kubernetes", "example.com/a"}
		ns.Spec.Finalizers = []corev1.FinalizerName{"kubernetes", "example.com/a", "orphan", "foregroundDeletion"}
	}},
	{"a status", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Status.Phase = "Nonsense" }},
	{"labels and annotations", func(r *rand.Rand, ns *corev1.Namespace) {
		ns.Labels, ns.Annotations = validLabels(r), map[string]string{"UPPER.example.com/Key": "any text\n"}
	}},
	{"a generation", func(_ *rand.Rand, ns *corev1.Namespace) { ns.Generation = 9 }},
}
