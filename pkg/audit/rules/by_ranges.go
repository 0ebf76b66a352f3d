package rules

import "github.com/cis532/kubectl-cis532/pkg/netpol"

// AllByRanges is what an allow-all allows that lists all ports of the protocols that a policy can name: other IP protocols
// are not among them.
const AllByRanges = "all of TCP, UDP, SCTP"

// AllowsByRanges says that in a direction allow-all is AllByRanges for a pod (where there are none, for a new one).
func (n *Namespace) AllowsByRanges() bool {
	for _, d := range n.Directions() {
		for _, g := range d.Groups {
			if g.Posture == netpol.PostureAllowAll && !n.everyProtocol(g.Policies, d) {
				return true
			}
		}
		if len(n.Pods)+len(n.HostPods) > 0 || d.NewPod != netpol.PostureAllowAll {
			continue
		}
		var selecting []int
		for i := range n.Policies {
			if n.SelectsNewPod(i) {
				selecting = append(selecting, i)
			}
		}
		if !n.everyProtocol(selecting, d) {
			return true
		}
	}
	return false
}

func (n *Namespace) everyProtocol(policies []int, d *Direction) bool {
	indices := make([]int, len(policies))
	for i, p := range policies {
		indices[i] = n.PolicyIndices[p]
	}
	return n.facts.cluster.EveryProtocol(indices, d.Direction)
}
