package baseline

import (
	networkingv1 "k8s.io/api/networking/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// The automation guide's literal YAML, under a name of its own.
var allowCluster = Entry{
	Name:    "allow-cluster",
	Purpose: "pod-to-pod only",
	Advice: "It is the automation guide's own YAML, which the guide calls allow-all. Selectors match pods only: traffic with load balancers, " +
		"node ports, other nodes, the API server, a node-local DNS cache and the internet is cut.",
	objectName: "cis-allow-cluster",
	spec:       fixed(guideSpec),
}

// guideSpec is the spec of the automation guide's policy.
var guideSpec = networkingv1.NetworkPolicySpec{
	PolicyTypes: bothTypes,
	Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: everyPod()}},
	Egress:      []networkingv1.NetworkPolicyEgressRule{{To: everyPod()}},
}

func everyPod() []networkingv1.NetworkPolicyPeer {
	return []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}, {PodSelector: &metav1.LabelSelector{}}}
}

// GuidesName is the name of the automation guide's policy. The default entry's has it too.
const GuidesName = "cis-default-allow"

// guideLabels are the labels of the automation guide's policy: its page shows
// the first only, its program gives both.
var guideLabels = map[string]string{LabelBenchmark: LabelBenchmarkValue, "app": "network-policy-manager"}

// IsGuides says that a policy is the automation guide's, as its page or its
// program makes it: the name, the spec by the meaning of its fields, and no
// label but the guide's own. Whether somebody else keeps the object is not
// looked at.
func IsGuides(np *networkingv1.NetworkPolicy) bool {
	if np.Name != GuidesName {
		return false
	}
	for key, value := range np.Labels {
		if wanted, known := guideLabels[key]; !known || value != wanted {
			return false
		}
	}
	return HasGuideSpec(np)
}

// HasGuideSpec says that a policy's spec is that of the automation guide's policy.
func HasGuideSpec(np *networkingv1.NetworkPolicy) bool {
	return apiequality.Semantic.DeepEqual(validation.Default(np).Spec, guideSpec)
}
