package rules

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Namespace is what a rule sees of a namespace.
type Namespace struct {
	*inventory.Namespace
	// Verdict is that of the benchmark's letter.
	Verdict v1alpha1.Verdict
	// ExemptionProblem says why the annotations that should exempt it do not; empty where nothing is wrong with them.
	ExemptionProblem string
	// PolicyIndices are its Policies in the index, one for one.
	PolicyIndices []int
	// Pods are its live pods on the pod network, and HostPods those on the host network, in the index. Neither is known
	// where PodsKnown is false.
	Pods, HostPods []int
	PodsKnown      bool
	// Ingress and Egress are what the policies do to Pods.
	Ingress, Egress Direction

	facts       *Facts
	others      []*otherpolicy.Policy
	othersKnown bool
}

// Direction is what the policies of a namespace do in one direction.
type Direction struct {
	netpol.Direction
	// Groups are the pods on the pod network, those together that the same policies select and that have the same posture.
	Groups []Group
	// NewPod is the posture of a new pod without labels.
	NewPod netpol.Posture
}

// Group are pods for which policies do the same in one direction.
type Group struct {
	Pods    []int
	Posture netpol.Posture
	// Policies are those that surely select the pods and isolate them in this direction, as places in
	// Namespace.Policies.
	Policies []int
}

// Namespace returns what is known of a namespace of the inventory.
func (f *Facts) Namespace(ns *inventory.Namespace) *Namespace {
	n := &Namespace{Namespace: ns, PolicyIndices: f.policies[ns.Name], PodsKnown: f.PodsKnown(), facts: f}
	if n.PodsKnown {
		for _, pod := range f.pods[ns.Name] {
			if f.workloads[pod].HostNetwork {
				n.HostPods = append(n.HostPods, pod)
			} else {
				n.Pods = append(n.Pods, pod)
			}
		}
	}
	n.Ingress, n.Egress = n.direction(netpol.Ingress), n.direction(netpol.Egress)
	return n
}

func (n *Namespace) direction(d netpol.Direction) Direction {
	dir := Direction{Direction: d, NewPod: n.facts.cluster.NewPodPosture(n.Name, d)}
	type key struct {
		alike   netpol.Alike
		posture netpol.Posture
	}
	places := map[key]int{}
	for _, pod := range n.Pods {
		k := key{n.facts.cluster.AlikeIn(pod, d), n.facts.cluster.Posture(pod, d)}
		place, known := places[k]
		if !known {
			place = len(dir.Groups)
			places[k] = place
			dir.Groups = append(dir.Groups, Group{Posture: k.posture, Policies: n.places(n.facts.cluster.Selecting(pod, d))})
		}
		dir.Groups[place].Pods = append(dir.Groups[place].Pods, pod)
	}
	return dir
}

// places turns references into places in Policies: the policies of a namespace stand together in the index.
func (n *Namespace) places(refs []netpol.PolicyRef) []int {
	places := make([]int, len(refs))
	for i, ref := range refs {
		places[i] = ref.Index - n.PolicyIndices[0]
	}
	return places
}

// Directions are both.
func (n *Namespace) Directions() [2]*Direction { return [2]*Direction{&n.Ingress, &n.Egress} }

// Isolates says whether the policy at a place isolates a direction.
func (n *Namespace) Isolates(policy int, d netpol.Direction) bool {
	for _, isolated := range n.facts.cluster.Isolates(n.PolicyIndices[policy]) {
		if isolated == d {
			return true
		}
	}
	return false
}

// Selected counts the live pods that the policy at a place selects.
func (n *Namespace) Selected(policy int) netpol.PolicySelection {
	return n.facts.cluster.Selected(n.PolicyIndices[policy])
}

// SelectsNewPod says whether the policy at a place selects a new pod without labels.
func (n *Namespace) SelectsNewPod(policy int) bool {
	return n.facts.cluster.SelectsNewPod(n.PolicyIndices[policy])
}

// Alone are the postures that policies of one podSelector would give, without the others, to the pods that they select in a
// direction; where there are none, to a new pod.
func (n *Namespace) Alone(policies []int, d *Direction) map[netpol.Posture]bool {
	indices := make([]int, len(policies))
	namesPorts := false
	for i, p := range policies {
		indices[i] = n.PolicyIndices[p]
		namesPorts = namesPorts || n.facts.cluster.NamesPorts(indices[i], d.Direction)
	}
	postures := map[netpol.Posture]bool{}
	ask := func(pod int) { postures[n.facts.cluster.PostureOf(indices, pod, d.Direction)] = true }
	for _, g := range d.Groups {
		if !namesPorts || d.Direction != netpol.Ingress {
			break // it is the same for every pod
		}
		if !slices.ContainsFunc(policies, func(p int) bool { return slices.Contains(g.Policies, p) }) {
			continue
		}
		for _, pod := range g.Pods {
			ask(pod)
		}
	}
	if len(postures) == 0 {
		ask(netpol.NewPod)
	}
	return postures
}

// policyTypes are the API's words for the directions.
var policyTypes = map[netpol.Direction]networkingv1.PolicyType{
	netpol.Ingress: networkingv1.PolicyTypeIngress,
	netpol.Egress:  networkingv1.PolicyTypeEgress,
}
