package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// serveDNS makes the Service kube-dns, with target ports for UDP and TCP, and a pod behind it, until the test ends. The pod
// serves them at 5353, under the names dns and dns-tcp.
func (tm *team) serveDNS(udp, tcp intstr.IntOrString) {
	tm.t.Helper()
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "kube-dns"}, Spec: corev1.ServiceSpec{
		Selector: map[string]string{"k8s-app": "kube-dns"}, Ports: []corev1.ServicePort{
			{Name: "dns", Protocol: corev1.ProtocolUDP, Port: 53, TargetPort: udp},
			{Name: "dns-tcp", Protocol: corev1.ProtocolTCP, Port: 53, TargetPort: tcp},
		},
	}}
	if _, err := tm.client.CoreV1().Services("kube-system").Create(tm.t.Context(), service, metav1.CreateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
	tm.systemPod("coredns-0", "kube-dns", func(spec *corev1.PodSpec) {
		spec.Containers[0].Ports = []corev1.ContainerPort{
			{Name: "dns", ContainerPort: 5353, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", ContainerPort: 5353, Protocol: corev1.ProtocolTCP},
		}
	})
	tm.t.Cleanup(func() { tm.deleteSystem("service", "kube-dns") })
}

// systemPod makes a pod of the system, until the test ends.
func (tm *team) systemPod(name, app string, change func(*corev1.PodSpec)) {
	tm.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"k8s-app": app}}, Spec: podSpec()}
	change(&pod.Spec)
	pods := tm.client.CoreV1().Pods("kube-system")
	pod, err := pods.Create(tm.t.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	// Without an address nobody knows whether an ipBlock means it.
	pod.Status.Phase, pod.Status.PodIP, pod.Status.PodIPs = corev1.PodRunning, "10.20.0.10", []corev1.PodIP{{IP: "10.20.0.10"}}
	if _, err := pods.UpdateStatus(tm.t.Context(), pod, metav1.UpdateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
	tm.t.Cleanup(func() { tm.deleteSystem("pod", name) })
}

func (tm *team) deleteSystem(kind, name string) {
	if got := tm.cluster.Kubectl(testcluster.Admin, "delete", "-n", "kube-system", kind, name, "--now"); got.ExitCode != 0 {
		tm.t.Errorf("clean up: %s", got.Stderr)
	}
}

// egressTo is a rule for pods of the own namespace.
func egressTo(app string) networkingv1.NetworkPolicyEgressRule {
	return networkingv1.NetworkPolicyEgressRule{To: []networkingv1.NetworkPolicyPeer{podsOf(app)}}
}

// egressPorts is a rule for some ports, over UDP and TCP, of whoever they belong to.
func egressPorts(to []networkingv1.NetworkPolicyPeer, numbers ...int) networkingv1.NetworkPolicyEgressRule {
	rule := networkingv1.NetworkPolicyEgressRule{To: to}
	for _, n := range numbers {
		for _, protocol := range []corev1.Protocol{corev1.ProtocolUDP, corev1.ProtocolTCP} {
			p := port(n)
			p.Protocol = &protocol
			rule.Ports = append(rule.Ports, p)
		}
	}
	return rule
}

// The DNS of a cluster decides for all its namespaces: the cases take turns in a cluster of their own.
func TestDNSOfALiveCluster(t *testing.T) {
	t.Parallel()
	c := startWhole(t)
	shared := newTeamIn(t, c)
	systemDNS := networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: "kube-system"}},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}},
	}
	cache := networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "169.254.20.10/32"}}
	for name, rule := range map[string]networkingv1.NetworkPolicyEgressRule{
		"port-53":   egressPorts([]networkingv1.NetworkPolicyPeer{systemDNS}, 53),
		"port-5353": egressPorts([]networkingv1.NetworkPolicyPeer{systemDNS}, 5353),
		"cache":     egressPorts([]networkingv1.NetworkPolicyPeer{cache}, 53),
	} {
		shared.add(name, nil)
		shared.pod(name, "web")
		np := policyOf("to-dns", "", ingress, egress)
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{rule, egressTo("web")}
		shared.create(name, np)
	}
	in := func(t *testing.T) *team {
		own := *shared
		own.t = t
		return &own
	}
	// check audits all of them at once, and each as a user of one namespace would.
	check := func(t *testing.T, tm *team, says string, reached ...string) {
		t.Helper()
		whole := tm.audit(testcluster.Auditor, ok)
		if len(whole.Warnings) > 0 {
			t.Errorf("warnings: %q", whole.Warnings)
		}
		isReached := map[string]bool{}
		for _, name := range reached {
			isReached[name] = true
		}
		for _, name := range []string{"port-53", "port-5353", "cache"} {
			got := on(t, c, testcluster.Auditor, "audit", "-o", "json", "-n", tm.ns(name))
			wantExit(t, got, ok)
			for scope, r := range map[string]*v1alpha1.AuditReport{"cluster": whole, "-n": decode[v1alpha1.AuditReport](t, got.Stdout)} {
				f := finding(row(t, r, tm.ns(name)), "egress-without-dns")
				if isReached[name] != (f == nil) {
					t.Errorf("%s, %s: %+v", name, scope, f)
				}
				if f != nil {
					wantText(t, f.Message, says, "over UDP and TCP: pod/web")
				}
			}
		}
	}

	const pods = "the pods of Service kube-system/kube-dns"
	t.Run("a named target port is that of the pods", func(t *testing.T) {
		tm := in(t)
		tm.serveDNS(intstr.FromString("dns"), intstr.FromString("dns-tcp"))
		check(t, tm, pods, "port-5353")
	})
	t.Run("so is a number", func(t *testing.T) {
		tm := in(t)
		tm.serveDNS(intstr.FromInt(5353), intstr.FromInt(5353))
		check(t, tm, pods, "port-5353")
	})
	t.Run("without a target port it is the Service's", func(t *testing.T) {
		tm := in(t)
		tm.serveDNS(intstr.IntOrString{}, intstr.IntOrString{})
		check(t, tm, pods, "port-53")
	})
	t.Run("a node-local cache answers in its place", func(t *testing.T) {
		tm := in(t)
		tm.serveDNS(intstr.FromInt(5353), intstr.FromInt(5353))
		tm.systemPod("node-local-dns-x", "node-local-dns", onHostNetwork)
		check(t, tm, "the node-local cache 169.254.20.10", "cache")
	})
	t.Run("without a Service the usual places count", func(t *testing.T) {
		check(t, in(t), "", "port-53", "cache")
	})
	t.Run("without the right to list Services a warning says so", func(t *testing.T) {
		tm := in(t)
		tm.serveDNS(intstr.FromInt(5353), intstr.FromInt(5353))
		user := tm.grant("", mayListPolicies, mayListNamespaces, mayListPods)
		got := tm.cis532(testcluster.Admin, "audit", "-o", "json", "--as", user)
		wantExit(t, got, ok)
		warning := `warning: cannot list services in namespace "kube-system": forbidden for user "` + user + `": DNS is looked for in its usual places`
		if strings.Count(got.Stderr, "warning:") != 1 {
			t.Errorf("warnings:\n%s", got.Stderr)
		}
		wantText(t, got.Stderr, warning)
		if f := finding(row(t, decode[v1alpha1.AuditReport](t, got.Stdout), tm.ns("port-53")), "egress-without-dns"); f != nil {
			t.Errorf("%+v", f)
		}
	})
	t.Run("where no egress is restricted, nobody asks for the DNS", func(t *testing.T) {
		tm := newTeamIn(t, c, "denied")
		tm.pod("denied", "web")
		tm.create("denied", denyAll("default-deny"))
		if diff := cmp.Diff(wholePods(plainAudit), lines(t, requests(t, tm, ok, "audit", "-l", tm.selector()))); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}
