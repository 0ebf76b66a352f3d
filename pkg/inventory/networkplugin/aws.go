package networkplugin

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// autoModeSettings is the ConfigMap of the Amazon VPC CNI. It switches on the
// controller in the control plane, which turns policies into what the agents on
// the nodes apply; the charts and the add-on write it together with the agents' flag.
var autoModeSettings = types.NamespacedName{Namespace: "kube-system", Name: "amazon-vpc-cni"}

// awsController is the key of autoModeSettings that does it.
const awsController = "enable-network-policy-controller"

// checkAWS looks at the agent of the Amazon VPC CNI. Its container is there from
// v1.14 on, whether or not it does anything: that is --enable-network-policy, by
// default false. Some manifests call it aws-network-policy-agent.
func checkAWS(ds daemonSet, f Facts) answer {
	var agent *corev1.Container
	for _, name := range []string{"aws-eks-nodeagent", "aws-network-policy-agent"} {
		if agent == nil {
			agent = container(ds.DaemonSet, name)
		}
	}
	if agent == nil {
		return notEnforced("it has no container of the network policy agent")
	}
	on := flag(agent, "enable-network-policy")
	value, ok := on.boolean(false)
	controller := data(f.configMap(autoModeSettings), awsController)
	controllerOn, controllerOK := controller.boolean(true)
	switch {
	case !ok:
		return unknown("--enable-network-policy of container %s is %s", agent.Name, quote(on.text))
	case !on.set:
		return notEnforced("container %s runs without --enable-network-policy, which is off by default", agent.Name)
	case !value:
		return notEnforced("container %s runs with --enable-network-policy=false", agent.Name)
	case controllerOK && !controllerOn:
		return notEnforced("ConfigMap %s has %s %s, so that the agents get no policies", autoModeSettings, awsController, quote(controller.text))
	}
	if mode := env(container(ds.DaemonSet, "aws-node"), "NETWORK_POLICY_ENFORCING_MODE"); mode.text == "strict" {
		return enforced(`container %s runs with --enable-network-policy=true, and NETWORK_POLICY_ENFORCING_MODE is "strict": new pods start isolated`, agent.Name)
	}
	return enforced("container %s runs with --enable-network-policy=true", agent.Name)
}

// mayBeAutoMode says that the cluster may be EKS in Auto Mode, where the plugin
// is part of the node's system: EKS without a DaemonSet of any plugin. A cluster
// of which the DaemonSets are not known may be any.
func (f Facts) mayBeAutoMode() bool {
	return f.unread("daemonsets") == "" && (f.ServerVersion == "" || strings.Contains(f.ServerVersion, "-eks-"))
}

// autoMode recognises Auto Mode by its ConfigMap (docs.aws.amazon.com/eks, "Use
// Network Policies with EKS Auto Mode"). Off, the same ConfigMap may be a
// leftover beside a plugin that is not known here: only EKS itself makes it a finding.
func (f Facts) autoMode() *finding {
	cm := f.configMap(autoModeSettings)
	if cm == nil || !f.mayBeAutoMode() {
		return nil
	}
	fd := &finding{name: "aws-vpc-cni", object: "ConfigMap " + autoModeSettings.String()}
	controller := data(cm, awsController)
	on, ok := controller.boolean(false)
	switch {
	case !ok:
		fd.answer = unknown("%s is %s", awsController, quote(controller.text))
	case on:
		fd.answer = enforced("%s is %s (EKS Auto Mode)", awsController, quote(controller.text))
	case f.ServerVersion == "":
		fd.answer = unknown("%s is not on, and there is no DaemonSet of a plugin", awsController)
	default:
		fd.answer = notEnforced("%s is not on (EKS Auto Mode)", awsController)
	}
	return fd
}
