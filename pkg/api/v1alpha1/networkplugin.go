package v1alpha1

// Enforcement says whether NetworkPolicies have any effect in a cluster.
type Enforcement string

const (
	// EnforcementEnforced is: the network plugin is recognised, and switched on to enforce NetworkPolicies.
	EnforcementEnforced Enforcement = "Enforced"
	// EnforcementNotEnforced is: it is recognised, and does not enforce them or is switched off.
	EnforcementNotEnforced Enforcement = "NotEnforced"
	// EnforcementUnknown is: no evidence for either.
	EnforcementUnknown Enforcement = "Unknown"
)

// NetworkPlugin is what was recognised of the cluster's network plugin.
type NetworkPlugin struct {
	// Name is the plugin, in lower case (cilium, calico, flannel, ...); empty where none was recognised.
	Name string `json:"name,omitempty"`
	// Enforcement says whether it enforces NetworkPolicies.
	Enforcement Enforcement `json:"enforcement"`
	// Evidence says in one line what that rests on: the objects that were seen, or what could not be read.
	Evidence string `json:"evidence,omitempty"`
}
