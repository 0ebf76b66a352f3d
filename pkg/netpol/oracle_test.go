package netpol_test

import (
	"bufio"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// TestCasesMadeByOthers answers every line of every case in the folder that CIS532_ORACLE names: a folder of folders, each
// with manifests.yaml and checks.txt (SOURCE DESTINATION PORT/PROTOCOL allow|deny).
func TestCasesMadeByOthers(t *testing.T) {
	root := os.Getenv("CIS532_ORACLE")
	if root == "" {
		t.Skip("CIS532_ORACLE names no folder of cases")
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "checks.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no */*/checks.txt in %s: %v", root, err)
	}
	agreed, lines := 0, 0
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			m := readManifests(t, filepath.Join(folder, "manifests.yaml"))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			here, right := 0, 0
			for number, line := range strings.Split(string(text), "\n") {
				line, _, _ = strings.Cut(line, "#")
				fields := strings.Fields(line)
				if len(fields) == 0 {
					continue
				}
				if len(fields) != 4 {
					t.Fatalf("line %d: %q", number+1, line)
				}
				here++
				if m.agrees(t, fields) {
					right++
				}
			}
			t.Logf("%d of %d lines agree", right, here)
			agreed, lines = agreed+right, lines+here
		})
	}
	t.Logf("cases made by others: %d of %d lines agree, in %d cases", agreed, lines, len(files))
}

// manifests are a cluster read from YAML.
type manifests struct {
	*netpol.Cluster
	pods map[string]int
}

func readManifests(t testing.TB, file string) manifests {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var (
		namespaces []netpol.Namespace
		pods       []netpol.Pod
		policies   []*networkingv1.NetworkPolicy
	)
	m := manifests{pods: map[string]int{}}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(f))
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
			t.Fatalf("%s: kind %q", file, meta.Kind)
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

func (m manifests) agrees(t *testing.T, fields []string) bool {
	t.Helper()
	port, protocol, _ := strings.Cut(fields[2], "/")
	number, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := map[string]netpol.Verdict{"allow": netpol.Allowed, "deny": netpol.Denied}[fields[3]]
	if !ok {
		t.Fatalf("%q is neither allow nor deny", fields[3])
	}
	src, dst := m.endpoint(t, fields[0]), m.endpoint(t, fields[1])
	got := m.Connect(src, dst, int32(number), corev1.Protocol(protocol))
	if got.Verdict != want {
		t.Errorf("%s: %+v", strings.Join(fields, " "), got)
		return false
	}
	all := m.Allowed(src, dst)
	if all.Allowed.Contains(int32(number), corev1.Protocol(protocol)) != (want == netpol.Allowed) || !all.Unknown.IsEmpty() {
		t.Errorf("%s: of all ports: %+v", strings.Join(fields, " "), all)
		return false
	}
	return true
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
