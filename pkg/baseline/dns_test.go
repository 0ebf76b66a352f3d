package baseline_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

func dnsService(namespace, name string, target intstr.IntOrString, selector map[string]string, ips ...string) *inventory.Service {
	s := &inventory.Service{Namespace: namespace, Name: name, Selector: selector, Ports: []corev1.ServicePort{
		{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP, TargetPort: target},
		{Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP, TargetPort: target},
	}}
	if target.Type == intstr.String {
		s.Ports[1].TargetPort = intstr.FromString(target.StrVal + "-tcp")
	}
	for _, ip := range ips {
		s.IPs = append(s.IPs, netip.MustParseAddr(ip))
	}
	return s
}

func dnsPod(namespace, name string, labels map[string]string, port int32) inventory.Workload {
	return inventory.Workload{Kind: "pod", Name: name, Pod: netpol.Pod{
		Namespace: namespace, Name: "pod/" + name, Labels: labels,
		Ports: []netpol.ContainerPort{
			{Name: "dns", Protocol: corev1.ProtocolUDP, Port: port}, {Name: "dns-tcp", Protocol: corev1.ProtocolTCP, Port: port},
		},
	}}
}

// The rendering names what serves names in the cluster at hand.
func TestDNSOfAClusterAtHand(t *testing.T) {
	kubeDNS := map[string]string{"k8s-app": "kube-dns"}
	openShift := map[string]string{"dns.operator.openshift.io/daemonset-dns": "default"}
	wellKnown := []string{"169.254.20.10/32", "169.254.169.254/32"}
	for name, test := range map[string]struct {
		dns    inventory.DNS
		pods   []string // namespace, labels, ports
		blocks []string
	}{
		"nothing known": {
			inventory.DNS{},
			[]string{"kube-system [coredns kube-dns] UDP/53 TCP/53", "openshift-dns map[dns.operator.openshift.io/daemonset-dns:default] UDP/5353 TCP/5353"},
			wellKnown,
		},
		"kubeadm": {
			inventory.DNS{Service: dnsService("kube-system", "kube-dns", intstr.FromInt32(53), kubeDNS, "10.96.0.10")},
			[]string{"kube-system map[k8s-app:kube-dns] UDP/53 TCP/53"}, append([]string{"10.96.0.10/32"}, wellKnown...),
		},
		"both families": {
			inventory.DNS{Service: dnsService("kube-system", "kube-dns", intstr.FromInt32(53), kubeDNS, "fd00:10:96::a", "10.96.0.10")},
			[]string{"kube-system map[k8s-app:kube-dns] UDP/53 TCP/53"}, append(append([]string{"10.96.0.10/32"}, wellKnown...), "fd00:10:96::a/128"),
		},
		"OpenShift, whose ports are named": {
			inventory.DNS{
				Service: dnsService("openshift-dns", "dns-default", intstr.FromString("dns"), openShift, "172.30.0.10"),
				Pods:    []inventory.Workload{dnsPod("openshift-dns", "b", openShift, 5353), dnsPod("openshift-dns", "a", openShift, 5353)},
			},
			[]string{"openshift-dns map[dns.operator.openshift.io/daemonset-dns:default] UDP/5353 TCP/5353"}, append(append([]string{}, wellKnown...), "172.30.0.10/32"),
		},
		"named ports, and pods that are not known": {
			inventory.DNS{Service: dnsService("openshift-dns", "dns-default", intstr.FromString("dns"), openShift, "172.30.0.10")},
			[]string{"openshift-dns map[dns.operator.openshift.io/daemonset-dns:default] UDP/dns TCP/dns-tcp"}, append(append([]string{}, wellKnown...), "172.30.0.10/32"),
		},
		"a target port that is left out": {
			inventory.DNS{Service: dnsService("kube-system", "kube-dns", intstr.IntOrString{}, kubeDNS, "10.96.0.10")},
			[]string{"kube-system map[k8s-app:kube-dns] UDP/53 TCP/53"}, append([]string{"10.96.0.10/32"}, wellKnown...),
		},
		"a Service without selector": {
			inventory.DNS{Service: dnsService("kube-system", "kube-dns", intstr.FromInt32(53), nil, "10.96.0.10")},
			[]string{"kube-system [coredns kube-dns] UDP/53 TCP/53", "openshift-dns map[dns.operator.openshift.io/daemonset-dns:default] UDP/5353 TCP/5353"},
			append([]string{"10.96.0.10/32"}, wellKnown...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			entry, _ := baseline.Lookup("allow-dns")
			set := entry.Set(baseline.DNSOf(&inventory.Inventory{DNS: test.dns}))
			np := set.Policies("shop")[0]
			if problems := validation.NetworkPolicy(np); len(problems) > 0 {
				t.Errorf("the API server would refuse it: %v", problems)
			}
			last := len(np.Spec.Egress) - 1
			var pods, blocks []string
			for _, rule := range np.Spec.Egress[:last] {
				pods = append(pods, describe(rule))
			}
			for _, peer := range np.Spec.Egress[last].To {
				blocks = append(blocks, peer.IPBlock.CIDR)
			}
			if diff := cmp.Diff(test.pods, pods); diff != "" {
				t.Errorf("pods (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.blocks, blocks); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
			// The same again, also from pods in another order.
			if n := len(test.dns.Pods); n > 1 {
				test.dns.Pods[0], test.dns.Pods[n-1] = test.dns.Pods[n-1], test.dns.Pods[0]
			}
			again := entry.Set(baseline.DNSOf(&inventory.Inventory{DNS: test.dns})).Policies("shop")[0]
			if diff := cmp.Diff(np, again); diff != "" {
				t.Errorf("it is not the same twice:\n%s", diff)
			}
		})
	}
}

func describe(rule networkingv1.NetworkPolicyEgressRule) string {
	peer := rule.To[0]
	text := peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
	if len(peer.PodSelector.MatchExpressions) > 0 {
		text += fmt.Sprintf(" %v", peer.PodSelector.MatchExpressions[0].Values)
	} else {
		text += fmt.Sprintf(" %v", peer.PodSelector.MatchLabels)
	}
	for _, port := range rule.Ports {
		text += fmt.Sprintf(" %s/%s", *port.Protocol, port.Port)
	}
	return text
}
