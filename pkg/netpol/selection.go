package netpol

// PolicySelection counts the live pods that a policy's podSelector selects.
type PolicySelection struct {
	// Pods are those on the pod network.
	Pods int
	// HostNetwork are those on the host network: selected, but hardly isolated.
	HostNetwork int
	// Unknown are those of which it is not known, since the podSelector cannot be read.
	Unknown int
}

// Selecting lists the policies that surely select the pod with that index and isolate it in that direction, in the order
// given to [New]. Host-network pods and finished ones are selected like others, though it means little for them.
func (c *Cluster) Selecting(pod int, direction Direction) []PolicyRef {
	if pod < 0 || pod >= len(c.pods) {
		return nil
	}
	var refs []PolicyRef
	for _, s := range c.pods[pod].class.selecting[direction.way()].policies {
		if s.match == surely {
			refs = append(refs, s.policy.ref)
		}
	}
	return refs
}

// Selected counts the live pods that the policy with that index selects.
func (c *Cluster) Selected(policy int) PolicySelection {
	if p := c.policy(policy); p != nil {
		return p.selects
	}
	return PolicySelection{}
}

// Isolates says which directions the policy with that index isolates, absent policyTypes being read as the API server
// defaults them.
func (c *Cluster) Isolates(policy int) []Direction {
	p := c.policy(policy)
	if p == nil {
		return nil
	}
	var directions []Direction
	for w := range ways {
		if p.affects[w] {
			directions = append(directions, w.direction())
		}
	}
	return directions
}

func (c *Cluster) policy(index int) *policy {
	if index < 0 || index >= len(c.policies) {
		return nil
	}
	return c.policies[index]
}
