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
	// effects are those of the policies, by their places in Namespace.Policies.
	effects []effect
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
	dir.effects = n.effectsOf(&dir)
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
	pods := []int{netpol.NewPod}
	for i, p := range policies {
		indices[i] = n.PolicyIndices[p]
		// Without a named port it is the same for every pod; and all of the policies select the same pods.
		if d.Direction == netpol.Ingress && len(d.effects[p].samples) > 0 && slices.ContainsFunc(policies, func(p int) bool {
			return n.facts.cluster.NamesPorts(n.PolicyIndices[p], d.Direction)
		}) {
			pods = d.effects[p].samples
		}
	}
	postures := map[netpol.Posture]bool{}
	for _, pod := range pods {
		postures[n.facts.cluster.PostureOf(indices, pod, d.Direction)] = true
	}
	return postures
}

// effect is what a policy does to the pods on the pod network, in a direction.
type effect struct {
	// selects says that it surely selects one, and isolates the direction.
	selects bool
	// restricted says that one of those is not allowed everything.
	restricted bool
	// samples are some of those, one for each list of ports that their containers declare.
	samples []int
}

// effectsOf says of each policy what it does.
func (n *Namespace) effectsOf(d *Direction) []effect {
	effects := make([]effect, len(n.Policies))
	type sample struct{ policy, ports int }
	known := map[sample]bool{}
	for _, g := range d.Groups {
		var samples []int
		seen := map[int]bool{}
		for _, pod := range g.Pods {
			if ports := n.facts.cluster.AlikePorts(pod); !seen[ports] {
				seen[ports] = true
				samples = append(samples, pod)
			}
		}
		for _, i := range g.Policies {
			e := &effects[i]
			e.selects = true
			e.restricted = e.restricted || g.Posture != netpol.PostureAllowAll
			for _, pod := range samples {
				if s := (sample{i, n.facts.cluster.AlikePorts(pod)}); !known[s] {
					known[s] = true
					e.samples = append(e.samples, pod)
				}
			}
		}
	}
	return effects
}

// policyTypes are the API's words for the directions.
var policyTypes = map[netpol.Direction]networkingv1.PolicyType{
	netpol.Ingress: networkingv1.PolicyTypeIngress,
	netpol.Egress:  networkingv1.PolicyTypeEgress,
}
