package networkplugin

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// checkCilium reads the options of the agent: its command line, and else its
// ConfigMap. enable-policy is the mode (docs.cilium.io, "Policy Enforcement
// Modes"); policy-audit-mode logs what it would drop; and without
// enable-k8s-networkpolicy it looks only at policies of its own kinds.
func checkCilium(ds daemonSet, f Facts) answer {
	agent := container(ds.DaemonSet, "cilium-agent")
	name := types.NamespacedName{Namespace: ds.Namespace, Name: ds.plugin.settings}
	cm := f.configMap(name)
	option := func(key string) setting {
		if s := flag(agent, key); s.set {
			return s
		}
		return data(cm, key)
	}
	mode := strings.ToLower(strings.TrimSpace(option("enable-policy").text))
	audit, auditOK := option("policy-audit-mode").boolean(false)
	kubernetes, kubernetesOK := option("enable-k8s-networkpolicy").boolean(true)
	switch {
	case mode == "never":
		return notEnforced(`enable-policy is "never"`)
	case audit:
		return notEnforced(`policy-audit-mode is "true": what policies deny is logged and let through`)
	case !kubernetes && kubernetesOK:
		return notEnforced(`enable-k8s-networkpolicy is "false": only Cilium's own kinds of policies count`)
	}
	if cm == nil {
		if line := f.unread(name.Name, "configmaps"); line != "" {
			return unknown("whether it is switched on is in a ConfigMap: %s", line)
		}
		if !f.Complete {
			return unknown("whether it is switched on is in ConfigMap %s, which is not in the input", clip(name.String(), maxQuoted))
		}
	}
	switch {
	case !auditOK:
		return unknown("policy-audit-mode is %s", quote(option("policy-audit-mode").text))
	case !kubernetesOK:
		return unknown("enable-k8s-networkpolicy is %s", quote(option("enable-k8s-networkpolicy").text))
	case mode == "always":
		return enforced(`enable-policy is "always": it denies by default, without any policy`)
	case mode == "":
		return enforced("enable-policy is not set, which switches it on")
	case mode == "default":
		return enforced(`enable-policy is "default"`)
	default:
		return unknown("enable-policy is %s, which is no mode of Cilium", quote(mode))
	}
}

// data returns a key of a ConfigMap; of none nothing is set.
func data(cm *corev1.ConfigMap, key string) setting {
	if cm == nil {
		return setting{}
	}
	text, set := cm.Data[key]
	return setting{text, set}
}
