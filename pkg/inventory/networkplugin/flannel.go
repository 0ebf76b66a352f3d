package networkplugin

// policyContainer is the container of kube-network-policies, of its own DaemonSet or of flannel's.
const policyContainer = "kube-network-policies"

// checkFlannel looks for kube-network-policies: flannel has no network policies
// of its own, but its chart runs that beside it where netpol.enabled is true.
func checkFlannel(ds daemonSet, _ Facts) answer {
	if container(ds.DaemonSet, policyContainer) != nil {
		return enforced("container %s runs", policyContainer)
	}
	return notEnforced("flannel enforces nothing by itself")
}
