package baseline

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Entry is one policy of the catalogue. What it allows, blocks and restricts is
// not written down: Set.Effects and Set.Restricts compute it.
type Entry struct {
	// Name is what --policy takes and what the annotation cis532.io/policy says.
	Name string
	// Purpose says in one line what it is for.
	Purpose string
	// Advice says what to know before it is used.
	Advice string
	// objectName is the name of the NetworkPolicy.
	objectName string
	// spec makes the spec. Where namesDNS is set, dns are the rules of egress to the cluster's DNS.
	spec     func(dns []networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicySpec
	namesDNS bool
}

// DefaultEntry is the entry that fix and generate use.
const DefaultEntry = "allow-all"

// Catalogue lists the entries, the default first. The names of the entries and
// of their objects are in clusters and repositories: they must not change.
var Catalogue = []Entry{
	allowAll,
	allowCluster,
	defaultDeny,
	defaultDenyIngress,
	defaultDenyEgress,
	allowSameNamespace,
	allowDNS,
}

// The automation guide's intention. A rule without peers and ports allows
// everything; the guide's own YAML (from and to all pods) cuts whatever is no pod.
var allowAll = Entry{
	Name:       DefaultEntry,
	Purpose:    "the control is met and nothing breaks",
	Advice:     "It isolates nothing: it is where hardening begins. A stricter policy beside it changes nothing until it goes.",
	objectName: "cis-default-allow",
	spec: fixed(networkingv1.NetworkPolicySpec{
		PolicyTypes: bothTypes,
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{}},
		Egress:      []networkingv1.NetworkPolicyEgressRule{{}},
	}),
}

var defaultDeny = Entry{
	Name:    "default-deny",
	Purpose: "the end of the road: only what other policies allow",
	Advice: "Without policies beside it that allow what the workloads need, names are not resolved and nothing is reached. " +
		"It denies nothing while a policy that allows all is beside it.",
	objectName: "cis-default-deny",
	spec:       fixed(networkingv1.NetworkPolicySpec{PolicyTypes: bothTypes}),
}

var defaultDenyIngress = Entry{
	Name:       "default-deny-ingress",
	Purpose:    "halfway: what comes in needs a policy that allows it",
	Advice:     "Load balancers, ingress controllers and monitoring reach the pods only where other policies allow it.",
	objectName: "cis-default-deny-ingress",
	spec:       fixed(networkingv1.NetworkPolicySpec{PolicyTypes: bothTypes[:1]}),
}

var defaultDenyEgress = Entry{
	Name:       "default-deny-egress",
	Purpose:    "halfway: what goes out needs a policy that allows it",
	Advice:     "Names are not resolved either, unless another policy (such as allow-dns) allows it.",
	objectName: "cis-default-deny-egress",
	spec:       fixed(networkingv1.NetworkPolicySpec{PolicyTypes: bothTypes[1:]}),
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

// Names lists the names of the entries, the default first.
func Names() []string {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		names[i] = e.Name
	}
	return names
}

// ObjectName is the name of the entry's NetworkPolicy.
func (e Entry) ObjectName() string { return e.objectName }

// NamesDNS says that the policy is different from cluster to cluster: it names what serves the cluster's names.
func (e Entry) NamesDNS() bool { return e.namesDNS }

// Set is the entry as it is for a cluster with that DNS.
func (e Entry) Set(dns DNS) Set {
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: e.objectName}, Spec: e.spec(dns.rules())}
	return NewSet(e.Name, []*networkingv1.NetworkPolicy{np})
}

// Policy is the entry's NetworkPolicy for a namespace of a cluster of which nothing is known.
func (e Entry) Policy(namespace string) *networkingv1.NetworkPolicy {
	return e.Set(DNS{}).Policies(namespace)[0]
}

var bothTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}

// fixed is a spec that is the same for every cluster.
func fixed(spec networkingv1.NetworkPolicySpec) func([]networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicySpec {
	return func([]networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicySpec {
		return *spec.DeepCopy()
	}
}
