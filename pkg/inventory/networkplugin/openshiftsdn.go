package networkplugin

// checkOpenShiftSDN never knows: of its modes only NetworkPolicy enforces, and
// the mode is in a ClusterNetwork object that is not among the facts.
func checkOpenShiftSDN(daemonSet, Facts) answer {
	return unknown("only its mode NetworkPolicy enforces, and the DaemonSet does not tell the mode")
}
