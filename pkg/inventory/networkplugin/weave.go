package networkplugin

// checkWeave looks for the policy controller, a container of its own, and at
// EXPECT_NPC, by default 1: with 0 the bridge does not ask the controller.
func checkWeave(ds daemonSet, _ Facts) answer {
	if container(ds.DaemonSet, "weave-npc") == nil {
		return notEnforced("it has no container weave-npc")
	}
	switch expect := env(container(ds.DaemonSet, "weave"), "EXPECT_NPC"); expect.text {
	case "0":
		return notEnforced("EXPECT_NPC is 0")
	case elsewhere:
		return unknown("EXPECT_NPC is taken from another object")
	default:
		return enforced("container weave-npc runs")
	}
}
