package rules

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// dnsProtocols are those over which DNS must be reached.
var dnsProtocols = inventory.DNSProtocols

// dnsTarget is one place that answers the pods' queries.
type dnsTarget struct {
	// name is how messages call it.
	name string
	ends []dnsEnd
}

// dnsEnd is an endpoint of a target, with its port for each of dnsProtocols; 0 where it serves none.
type dnsEnd struct {
	endpoint netpol.Endpoint
	ports    [len(dnsProtocols)]int32
}

// dnsPod is a pod of the cluster's DNS: one of the index, or one beside it.
type dnsPod struct {
	known int // -1 where it is beside it
	pod   netpol.Pod
	// port is that of a pod that is only imagined; 0 where the Service says it.
	port int32
}

// imaginedDNS are the pods that serve DNS by convention, where the facts hold none: manifests of a team seldom hold the
// cluster's own. Where its Service is known (nil: it is not), they may also be those that it selects.
func imaginedDNS(service *inventory.Service) []dnsPod {
	var pods []dnsPod
	add := func(namespace string, port int32, labels map[string]string) {
		pods = append(pods, dnsPod{known: -1, port: port, pod: newWorkloadPod(namespace, fmt.Sprintf("pod/dns-%d", len(pods)), labels,
			netpol.ContainerPort{Name: "dns", Protocol: corev1.ProtocolUDP, Port: port},
			netpol.ContainerPort{Name: "dns-tcp", Protocol: corev1.ProtocolTCP, Port: port})})
	}
	add("kube-system", 53, map[string]string{"k8s-app": "kube-dns", "app.kubernetes.io/name": "coredns"})
	add("kube-system", 53, map[string]string{"k8s-app": "coredns"})
	add("openshift-dns", inventory.OpenShiftDNSPort, map[string]string{"dns.operator.openshift.io/daemonset-dns": "default"})
	if service == nil || len(service.Selector) == 0 {
		return pods
	}
	for _, p := range service.Ports {
		switch {
		case p.Port != 53 || p.Protocol != corev1.ProtocolUDP:
		case p.TargetPort.Type == intstr.String:
			add(service.Namespace, 53, service.Selector)
			add(service.Namespace, inventory.OpenShiftDNSPort, service.Selector)
		default:
			add(service.Namespace, cmp.Or(p.TargetPort.IntVal, p.Port), service.Selector)
		}
	}
	return pods
}

// dnsPods are the pods behind the DNS Service, or those of the convention.
func (f *Facts) dnsPods() []dnsPod {
	service := f.inv.DNS.Service
	if service == nil || len(service.Selector) == 0 {
		return imaginedDNS(service)
	}
	var pods []dnsPod
	selector := labels.SelectorFromSet(service.Selector)
	for _, i := range f.pods[service.Namespace] {
		if selector.Matches(labels.Set(f.workloads[i].Labels)) {
			pods = append(pods, dnsPod{known: i, pod: f.workloads[i].Pod})
		}
	}
	for i := range f.inv.DNS.Pods {
		if w := &f.inv.DNS.Pods[i]; f.indexOf(w) < 0 && !w.Finished && selector.Matches(labels.Set(w.Labels)) {
			pods = append(pods, dnsPod{known: -1, pod: w.Pod})
		}
	}
	if len(pods) == 0 {
		return imaginedDNS(service)
	}
	return pods
}

// dnsTargets are where pods must be able to ask for names: it is enough to reach one of them. "Service traffic is judged
// after the Service address became a pod address and target port", so that the Service's own address is none, except where a node-local cache answers at
// it before it is translated.
func (f *Facts) dnsTargets() []dnsTarget {
	service := f.inv.DNS.Service
	atAddress := func(addr netip.Addr) dnsEnd { return dnsEnd{netpol.AtAddress(addr), [...]int32{53, 53}} }
	if f.nodeLocalDNS() {
		target := dnsTarget{name: "the node-local cache " + inventory.NodeLocalDNSAddress.String(), ends: []dnsEnd{atAddress(inventory.NodeLocalDNSAddress)}}
		if service != nil {
			for _, addr := range service.IPs {
				target.ends = append(target.ends, atAddress(addr))
			}
		}
		return []dnsTarget{target}
	}
	pods, around := f.dnsPods(), f.surrounding()
	target := dnsTarget{}
	imagined := pods[0].port != 0
	if imagined {
		target.name = "the cluster's DNS (kube-system/kube-dns by convention)"
	} else {
		target.name = fmt.Sprintf("the pods of Service %s/%s", service.Namespace, service.Name)
	}
	for i, pod := range pods {
		end := dnsEnd{endpoint: netpol.AtPod(around.dns[i])}
		for p, protocol := range dnsProtocols {
			if imagined {
				end.ports[p] = pod.port
			} else {
				end.ports[p] = service.TargetPort(&pod.pod, 53, protocol)
			}
		}
		target.ends = append(target.ends, end)
	}
	targets := []dnsTarget{target}
	if imagined {
		targets = append(targets,
			dnsTarget{"the node-local cache " + inventory.NodeLocalDNSAddress.String(), []dnsEnd{atAddress(inventory.NodeLocalDNSAddress)}},
			dnsTarget{"Cloud DNS " + inventory.CloudDNSAddress.String(), []dnsEnd{atAddress(inventory.CloudDNSAddress)}})
	}
	return targets
}

// nodeLocalDNS says whether a node-local cache runs in the cluster.
func (f *Facts) nodeLocalDNS() bool {
	if f.inv.DNS.NodeLocal {
		return true
	}
	for _, i := range f.pods["kube-system"] {
		if f.workloads[i].IsNodeLocalDNS() {
			return true
		}
	}
	return false
}

// dnsCut lists the protocols over which a pod surely reaches none of the targets.
func (f *Facts) dnsCut(pod int, targets []dnsTarget) []string {
	var cut []string
	for i, protocol := range dnsProtocols {
		if !f.reachesDNS(pod, targets, i) {
			cut = append(cut, string(protocol))
		}
	}
	return cut
}

// reachesDNS says whether the pod's egress lets a query out to a target, or may.
func (f *Facts) reachesDNS(pod int, targets []dnsTarget, protocol int) bool {
	served := false
	for _, target := range targets {
		for _, end := range target.ends {
			if end.ports[protocol] == 0 {
				continue
			}
			served = true
			answer := f.surrounding().cluster.Connect(netpol.AtPod(pod), end.endpoint, end.ports[protocol], dnsProtocols[protocol])
			if answer.Egress.Verdict != netpol.Denied {
				return true
			}
		}
	}
	return !served // what serves no TCP cannot be cut off from it
}

// targetNames names the targets.
func targetNames(targets []dnsTarget) string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return strings.Join(names, ", ")
}

// needsClusterDNS says whether a pod asks the cluster's DNS: those with dnsPolicy Default ask as their node does, and
// those with None whom they name themselves.
func needsClusterDNS(w *inventory.Workload) bool {
	return w.DNSPolicy != corev1.DNSDefault && w.DNSPolicy != corev1.DNSNone
}
