package otherpolicy

import (
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Policy is a policy of another kind than NetworkPolicy.
type Policy struct {
	// APIVersion is GROUP/VERSION, as it was read.
	APIVersion string
	// Kind is its kind, as "CiliumNetworkPolicy". Calico's NetworkPolicy has the same kind as Kubernetes' own.
	Kind string
	// Namespace is where it lives; empty for the kinds that live in none.
	Namespace string
	// Name is its name; stored by Calico, it begins with the tier ("default.name").
	Name string
	// Family is whose policies its kind is one of.
	Family Family

	parts     []part
	undecided []string
}

// Namespace is what a policy may ask of a namespace.
type Namespace struct {
	// Name is its name.
	Name string
	// Labels are those of the Namespace object. The label kubernetes.io/metadata.name is always Name, whatever is said here.
	Labels map[string]string
	// LabelsUnknown says that nothing but the name is known.
	LabelsUnknown bool
}

// Pod is what a policy may ask of a pod.
type Pod struct {
	// Labels are those of the Pod object, or of the template.
	Labels map[string]string
	// HostNetwork pods share their node's network.
	HostNetwork bool
	// ServiceAccount is the name of its service account; empty where it is not known.
	ServiceAccount string
}

// Match says whether a policy selects a pod. The bits are chosen so that & is "and" (the lesser) and | is "or" (the
// greater) of Kleene's three-valued logic.
type Match uint8

const (
	// Never : it surely does not.
	Never Match = 0b00
	// Perhaps : what was read does not tell.
	Perhaps Match = 0b01
	// Surely : it does.
	Surely Match = 0b11
)

// String is for messages.
func (m Match) String() string {
	switch m {
	case Never:
		return "never"
	case Surely:
		return "surely"
	default:
		return "perhaps"
	}
}

// Effect is what a policy does, in one direction, to the pods that it selects.
type Effect struct {
	// Allows says that it may let pass what a NetworkPolicy denies.
	Allows bool
	// Denies says that it may deny what NetworkPolicies, or none, allow.
	Denies bool
	// DefaultDeny says that it surely denies whatever neither it nor another policy allows, and that it does not itself
	// allow everything: the pods are isolated by it.
	DefaultDeny bool
	// YieldsToNetworkPolicy says that it has no say about a pod that a NetworkPolicy selects in that direction.
	YieldsToNetworkPolicy bool
}

// Selects says whether the policy applies to a pod of a namespace. It never does to pods on the host network: they have
// their node's addresses, and none of the plugins gives them an identity of their own. The kinds can restrict nodes, but
// then it is the node that they select.
//
// API: "Note that host-networked pods are not included in subject selection." Cilium, Network Policy: "Policies do not
// apply to pods on the host network". Calico: a host-networked pod has no workload endpoint.
func (p *Policy) Selects(ns Namespace, pod Pod) Match {
	result := Never
	if pod.HostNetwork || p.Namespace != "" && p.Namespace != ns.Name {
		return Never
	}
	for i := range p.parts {
		result |= p.parts[i].subject(&ns, &pod)
	}
	return result
}

// Undecided says why Selects can be Perhaps, one line for each reason; nil where it cannot for namespaces whose labels
// are known.
func (p *Policy) Undecided() []string { return slices.Clone(p.undecided) }

// Effect is what the policy does in a direction, once it selects a pod.
func (p *Policy) Effect(d netpol.Direction) Effect {
	_, _ = d, p
	return Effect{}
}

// Counts says that the policy has an effect in some direction.
func (p *Policy) Counts() bool {
	return slices.ContainsFunc([]netpol.Direction{netpol.Ingress, netpol.Egress}, func(d netpol.Direction) bool {
		e := p.Effect(d)
		return e.Allows || e.Denies || e.DefaultDeny
	})
}

// SwitchedOffByAllowAll says that adding a NetworkPolicy that allows everything may end what the policy denies.
func (p *Policy) SwitchedOffByAllowAll() bool { return false }

// String is "KIND NAMESPACE/NAME", or "KIND NAME" for a kind without namespaces.
func (p *Policy) String() string {
	if p.Namespace == "" {
		return p.Kind + " " + p.Name
	}
	return p.Kind + " " + p.Namespace + "/" + p.Name
}

// part is a rule of a policy with subjects of its own.
type part struct {
	subject func(*Namespace, *Pod) Match
}
