package netpol_test

import (
	"bufio"
	"errors"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// manifests are a cluster read from YAML.
type manifests struct {
	*netpol.Cluster
	pods map[string]int
}

func readFile(t testing.TB, file string) manifests {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return readManifests(t, string(text))
}

func readManifests(t testing.TB, text string) manifests {
	t.Helper()
	var (
		namespaces []netpol.Namespace
		pods       []netpol.Pod
		policies   []*networkingv1.NetworkPolicy
	)
	m := manifests{pods: map[string]int{}}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var meta runtime.TypeMeta
		mustRead(t, document, &meta)
		switch meta.Kind {
		case "Namespace":
			var ns corev1.Namespace
			mustRead(t, document, &ns)
			namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels})
		case "Pod":
			var pod corev1.Pod
			mustRead(t, document, &pod)
			m.pods[pod.Namespace+"/"+pod.Name] = len(pods)
			pods = append(pods, podOf(t, &pod))
		case "NetworkPolicy":
			policy := &networkingv1.NetworkPolicy{}
			mustRead(t, document, policy)
			policies = append(policies, policy)
		default:
			t.Fatalf("kind %q in\n%s", meta.Kind, document)
		}
	}
	m.Cluster = netpol.New(namespaces, pods, policies)
	return m
}

func podOf(t testing.TB, pod *corev1.Pod) netpol.Pod {
	p := netpol.Pod{
		Namespace: pod.Namespace, Name: pod.Name, Labels: pod.Labels,
		HostNetwork: pod.Spec.HostNetwork, NodeName: pod.Spec.NodeName,
		Finished: pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed,
		Ports:    netpol.ContainerPorts(&pod.Spec),
	}
	for _, ip := range pod.Status.PodIPs {
		p.IPs = append(p.IPs, mustAddr(t, ip.IP))
	}
	if len(p.IPs) == 0 && pod.Status.PodIP != "" {
		p.IPs = append(p.IPs, mustAddr(t, pod.Status.PodIP))
	}
	if pod.Status.HostIP != "" {
		p.HostIPs = append(p.HostIPs, mustAddr(t, pod.Status.HostIP))
	}
	return p
}

func (m manifests) endpoint(t *testing.T, name string) netpol.Endpoint {
	t.Helper()
	if i, ok := m.pods[name]; ok {
		return netpol.AtPod(i)
	}
	return netpol.AtAddress(mustAddr(t, name))
}

func mustRead(t testing.TB, document []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(document, into); err != nil {
		t.Fatalf("%v in\n%s", err, document)
	}
}

func mustAddr(t testing.TB, text string) netip.Addr {
	t.Helper()
	addr, err := netip.ParseAddr(text)
	if err != nil {
		t.Fatal(err)
	}
	return addr
}
