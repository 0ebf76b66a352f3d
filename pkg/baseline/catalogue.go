package baseline

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Entry is one policy of the catalogue.
type Entry struct {
	// Name is what --policy takes and what the annotation cis532.io/policy says.
	Name string
	// Summary says in one line what it allows and blocks.
	Summary string
	// objectName is the name of the NetworkPolicy.
	objectName string
	spec       networkingv1.NetworkPolicySpec
}

// DefaultEntry is the entry that fix and generate use.
const DefaultEntry = "allow-all"

// Catalogue lists the entries, the default first.
var Catalogue = []Entry{
	{
		// The automation guide's intention: the control is met and nothing
		// breaks. A rule without peers and ports allows everything; the guide's
		// own YAML (from and to all pods) cuts whatever is no pod.
		Name:       DefaultEntry,
		Summary:    "allows every connection: the control is met and nothing breaks",
		objectName: "cis-default-allow",
		spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{}},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{}},
		},
	},
}

// Lookup returns the entry of that name.
func Lookup(name string) (Entry, bool) {
	for _, e := range Catalogue {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

// Policy is the entry's NetworkPolicy for a namespace, as a manifest: complete
// for `kubectl apply -f -`, without anything that only a live object has.
func (e Entry) Policy(namespace string) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: networkingv1.SchemeGroupVersion.String(), Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{
			Name:      e.objectName,
			Namespace: namespace,
			Labels:    map[string]string{LabelBenchmark: LabelBenchmarkValue, LabelManagedBy: LabelManagedByValue},
		},
		Spec: *e.spec.DeepCopy(),
	}
	np.Annotations = map[string]string{AnnotationPolicy: e.Name, AnnotationSpecHash: SpecHash(np)}
	return np
}

// ObjectName is the name of the entry's NetworkPolicy.
func (e Entry) ObjectName() string { return e.objectName }
