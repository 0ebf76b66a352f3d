package live

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/cis532/kubectl-cis532/pkg/apiserver/protolist"
)

// The numbers are those of generated.proto in k8s.io/api and k8s.io/apimachinery; nil is all of a field. A test decodes
// objects with and without what is left out here.

func coreClient(c kubernetes.Interface) rest.Interface { return c.CoreV1().RESTClient() }

// namespaceListing takes the name, the deletion timestamp, labels and annotations.
var namespaceListing = listing[metav1.PartialObjectMetadata]{
	resource: "namespaces", kind: "NamespaceList", client: coreClient, metadataOnly: true,
	wanted: protolist.Fields{1: {1: nil, 9: nil, 11: nil, 12: nil}},
	decode: (*metav1.PartialObjectMetadata).Unmarshal,
}

// podMetadataListing takes the name, the namespace and labels.
var podMetadataListing = listing[metav1.PartialObjectMetadata]{
	resource: "pods", kind: "PodList", client: coreClient, metadataOnly: true,
	wanted: protolist.Fields{1: {1: nil, 3: nil}},
	decode: (*metav1.PartialObjectMetadata).Unmarshal,
	labels: func(obj *metav1.PartialObjectMetadata) *map[string]string { return &obj.Labels },
}

// podListing takes what inventory.NewPodWorkload does.
var podListing = listing[corev1.Pod]{
	resource: "pods", kind: "PodList", client: coreClient,
	wanted: protolist.Fields{
		1: {1: nil, 3: nil, 13: nil}, // metadata: name, namespace, ownerReferences
		2: { // spec
			2:  {6: nil},          // containers: ports
			20: {6: nil, 24: nil}, // initContainers: ports, restartPolicy
			6:  nil,               // dnsPolicy
			8:  nil,               // serviceAccountName
			10: nil,               // nodeName
			11: nil,               // hostNetwork
		},
		3: {1: nil, 5: nil, 6: nil, 12: nil, 16: nil}, // status: phase, hostIP, podIP, podIPs, hostIPs
	},
	decode: (*corev1.Pod).Unmarshal,
	labels: func(pod *corev1.Pod) *map[string]string { return &pod.Labels },
}

// policyListing takes everything but what the managers manage: which field is whose is most of a policy, and no question here.
var policyListing = listing[networkingv1.NetworkPolicy]{
	resource: "networkpolicies", group: ".networking.k8s.io", kind: "NetworkPolicyList",
	client: func(c kubernetes.Interface) rest.Interface { return c.NetworkingV1().RESTClient() },
	wanted: protolist.Fields{
		1: {
			1: nil, 2: nil, 3: nil, 4: nil, 5: nil, 6: nil, 7: nil, 8: nil, 9: nil, 10: nil, 12: nil, 13: nil, 14: nil,
			17: {1: nil, 2: nil, 8: nil}, // managedFields: manager, operation, subresource
		},
		2: nil,
	},
	decode: (*networkingv1.NetworkPolicy).Unmarshal,
	labels: func(np *networkingv1.NetworkPolicy) *map[string]string { return &np.Labels },
}
