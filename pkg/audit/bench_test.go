package audit_test

import (
	"fmt"
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// crowd is a namespace of many pods: half of them like those of a StatefulSet, each with a label of its own that policies ask
// for. The policies name ports, mean peers that are not there, and each selects every tenth pod; one in ten selects them all.
func crowd(pods, policies int) *inventory.Inventory {
	ns := &inventory.Namespace{Name: "crowd", Declared: true, Labels: map[string]string{"team": "crowd"}}
	inv := &inventory.Inventory{Whole: true, Source: v1alpha1.Source{Kind: v1alpha1.SourceCluster}, Namespaces: []*inventory.Namespace{ns}}
	for i := range pods {
		name := fmt.Sprint("pod-", i)
		w := inventory.Workload{Kind: "pod", Name: name, DNSPolicy: corev1.DNSClusterFirst}
		w.Pod = netpol.Pod{
			Namespace: "crowd", Name: "pod/" + name, Labels: map[string]string{"app": fmt.Sprint("app-", i%10)},
			IPs:   []netip.Addr{netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})},
			Ports: []netpol.ContainerPort{{Name: "http", Protocol: "TCP", Port: 8000 + int32(i%7)}, {Name: "metrics", Port: 9090}},
		}
		if i%2 == 0 {
			w.Labels["statefulset.kubernetes.io/pod-name"] = name
		}
		inv.Workloads = append(inv.Workloads, w)
	}
	http, missing, dns, udp := intstr.FromString("http"), intstr.FromString("no-such-port"), intstr.FromInt32(53), corev1.ProtocolUDP
	for i := range policies {
		np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "crowd", Name: fmt.Sprintf("policy-%04d", i)}}
		np.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", "Egress"}
		if i%10 > 0 {
			np.Spec.PodSelector.MatchLabels = map[string]string{"app": fmt.Sprint("app-", i%10)}
		}
		if i%3 == 0 {
			np.Spec.PodSelector.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "statefulset.kubernetes.io/pod-name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{fmt.Sprint("pod-", i)}}}
		}
		nobody := metav1.LabelSelector{MatchLabels: map[string]string{"app": fmt.Sprint("nobody-", i)}}
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{
			{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &nobody}, {NamespaceSelector: &nobody}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &http}}},
			{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &missing}}},
		}
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{
			{To: []networkingv1.NetworkPolicyPeer{{PodSelector: &nobody, NamespaceSelector: &metav1.LabelSelector{}}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &http}}},
			{Ports: []networkingv1.NetworkPolicyPort{{Port: &dns, Protocol: &udp}, {Port: &missing}}},
		}
		ns.Policies = append(ns.Policies, np)
	}
	return inv
}

// estate is a cluster of many small namespaces: a policy and two pods each.
func estate(namespaces int) *inventory.Inventory {
	inv := &inventory.Inventory{Whole: true, Source: v1alpha1.Source{Kind: v1alpha1.SourceCluster}}
	http := intstr.FromString("http")
	for i := range namespaces {
		name := fmt.Sprintf("team-%05d", i)
		ns := &inventory.Namespace{Name: name, Declared: true, Labels: map[string]string{corev1.LabelMetadataName: name, "stage": fmt.Sprint(i % 3)}}
		np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "web"}}
		np.Spec.PodSelector.MatchLabels = map[string]string{"app": "web"}
		np.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", "Egress"}
		front, gone := metav1.LabelSelector{MatchLabels: map[string]string{"stage": "1"}}, metav1.LabelSelector{MatchLabels: map[string]string{"app": "gone"}}
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &front}, {PodSelector: &gone}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &http}}}}
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{PodSelector: &gone, NamespaceSelector: &metav1.LabelSelector{}}}}, {Ports: []networkingv1.NetworkPolicyPort{{Port: &http}}}}
		ns.Policies = append(ns.Policies, np)
		inv.Namespaces = append(inv.Namespaces, ns)
		for j, app := range []string{"web", "cart"} {
			w := inventory.Workload{Kind: "pod", Name: app}
			w.Pod = netpol.Pod{Namespace: name, Name: "pod/" + app, Labels: map[string]string{"app": app}, IPs: []netip.Addr{netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), byte(j + 1)})}}
			if i%10 > 0 {
				w.Ports = []netpol.ContainerPort{{Name: "grpc", Port: 7070}}
			}
			inv.Workloads = append(inv.Workloads, w)
		}
	}
	return inv
}

func benchmark(b *testing.B, inv *inventory.Inventory) {
	b.Helper()
	b.ReportAllocs()
	findings := 0
	for b.Loop() {
		findings = 0
		for _, row := range audit.Run(inv, audit.Options{Now: now}).Namespaces {
			findings += len(row.Findings)
		}
	}
	b.ReportMetric(float64(findings), "findings")
}

func BenchmarkLargeNamespace(b *testing.B) {
	for _, size := range []struct{ pods, policies int }{{1250, 75}, {2500, 150}, {5000, 300}} {
		b.Run(fmt.Sprintf("pods=%d/policies=%d", size.pods, size.policies), func(b *testing.B) { benchmark(b, crowd(size.pods, size.policies)) })
	}
}

func BenchmarkManyNamespaces(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint("namespaces=", n), func(b *testing.B) { benchmark(b, estate(n)) })
	}
}

// Four times the pods and four times the policies are about four times the work, not sixteen times: what is allocated tells
// without a clock.
func TestWorkGrowsWithTheNamespace(t *testing.T) {
	allocated := func(pods, policies int) float64 {
		inv := crowd(pods, policies)
		return testing.AllocsPerRun(1, func() { audit.Run(inv, audit.Options{Now: now}) })
	}
	if small, large := allocated(500, 30), allocated(2000, 120); large > 7*small {
		t.Errorf("2000 pods and 120 policies: %.0f allocations, 500 and 30: %.0f", large, small)
	}
}
