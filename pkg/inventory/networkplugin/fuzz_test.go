package networkplugin_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// FuzzRecognise: whatever an object's texts are, there is an answer, its
// evidence is one bounded line, and a namespace of a team's proves nothing.
func FuzzRecognise(f *testing.F) {
	f.Add("kube-system", "cilium", "cilium-agent", "k8s-app", "cilium", "quay.io/cilium/cilium:v1", "--enable-policy=\x1b[31m\nnever", "enable-policy", "alw\u202eays", "v1+k3s1", `["server"]`, "cannot\nlist nodes")
	f.Add("kube-system", "kindnet", "kindnet-cni", "app", "kindnet", "a:b:c@d@e:/", "--network-policy", "", "", "-eks-", `{`, "daemonsets")
	f.Add("kube-flannel", "", "kube-flannel", "", "", "coreos/flannel", "$(", "enable-network-policy-controller", "\xff", "", "null", "")
	f.Add("kube-system", "aws-node", "aws-node", "k8s-app", "aws-node", "", "--enable-network-policy=$(X)", "X", strings.Repeat("é", 1000), "+k3s", `[null]`, "configmaps")
	f.Fuzz(func(t *testing.T, namespace, name, container, key, value, image, arg, setting, text, version, args, unread string) {
		ds := &appsv1.DaemonSet{}
		ds.Namespace, ds.Name = namespace, name
		ds.Labels = map[string]string{key: value}
		ds.Spec.Template.Spec.Containers = []corev1.Container{
			{}, {Name: container, Image: image, Args: []string{arg, ""}, Env: []corev1.EnvVar{{Name: setting, Value: text}, {ValueFrom: &corev1.EnvVarSource{}}}},
		}
		cms := []*corev1.ConfigMap{nil, {}}
		for _, cmName := range []string{"cilium-config", "amazon-vpc-cni"} {
			cm := &corev1.ConfigMap{Data: map[string]string{setting: text}}
			cm.Namespace, cm.Name = namespace, cmName
			cms = append(cms, cm)
		}
		node := &corev1.Node{}
		node.Name, node.Annotations = name, map[string]string{"k3s.io/node-args": args}
		node.Status.NodeInfo.KubeletVersion = version
		for _, facts := range []networkplugin.Facts{
			{DaemonSets: []*appsv1.DaemonSet{nil, {}, ds}, ConfigMaps: cms, Nodes: []*corev1.Node{nil, {}, node}, ServerVersion: version, Unread: []string{unread}},
			{DaemonSets: []*appsv1.DaemonSet{ds}, ConfigMaps: cms, ServerVersion: version, Complete: true},
			{DaemonSets: []*appsv1.DaemonSet{ds}, Unread: []string{unread, ""}},
			{ServerVersion: version, Complete: true},
		} {
			networkplugin.ConfigMaps(facts)
			got := networkplugin.Recognise(facts)
			switch got.Enforcement {
			case v1alpha1.EnforcementEnforced, v1alpha1.EnforcementNotEnforced, v1alpha1.EnforcementUnknown:
			default:
				t.Errorf("enforcement is %q", got.Enforcement)
			}
			if got.Name == "" && got.Enforcement != v1alpha1.EnforcementUnknown {
				t.Errorf("%s without a plugin", got.Enforcement)
			}
			if got.Evidence == "" || len(got.Evidence) > 500 || !utf8.ValidString(got.Evidence) ||
				strings.ContainsFunc(got.Evidence, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("evidence is not one bounded line: %q", got.Evidence)
			}
		}
		if networkplugin.MayRunIn(namespace) {
			return
		}
		if got := networkplugin.Recognise(networkplugin.Facts{DaemonSets: []*appsv1.DaemonSet{ds}, ConfigMaps: cms, Complete: true}); got.Name != "" {
			t.Errorf("recognised in namespace %q: %+v", namespace, got)
		}
	})
}

func TestNoFactsAreNoPlugin(t *testing.T) {
	if got := networkplugin.Recognise(networkplugin.Facts{}); got.Enforcement != v1alpha1.EnforcementUnknown || got.Name != "" || got.Evidence == "" {
		t.Errorf("got %+v", got)
	}
}
