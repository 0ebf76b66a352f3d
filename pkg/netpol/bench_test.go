package netpol_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// estate is a cluster of teams: namespaces of 20 workloads, and policies that let some of their pods in. Pods that
// are not alike each have a label of their own, which the policies ask for, so that none can be judged for another.
func estate(pods, policies, namespaces int, alike bool) ([]netpol.Namespace, []netpol.Pod, []*networkingv1.NetworkPolicy) {
	var (
		spaces   []netpol.Namespace
		running  []netpol.Pod
		isolated []*networkingv1.NetworkPolicy
	)
	for i := range namespaces {
		spaces = append(spaces, netpol.Namespace{Name: fmt.Sprint("team-", i), Labels: map[string]string{"stage": fmt.Sprint(i % 3)}})
	}
	for i := range pods {
		p := netpol.Pod{
			Namespace: fmt.Sprint("team-", i%namespaces), Name: fmt.Sprint("pod-", i),
			Labels:   map[string]string{"app": fmt.Sprint("app-", i/namespaces%20), "tier": fmt.Sprint(i % 2), "pod-template-hash": "5d4f8c7b9"},
			IPs:      []netip.Addr{netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})},
			NodeName: fmt.Sprint("node-", i%100), Ports: []netpol.ContainerPort{{Name: "http", Protocol: "TCP", Port: 8080}},
		}
		if !alike {
			p.Labels["statefulset.kubernetes.io/pod-name"] = p.Name
		}
		running = append(running, p)
	}
	http, dns, udp := intstr.FromString("http"), intstr.FromInt32(53), corev1.ProtocolUDP
	for i := range policies {
		app := map[string]string{"app": fmt.Sprint("app-", i/namespaces%20)}
		p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("team-", i%namespaces), Name: fmt.Sprint("policy-", i)}}
		p.Spec.PodSelector.MatchLabels = app
		p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
		p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
			Ports: []networkingv1.NetworkPolicyPort{{Port: &http}},
			From: []networkingv1.NetworkPolicyPeer{
				{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "1"}}},
				{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"stage": fmt.Sprint(i % 3)}}},
				{IPBlock: &networkingv1.IPBlock{CIDR: "203.0.113.0/24", Except: []string{"203.0.113.7/32"}}},
			},
		}}
		if !alike {
			own := []metav1.LabelSelectorRequirement{{Key: "statefulset.kubernetes.io/pod-name", Operator: metav1.LabelSelectorOpExists}}
			p.Spec.PodSelector.MatchExpressions = own
			p.Spec.Ingress[0].From[0].PodSelector.MatchExpressions = own
		}
		p.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{
			{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &http}}},
			{Ports: []networkingv1.NetworkPolicyPort{{Port: &dns, Protocol: &udp}, {Port: &dns}}},
		}
		isolated = append(isolated, p)
	}
	return spaces, running, isolated
}

func BenchmarkIndex(b *testing.B) {
	for _, size := range []struct{ pods, policies, namespaces int }{{1000, 300, 10}, {10_000, 3000, 100}, {100_000, 30_000, 1000}, {100_000, 30_000, 10}} {
		for _, alike := range []bool{true, false} {
			b.Run(fmt.Sprintf("pods=%d/policies=%d/namespaces=%d/alike=%v", size.pods, size.policies, size.namespaces, alike), func(b *testing.B) {
				namespaces, pods, policies := estate(size.pods, size.policies, size.namespaces, alike)
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				b.ReportAllocs()
				var c *netpol.Cluster
				for b.Loop() {
					c = netpol.New(namespaces, pods, policies)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-kept")
				runtime.KeepAlive(c)
				runtime.KeepAlive(pods)
				runtime.KeepAlive(policies)
			})
		}
	}
}

func BenchmarkConnect(b *testing.B) {
	for _, size := range []struct{ pods, policies int }{{2000, 600}, {100_000, 30_000}} {
		b.Run(fmt.Sprintf("pods=%d", size.pods), func(b *testing.B) {
			c := netpol.New(estate(size.pods, size.policies, size.pods/100, true))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				c.Connect(netpol.AtPod(i%size.pods), netpol.AtPod(i*7919%size.pods), 8080, corev1.ProtocolTCP)
				i++
			}
		})
	}
}

func BenchmarkAllowed(b *testing.B) {
	c := netpol.New(estate(2000, 600, 20, true))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c.Allowed(netpol.AtPod(i%2000), netpol.AtPod(i*7919%2000))
		i++
	}
}

func allOf(n int) []int {
	pods := make([]int, n)
	for i := range pods {
		pods[i] = i
	}
	return pods
}

// BenchmarkMatrix makes the matrix and reads every cell.
func BenchmarkMatrix(b *testing.B) {
	for _, n := range []int{500, 1000, 2000, 4000} {
		for _, alike := range []bool{true, false} {
			b.Run(fmt.Sprintf("pods=%d/alike=%v", n, alike), func(b *testing.B) {
				c := netpol.New(estate(n, n/4, 20, alike))
				b.ReportAllocs()
				for b.Loop() {
					m := c.Matrix(allOf(n), 8080, corev1.ProtocolTCP)
					for i := range n {
						for j := range n {
							m.Verdict(i, j)
						}
					}
				}
			})
		}
	}
}

// BenchmarkPortMatrix makes the matrix of all ports and reads every cell.
func BenchmarkPortMatrix(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		for _, alike := range []bool{true, false} {
			b.Run(fmt.Sprintf("pods=%d/alike=%v", n, alike), func(b *testing.B) {
				c := netpol.New(estate(n, n/4, 20, alike))
				b.ReportAllocs()
				for b.Loop() {
					m := c.PortMatrix(allOf(n))
					for i := range n {
						for j := range n {
							m.Allowed(i, j)
						}
					}
				}
			})
		}
	}
}

func BenchmarkPosture(b *testing.B) {
	c := netpol.New(estate(100_000, 30_000, 1000, true))
	b.ReportAllocs()
	for b.Loop() {
		for i := range c.Pods() {
			c.Posture(i, netpol.Ingress)
			c.Posture(i, netpol.Egress)
		}
	}
}

// BenchmarkAgainstTheNaiveEvaluator asks about connections of 2,000 pods: all of them (a matrix), and 100,000 (as many lines of
// expectations); the index is made each time. The naive evaluator of the tests answers as many as there is time for.
func BenchmarkAgainstTheNaiveEvaluator(b *testing.B) {
	const size, lines = 2000, 100_000
	namespaces, pods, policies := estate(size, 600, 20, true)
	n := naive{namespaces: namespaces, pods: pods, policies: policies}
	perConnection := func(b *testing.B, connections int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(connections), "ns/connection")
	}
	b.Run("matrix", func(b *testing.B) {
		for b.Loop() {
			m := netpol.New(namespaces, pods, policies).Matrix(allOf(size), 8080, corev1.ProtocolTCP)
			for i := range size {
				for j := range size {
					m.Verdict(i, j)
				}
			}
		}
		perConnection(b, size*size)
	})
	b.Run("lines", func(b *testing.B) {
		for b.Loop() {
			c := netpol.New(namespaces, pods, policies)
			for i := range lines {
				c.Verdict(netpol.AtPod(i%size), netpol.AtPod(i*7919%size), 8080, corev1.ProtocolTCP)
			}
		}
		perConnection(b, lines)
	})
	b.Run("naive", func(b *testing.B) {
		i := 0
		for b.Loop() {
			n.connect(naiveEnd{pod: i % size}, naiveEnd{pod: i * 7919 % size}, 8080, corev1.ProtocolTCP)
			i++
		}
		perConnection(b, 1)
	})
}
