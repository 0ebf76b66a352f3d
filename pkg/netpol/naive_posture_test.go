package netpol_test

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// posture asks for each port that something could change at.
func (n naive) posture(pod *netpol.Pod, direction networkingv1.PolicyType, ports []int32) netpol.Posture {
	if pod.HostNetwork || pod.Finished {
		return netpol.PostureNotApplicable
	}
	var certain, doubtful []*networkingv1.NetworkPolicy
	for p, m := range n.isolating(pod, direction) {
		if m == yes {
			certain = append(certain, p)
		} else {
			doubtful = append(doubtful, p)
		}
	}
	answers := map[netpol.Posture]bool{}
	for mask := range 1 << len(doubtful) {
		chosen := slices.Clone(certain)
		for i, p := range doubtful {
			if mask&(1<<i) != 0 {
				chosen = append(chosen, p)
			}
		}
		answers[naivePosture(chosen, pod, direction, ports)] = true
	}
	if len(answers) > 1 {
		return netpol.PostureUnknown
	}
	for only := range answers {
		return only
	}
	return ""
}

func naivePosture(policies []*networkingv1.NetworkPolicy, pod *netpol.Pod, direction networkingv1.PolicyType, ports []int32) netpol.Posture {
	if len(policies) == 0 {
		return netpol.PostureOpen
	}
	var rules []naiveRule
	for _, p := range policies {
		rules = append(rules, rulesOf(p, direction)...)
	}
	if len(rules) == 0 {
		return netpol.PostureDenied
	}
	everyone, everyPod := true, true
	for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
		for _, port := range ports {
			var open []naiveRule
			for _, r := range rules {
				// For egress, a name is looked up at a peer, of which nothing is known.
				at := seen{}
				if direction == "Ingress" {
					at.pod = pod
				}
				if portsMatch(r, at, direction, port, protocol) == yes {
					open = append(open, r)
				}
			}
			toAll := holdsEveryAddress(open)
			toPods := toAll
			for _, r := range open {
				if len(r.peers) == 0 {
					toAll, toPods = true, true
				}
				for _, item := range r.peers {
					toPods = toPods || meansEveryPod(item)
				}
			}
			everyone, everyPod = everyone && toAll, everyPod && toPods
		}
	}
	switch {
	case everyone:
		return netpol.PostureAllowAll
	case everyPod:
		return netpol.PostureClusterWide
	default:
		return netpol.PostureRestricted
	}
}

func meansEveryPod(item networkingv1.NetworkPolicyPeer) bool {
	if item.IPBlock != nil || item.NamespaceSelector == nil {
		return false
	}
	if item.PodSelector != nil && len(item.PodSelector.MatchLabels)+len(item.PodSelector.MatchExpressions) > 0 {
		return false
	}
	if len(item.NamespaceSelector.MatchLabels) > 0 {
		return false
	}
	for _, r := range item.NamespaceSelector.MatchExpressions {
		if r.Key != "kubernetes.io/metadata.name" || r.Operator != "Exists" || len(r.Values) > 0 {
			return false
		}
	}
	return true
}
