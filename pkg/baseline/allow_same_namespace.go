package baseline

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var allowSameNamespace = Entry{
	Name:       "allow-same-namespace",
	Purpose:    "a common stricter baseline: a namespace on its own",
	Advice:     "What other namespaces, ingress controllers and monitoring need of these pods, and these of them, takes policies beside it.",
	objectName: "cis-allow-same-namespace",
	namesDNS:   true,
	spec: func(dns []networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicySpec {
		same := func() []networkingv1.NetworkPolicyPeer {
			return []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}
		}
		return networkingv1.NetworkPolicySpec{
			PolicyTypes: bothTypes,
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: same()}},
			Egress:      append([]networkingv1.NetworkPolicyEgressRule{{To: same()}}, dns...),
		}
	},
}
