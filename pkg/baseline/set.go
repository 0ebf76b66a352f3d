package baseline

import (
	"maps"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// Set is what a namespace gets: the policy of an entry of the catalogue, or
// those of a file. All of them are made, or none.
type Set struct {
	// Name is the entry's name, or what a file is called: the value of the annotation cis532.io/policy.
	Name string
	// templates have no namespace yet.
	templates []*networkingv1.NetworkPolicy
}

// NewSet makes a set of policies without a namespace. Of their metadata only
// name, labels and annotations are taken; the specs are defaulted.
func NewSet(name string, templates []*networkingv1.NetworkPolicy) Set {
	s := Set{Name: name}
	for _, given := range templates {
		given = validation.Default(given)
		for _, key := range ofAnotherObject {
			delete(given.Annotations, key)
		}
		s.templates = append(s.templates, &networkingv1.NetworkPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: given.Name, Labels: given.Labels, Annotations: given.Annotations},
			Spec:       given.Spec,
		})
	}
	return s
}

// ofAnotherObject are annotations that say how an object came to be: they are not those of one made from it.
var ofAnotherObject = []string{AnnotationRun, AnnotationToolVersion, "kubectl.kubernetes.io/last-applied-configuration"}

// ObjectNames are the names of the NetworkPolicies.
func (s Set) ObjectNames() []string {
	names := make([]string, len(s.templates))
	for i, np := range s.templates {
		names[i] = np.Name
	}
	return names
}

// Policies are the NetworkPolicies for a namespace, as manifests: complete for
// `kubectl apply -f -`, without anything that only a live object has.
func (s Set) Policies(namespace string) []*networkingv1.NetworkPolicy {
	policies := make([]*networkingv1.NetworkPolicy, len(s.templates))
	for i, template := range s.templates {
		np := template.DeepCopy()
		np.SetGroupVersionKind(networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"))
		np.Namespace = namespace
		np.Labels = with(np.Labels, map[string]string{LabelBenchmark: LabelBenchmarkValue, LabelManagedBy: LabelManagedByValue})
		np.Annotations = with(np.Annotations, map[string]string{AnnotationPolicy: s.Name, AnnotationSpecHash: SpecHash(np)})
		policies[i] = np
	}
	return policies
}

func with(given, ours map[string]string) map[string]string {
	all := maps.Clone(given)
	if all == nil {
		return ours
	}
	maps.Copy(all, ours)
	return all
}

// Restricts lists the directions in which the set may cut what passes without
// policies: those that one of its policies isolates, and the policies of the
// set that surely select the same pods do not all together open to everyone.
func (s Set) Restricts() []netpol.Direction {
	cluster := netpol.New(nil, nil, s.Policies("namespace"))
	var directions []netpol.Direction
	for _, d := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
		for p := range s.templates {
			if s.restricts(cluster, p, d) {
				directions = append(directions, d)
				break
			}
		}
	}
	return directions
}

func (s Set) restricts(cluster *netpol.Cluster, policy int, d netpol.Direction) bool {
	if cluster.PostureOf([]int{policy}, netpol.NewPod, d) == netpol.PostureOpen {
		return false // it does not isolate
	}
	var together []int
	for other := range s.templates {
		if cluster.SelectsAllPods(other) || cluster.SameSubjects(policy, other) {
			together = append(together, other)
		}
	}
	return cluster.PostureOf(together, netpol.NewPod, d) != netpol.PostureAllowAll
}
