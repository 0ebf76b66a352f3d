package otherpolicy

import "github.com/cis532/kubectl-cis532/pkg/netpol"

// Together is what policies do to one pod in a direction, with each other's exceptions in mind: DefaultDeny is only set
// where a policy that surely selects the pod denies by default, and no other that may select it allows everything.
func Together(policies []*Policy, ns Namespace, pod Pod, d netpol.Direction) Effect {
	_, _, _, _ = policies, ns, pod, d
	return Effect{}
}
