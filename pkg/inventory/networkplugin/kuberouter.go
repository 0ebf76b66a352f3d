package networkplugin

// checkKubeRouter looks at --run-firewall, by default true: each of kube-router's
// three parts can run alone.
func checkKubeRouter(ds daemonSet, _ Facts) answer {
	on := flag(container(ds.DaemonSet, "kube-router"), "run-firewall")
	value, ok := on.boolean(true)
	switch {
	case !ok:
		return unknown("--run-firewall is %s", quote(on.text))
	case !value:
		return notEnforced("it runs with --run-firewall=false")
	case on.set:
		return enforced("it runs with --run-firewall=true")
	default:
		return enforced("--run-firewall is on by default")
	}
}
