package reach_test

import (
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var spaces = []string{"a", "b", "c"}

func pick[T any](t *rapid.T, list []T, label string) T {
	return rapid.SampledFrom(list).Draw(t, label)
}

// drawInventory makes pods, most of them with a controller, controllers with
// and without pods, and policies that tell some of them apart.
func drawInventory(t *rapid.T) *inventory.Inventory {
	inv := &inventory.Inventory{}
	for _, name := range spaces {
		ns := &inventory.Namespace{Name: name, Labels: map[string]string{"kubernetes.io/metadata.name": name}, Declared: rapid.Bool().Draw(t, "declared")}
		for i := range rapid.IntRange(0, 2).Draw(t, "policies") {
			ns.Policies = append(ns.Policies, drawPolicy(t, name, i))
		}
		inv.Namespaces = append(inv.Namespaces, ns)
	}
	controllers := map[string]bool{}
	for i := range rapid.IntRange(1, 9).Draw(t, "pods") {
		w := inventory.Workload{Kind: "pod", Name: fmt.Sprint("p", i), Pod: netpol.Pod{
			Namespace: pick(t, spaces, "namespace"), Name: fmt.Sprint("pod/p", i), Labels: map[string]string{"app": pick(t, []string{"x", "y"}, "app")},
			HostNetwork: rapid.IntRange(0, 5).Draw(t, "host") == 0, Finished: rapid.IntRange(0, 9).Draw(t, "finished") == 0,
			NodeName: pick(t, []string{"n1", "n2", "n3", ""}, "node"), Ports: drawPorts(t),
		}}
		if rapid.IntRange(0, 4).Draw(t, "address") > 0 {
			w.IPs = []netip.Addr{netip.AddrFrom4([4]byte{10, 0, byte(rapid.IntRange(0, 1).Draw(t, "net")), byte(i + 1)})}
		}
		w.Controller = pick(t, []string{"", "replicaset/r1", "replicaset/r2", "daemonset/d", "node/n1", "rollout/o"}, "controller")
		if w.Controller != "" {
			controllers[w.Namespace+"/"+w.Controller] = true
		}
		inv.Workloads = append(inv.Workloads, w)
	}
	for _, name := range spaces {
		inv.Workloads = append(inv.Workloads, drawControllers(t, name, controllers)...)
	}
	return inv
}

// drawControllers are the ReplicaSet of some pods, perhaps with its Deployment, and a StatefulSet without pods.
func drawControllers(t *rapid.T, namespace string, _ map[string]bool) []inventory.Workload {
	template := func(kind, name, controller string, owned bool) inventory.Workload {
		return inventory.Workload{Kind: kind, Name: name, Controller: controller, Owned: owned, Pod: netpol.Pod{
			Namespace: namespace, Name: kind + "/" + name, Labels: map[string]string{"app": "x"}, Ports: drawPorts(t),
		}}
	}
	var all []inventory.Workload
	if rapid.Bool().Draw(t, "ReplicaSet") {
		deployed := rapid.Bool().Draw(t, "Deployment")
		all = append(all, template("replicaset", "r1", "deployment/r", deployed))
		if deployed {
			all = append(all, template("deployment", "r", "", false))
		}
	}
	if rapid.Bool().Draw(t, "StatefulSet") {
		all = append(all, template("statefulset", "s", "", false))
	}
	return all
}

func drawPorts(t *rapid.T) []netpol.ContainerPort {
	if rapid.Bool().Draw(t, "no container ports") {
		return nil
	}
	return []netpol.ContainerPort{{Name: "http", Protocol: "TCP", Port: pick(t, []int32{80, 8080}, "container port")}}
}

func drawPolicy(t *rapid.T, namespace string, i int) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprint("policy-", i)}}
	np.Spec.PodSelector = drawSelector(t)
	np.Spec.PolicyTypes = pick(t, [][]networkingv1.PolicyType{{"Ingress"}, {"Egress"}, {"Ingress", "Egress"}}, "types")
	for range rapid.IntRange(0, 2).Draw(t, "ingress") {
		np.Spec.Ingress = append(np.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: drawPeers(t), Ports: drawPolicyPorts(t)})
	}
	for range rapid.IntRange(0, 2).Draw(t, "egress") {
		np.Spec.Egress = append(np.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: drawPeers(t), Ports: drawPolicyPorts(t)})
	}
	return np
}

func drawSelector(t *rapid.T) metav1.LabelSelector {
	return pick(t, []metav1.LabelSelector{{}, {MatchLabels: map[string]string{"app": "x"}}, {MatchLabels: map[string]string{"app": "y"}}}, "selector")
}

func drawPeers(t *rapid.T) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for range rapid.IntRange(0, 2).Draw(t, "peers") {
		selector := drawSelector(t)
		peers = append(peers, pick(t, []networkingv1.NetworkPolicyPeer{
			{PodSelector: &selector},
			{NamespaceSelector: &metav1.LabelSelector{}, PodSelector: &selector},
			{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "a"}}},
			{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"stage": "prod"}}},
			{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.0/24"}},
			{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{"10.0.1.0/24"}}},
		}, "peer"))
	}
	return peers
}

func drawPolicyPorts(t *rapid.T) []networkingv1.NetworkPolicyPort {
	http, number, udp := intstr.FromString("http"), intstr.FromInt32(80), corev1.ProtocolUDP
	return pick(t, [][]networkingv1.NetworkPolicyPort{nil, {{Port: &http}}, {{Port: &number}}, {{Protocol: &udp, Port: &number}}, {{}}}, "ports")
}
