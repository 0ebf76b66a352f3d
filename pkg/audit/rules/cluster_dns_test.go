package rules_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// dnsCluster is a cluster with one pod, whose egress has one rule, and its DNS: a Service and a pod.
type dnsCluster struct {
	// namespace, labels and address are those of the DNS pod; no address: there is no such pod.
	namespace, labels, address string
	// service is the address of its Service; none: there is no such Service.
	service string
	// target is the Service's target port; name and number are those of the pod's ports.
	target, name string
	number       int
	onlyUDP      bool
	// nodeLocal is a document that shows a node-local cache.
	nodeLocal string
	// pod is the asking pod's spec, and address its own.
	spec, podAddress string
}

func (c dnsCluster) String() string {
	var docs []string
	add := func(format string, args ...any) { docs = append(docs, fmt.Sprintf(format, args...)) }
	add(`{apiVersion: v1, kind: Namespace, metadata: {name: shop}}`)
	add(`{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {name: dns}}}`, c.namespace)
	add(`{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c, image: i}], %s}, status: {podIPs: [{ip: '%s'}]}}`, c.spec, c.podAddress)
	tcp := fmt.Sprintf(`, {name: dns-tcp, port: 53, protocol: TCP, targetPort: %s}`, tcpTarget(c.target))
	tcpPort := fmt.Sprintf(`, {name: %s-tcp, containerPort: %d, protocol: TCP}`, c.name, c.number)
	if c.onlyUDP {
		tcp, tcpPort = "", ""
	}
	if c.service != "" {
		add(`{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: %s}, spec: {clusterIPs: [%s], selector: %s, ports: [{name: dns, port: 53, protocol: UDP, targetPort: %s}%s]}}`,
			c.namespace, c.service, c.labels, c.target, tcp)
	}
	if c.address != "" {
		add(`{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: %s, labels: %s}, spec: {dnsPolicy: Default, containers: [{name: c, image: i, ports: [{name: %s, containerPort: %d, protocol: UDP}%s]}]}, status: {podIPs: [{ip: '%s'}]}}`,
			c.namespace, c.labels, c.name, c.number, tcpPort, c.address)
	}
	if c.nodeLocal != "" {
		add("%s", c.nodeLocal)
	}
	return strings.Join(docs, "\n---\n")
}

func tcpTarget(target string) string {
	if target == "dns" {
		return "dns-tcp"
	}
	return target
}

var (
	// kubeadm is what most clusters look like.
	kubeadm = dnsCluster{namespace: "kube-system", labels: "{k8s-app: kube-dns}", address: "10.244.0.2", service: "10.96.0.10", target: "53", name: "dns", number: 53, podAddress: "10.244.1.7"}
	// openShift serves DNS on 5353.
	openShift = dnsCluster{namespace: "openshift-dns", labels: "{dns.operator.openshift.io/daemonset-dns: default}", address: "10.128.0.2", service: "172.30.0.10", target: "dns", name: "dns", number: 5353, podAddress: "10.128.1.7"}
	// unread is a cluster of whose DNS nothing is known.
	unread = dnsCluster{namespace: "payments", podAddress: "10.244.1.7"}
)

func (c dnsCluster) with(change func(*dnsCluster)) dnsCluster {
	change(&c)
	return c
}

const (
	nodeLocalDaemonSet = `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cache, namespace: kube-system}, spec: {selector: {matchLabels: {k8s-app: node-local-dns}}, template: {metadata: {labels: {k8s-app: node-local-dns}}, spec: {hostNetwork: true, dnsPolicy: Default, containers: [{name: c, image: i}]}}}}`
	nodeLocalPod       = `{apiVersion: v1, kind: Pod, metadata: {name: cache-x, namespace: kube-system, labels: {k8s-app: node-local-dns}}, spec: {hostNetwork: true, dnsPolicy: Default, containers: [{name: c, image: i}]}}`
	nodeLocalElsewhere = `{apiVersion: v1, kind: Pod, metadata: {name: cache-x, namespace: payments, labels: {k8s-app: node-local-dns}}, spec: {containers: [{name: c, image: i}]}}`

	toKubeDNS   = `to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]`
	toOpenShift = `to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}}]`
	toItself    = `to: [{podSelector: {}}]`
	both53      = `ports: [{port: 53, protocol: UDP}, {port: 53}]`
	both5353    = `ports: [{port: 5353, protocol: UDP}, {port: 5353}]`
	udpAndTCP   = "UDP and TCP"
)

func toBlock(cidr string) string { return fmt.Sprintf(`to: [{ipBlock: {cidr: '%s'}}]`, cidr) }

func TestWhoReachesTheClustersDNS(t *testing.T) {
	nodeLocal := kubeadm.with(func(c *dnsCluster) { c.nodeLocal = nodeLocalDaemonSet })
	dualStack := kubeadm.with(func(c *dnsCluster) { c.service = "10.96.0.10, 'fd00:96::a'" })
	ipv6 := kubeadm.with(func(c *dnsCluster) { c.service, c.address, c.podAddress = "'fd00:96::a'", "fd00:10::2", "fd00:10::7" })
	for _, tt := range []struct {
		name    string
		cluster dnsCluster
		rule    string // of egress
		cut     string // the protocols that are; none: nothing is found
	}{
		{"nobody is allowed but pods of the namespace", kubeadm, toItself, udpAndTCP},
		{"the pods of the Service", kubeadm, toKubeDNS, ""},
		{"the pods of the Service, on its port", kubeadm, toKubeDNS + ", " + both53, ""},
		{"only UDP", kubeadm, toKubeDNS + ", ports: [{port: 53, protocol: UDP}]", "TCP"},
		{"only TCP", kubeadm, toKubeDNS + ", ports: [{port: 53}]", "UDP"},
		{"another port", kubeadm, toKubeDNS + ", ports: [{port: 54, protocol: UDP}, {port: 54}]", udpAndTCP},
		{"a range around the port", kubeadm, toKubeDNS + ", ports: [{port: 1, endPort: 53, protocol: UDP}, {port: 53, endPort: 99}]", ""},
		{"a range that ends before it", kubeadm, toKubeDNS + ", ports: [{port: 1, endPort: 52, protocol: UDP}, {port: 54, endPort: 99}]", udpAndTCP},
		{"the port by its name", kubeadm, toKubeDNS + ", ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]", ""},
		{"the port by another name", kubeadm, toKubeDNS + ", ports: [{port: domain, protocol: UDP}, {port: domain}]", udpAndTCP},
		{"a Service that serves no TCP cannot be asked over TCP", kubeadm.with(func(c *dnsCluster) { c.onlyUDP = true }), toKubeDNS + ", ports: [{port: 53, protocol: UDP}]", ""},
		{"everybody on the port", kubeadm, both53, ""},
		{"all pods", kubeadm, `to: [{namespaceSelector: {}}]`, ""},
		{"the namespace by a label that is known", kubeadm, `to: [{namespaceSelector: {matchLabels: {name: dns}}}]`, ""},
		{"the namespace by a label that it has not", kubeadm, `to: [{namespaceSelector: {matchLabels: {name: kube-system}}}]`, udpAndTCP},
		{"the address of the pod", kubeadm, toBlock("10.244.0.0/16"), ""},
		{"only the Service's address, which is translated before", kubeadm, toBlock("10.96.0.10/32"), udpAndTCP},
		{"the Service's address as one of all addresses", kubeadm, toBlock("0.0.0.0/0"), ""},
		{"all addresses but those of pods", kubeadm, `to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.244.0.0/16]}}]`, udpAndTCP},
		{"node-local's address, where there is none", kubeadm, toBlock("169.254.20.10/32"), udpAndTCP},
		{"Cloud DNS, where the DNS is in the cluster", kubeadm, toBlock("169.254.169.254/32"), udpAndTCP},

		{"OpenShift: its port", openShift, toOpenShift + ", " + both5353, ""},
		{"OpenShift: its port by name", openShift, toOpenShift + ", ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]", ""},
		{"OpenShift: the Service's port", openShift, toOpenShift + ", " + both53, udpAndTCP},
		{"OpenShift: the target by its number", openShift.with(func(c *dnsCluster) { c.target = "5353" }), toOpenShift + ", " + both5353, ""},
		{"OpenShift: the Service's port where the target is a number", openShift.with(func(c *dnsCluster) { c.target = "5353" }), toOpenShift + ", " + both53, udpAndTCP},

		{"node-local: its address", nodeLocal, toBlock("169.254.20.10/32") + ", " + both53, ""},
		{"node-local: its address over UDP only", nodeLocal, toBlock("169.254.20.10/32") + ", ports: [{port: 53, protocol: UDP}]", "TCP"},
		{"node-local: only the pods of the Service", nodeLocal, toKubeDNS, udpAndTCP},
		{"node-local: every pod", nodeLocal, `to: [{namespaceSelector: {}}]`, udpAndTCP},
		{"node-local: the Service's address, at which it answers", nodeLocal, toBlock("10.96.0.10/32"), ""},
		{"node-local: another address", nodeLocal, toBlock("10.96.0.11/32"), udpAndTCP},
		{"node-local: shown by a pod", kubeadm.with(func(c *dnsCluster) { c.nodeLocal = nodeLocalPod }), toKubeDNS, udpAndTCP},
		{"node-local: a pod of that label elsewhere is none", kubeadm.with(func(c *dnsCluster) { c.nodeLocal = nodeLocalElsewhere }), toKubeDNS, ""},
		{"node-local: the Service's other address", dualStack.with(func(c *dnsCluster) { c.nodeLocal = nodeLocalDaemonSet }), toBlock("fd00:96::/112"), ""},

		{"IPv6: the pods of the Service", ipv6, toKubeDNS, ""},
		{"IPv6: the address of the pod", ipv6, toBlock("fd00:10::/64"), ""},
		{"IPv6: only the Service's address", ipv6, toBlock("fd00:96::a/128"), udpAndTCP},
		{"IPv6: every IPv4 address", ipv6, toBlock("0.0.0.0/0"), udpAndTCP},
		{"IPv6: node-local at the Service's address", ipv6.with(func(c *dnsCluster) { c.nodeLocal = nodeLocalDaemonSet }), toBlock("fd00:96::a/128"), ""},

		{"unread: nobody", unread, toItself, udpAndTCP},
		{"unread: kube-dns in its usual place", unread, toKubeDNS + ", " + both53, ""},
		{"unread: CoreDNS by the label of its chart", unread, `to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {app.kubernetes.io/name: coredns}}}]`, ""},
		{"unread: OpenShift's in its usual place", unread, toOpenShift + ", " + both5353, ""},
		{"unread: OpenShift's on the Service's port", unread, toOpenShift + ", " + both53, udpAndTCP},
		{"unread: the namespace by a label that may be there", unread, `to: [{namespaceSelector: {matchLabels: {name: kube-system}}}]`, ""},
		{"unread: the namespace by a label that a namespace of the input has", unread, `to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments}}}]`, udpAndTCP},
		{"unread: node-local", unread, toBlock("169.254.20.10/32"), ""},
		{"unread: Cloud DNS", unread, toBlock("169.254.169.254/32"), ""},
		{"unread: Cloud DNS over UDP only", unread, toBlock("169.254.169.254/32") + ", ports: [{port: 53, protocol: UDP}]", "TCP"},
		{"unread: any other address, which may be the Service's or its pods'", unread, toBlock("10.96.0.10/32"), ""},
		{"unread: another port", unread, toKubeDNS + ", ports: [{port: 5353, protocol: UDP}, {port: 5353}]", udpAndTCP},

		{"only the Service is known: its pods by what it selects", kubeadm.with(func(c *dnsCluster) { c.address, c.labels = "", "{app: names}" }),
			`to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {app: names}}}], ` + both53, ""},
		{"only the Service is known: its target", openShift.with(func(c *dnsCluster) { c.address, c.target, c.labels = "", "1053", "{app: names}" }),
			toOpenShift + ", ports: [{port: 1053, protocol: UDP}, {port: 1053}]", ""},
		{"only the Service is known: another port", openShift.with(func(c *dnsCluster) { c.address, c.target, c.labels = "", "1053", "{app: names}" }),
			toOpenShift + ", " + both53, udpAndTCP},

		{"a pod that asks as its node does", kubeadm.with(func(c *dnsCluster) { c.spec = "dnsPolicy: Default" }), toItself, ""},
		{"a pod that names whom it asks", kubeadm.with(func(c *dnsCluster) { c.spec = "dnsPolicy: None" }), toItself, ""},
		{"a pod that asks the cluster first", kubeadm.with(func(c *dnsCluster) { c.spec = "dnsPolicy: ClusterFirst" }), toItself, udpAndTCP},
		{"a pod that would on the host network too", kubeadm.with(func(c *dnsCluster) { c.spec = "dnsPolicy: ClusterFirstWithHostNet" }), toItself, udpAndTCP},
		{"a pod on the host network", kubeadm.with(func(c *dnsCluster) { c.spec = "hostNetwork: true" }), toItself, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := cluster(t, tt.cluster.String()+fmt.Sprintf(`
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{%s}]}}`, tt.rule))
			got := ""
			for _, message := range messages(t, inv, "egress-without-dns") {
				_, after, _ := strings.Cut(message, " over ")
				protocols, pods, _ := strings.Cut(after, ": ")
				if pods != "pod/web" {
					t.Errorf("%q is not about pod/web", message)
				}
				got += protocols
			}
			if got != tt.cut {
				t.Errorf("cut off over %q, want %q", got, tt.cut)
			}
		})
	}
}

// Where only the namespaces in scope were read, the DNS stands beside them.
func TestTheDNSMayStandBesideWhatIsInScope(t *testing.T) {
	const policy = "\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{%s}]}}"
	for _, tt := range []struct {
		name   string
		rule   string
		change func(*inventory.DNS)
		want   []string
	}{
		{"its pods are reached", toKubeDNS, func(*inventory.DNS) {}, nil},
		{"its pods are not", toItself, func(*inventory.DNS) {}, []string{"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/web"}},
		{"not on their own port", toKubeDNS + ", " + both53, func(dns *inventory.DNS) {
			for i := range dns.Service.Ports {
				dns.Service.Ports[i].TargetPort.IntVal = 1053
			}
		}, []string{"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/web"}},
		{"a node-local cache is there", toKubeDNS, func(dns *inventory.DNS) { dns.NodeLocal = true }, []string{"1 pod cannot ask the node-local cache 169.254.20.10 over UDP and TCP: pod/web"}},
		{"a node-local cache is reached", toBlock("169.254.20.10/32"), func(dns *inventory.DNS) { dns.NodeLocal = true }, nil},
		{"the address of a pod beside them", toBlock("10.244.0.2/32"), func(*inventory.DNS) {}, nil},
		{"the address of another", toBlock("10.244.0.3/32"), func(*inventory.DNS) {}, []string{"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/web"}},
		{"a finished pod is none", toBlock("10.244.0.3/32"), func(dns *inventory.DNS) {
			done := dns.Pods[0]
			done.Finished, done.IPs = true, []netip.Addr{netip.MustParseAddr("10.244.0.3")}
			dns.Pods = append(dns.Pods, done)
		}, []string{"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/web"}},
		{"a pod that the Service does not select is none", toBlock("10.244.0.3/32"), func(dns *inventory.DNS) {
			other := dns.Pods[0]
			other.Labels, other.IPs = map[string]string{"k8s-app": "metrics"}, []netip.Addr{netip.MustParseAddr("10.244.0.3")}
			dns.Pods = append(dns.Pods, other)
		}, []string{"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/web"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := cluster(t, kubeadm.String()+fmt.Sprintf(policy, tt.rule))
			for _, w := range inv.Workloads {
				if w.Namespace == "kube-system" {
					inv.DNS.Pods = append(inv.DNS.Pods, w)
				}
			}
			onlyShop(inv, false)
			tt.change(&inv.DNS)
			if diff := cmp.Diff(tt.want, messages(t, inv, "egress-without-dns")); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

// Pods of one policy can be cut off differently: an IPv6 address is in no IPv4 block. What is found is in the same order, however
// the pods come.
func TestWhatIsCutOffComesInOneOrder(t *testing.T) {
	const text = `
{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {dnsPolicy: Default, containers: [{name: c, image: i}]}, status: {podIPs: [{ip: 10.244.0.2}, {ip: 'fd00:10::2'}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIPs: [10.96.0.10], selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: four, namespace: shop}, spec: {containers: [{name: c, image: i}]}, status: {podIPs: [{ip: 10.244.1.4}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: six, namespace: shop}, spec: {containers: [{name: c, image: i}]}, status: {podIPs: [{ip: 'fd00:10::6'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: both, namespace: shop}, spec: {containers: [{name: c, image: i}]}, status: {podIPs: [{ip: 10.244.1.7}, {ip: 'fd00:10::7'}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.244.0.0/24}}], ports: [{port: 53, protocol: UDP}]}]}}`
	want := []string{
		"2 pods cannot ask the pods of Service kube-system/kube-dns over TCP: pod/both, pod/four",
		"1 pod cannot ask the pods of Service kube-system/kube-dns over UDP and TCP: pod/six",
	}
	for range 20 {
		inv := cluster(t, text)
		rand.Shuffle(len(inv.Workloads), func(i, j int) { inv.Workloads[i], inv.Workloads[j] = inv.Workloads[j], inv.Workloads[i] })
		if diff := cmp.Diff(want, messages(t, inv, "egress-without-dns")); diff != "" {
			t.Fatalf("found (-want +got):\n%s", diff)
		}
	}
}
