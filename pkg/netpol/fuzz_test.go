package netpol_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// fuzzed is a question in JSON, which brings out what generators do not: fields that are absent, null, empty or absurd.
type fuzzed struct {
	Namespaces []netpol.Namespace
	Pods       []netpol.Pod
	Policies   []*networkingv1.NetworkPolicy
	Port       int32
	Protocol   corev1.Protocol
	Addresses  []string
}

// FuzzEveryQuestion asks everything about whatever cluster the bytes say: nothing may panic, and the ways of asking must agree.
func FuzzEveryQuestion(f *testing.F) {
	seeds, err := filepath.Glob("testdata/questions/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range seeds {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var q fuzzed
		if json.Unmarshal(text, &q) != nil || len(q.Pods) > 20 || len(q.Policies) > 20 {
			return
		}
		q.ask(t)
	})
}

// FuzzAgainstTheNaiveImplementation lets the fuzzer choose what the generators draw.
func FuzzAgainstTheNaiveImplementation(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(rapid.MakeFuzz(connectionsAgree))
}

func (q *fuzzed) ask(t *testing.T) {
	c := netpol.New(q.Namespaces, q.Pods, q.Policies)
	ends := []netpol.Endpoint{{}, netpol.AtPod(len(q.Pods))}
	pods := []int{-1, len(q.Pods)}
	for i, p := range q.Pods {
		ends, pods = append(ends, netpol.AtPod(i)), append(pods, i)
		for _, a := range p.IPs {
			ends = append(ends, netpol.AtAddress(a))
		}
		for _, d := range []netpol.Direction{netpol.Ingress, netpol.Egress, "sideways"} {
			c.Posture(i, d)
			c.Selecting(i, d)
		}
	}
	for i := range q.Policies {
		c.Selected(i)
		c.Isolates(i)
	}
	for _, ns := range q.Namespaces {
		c.NewPodPosture(ns.Name, netpol.Ingress)
	}
	c.Warnings()
	for _, text := range q.Addresses {
		var end netpol.Endpoint
		if a, err := netip.ParseAddr(text); err == nil {
			end = netpol.AtAddress(a)
		}
		ends = append(ends, end)
	}
	ports := []int32{q.Port, 0, 1, 80, 65535}
	protocols := append([]corev1.Protocol{q.Protocol}, allProtocols...)
	for _, src := range ends {
		for _, dst := range ends {
			all := c.Allowed(src, dst)
			_ = all.Allowed.String() + all.Unknown.String()
			for _, port := range ports {
				for _, protocol := range protocols {
					agree(t, c.Connect(src, dst, port, protocol).Verdict, port, protocol, all.Allowed, all.Unknown)
				}
			}
		}
	}
	one, all := c.Matrix(pods, q.Port, q.Protocol), c.PortMatrix(pods)
	for i, src := range pods {
		for j, dst := range pods {
			want := c.Connect(netpol.AtPod(src), netpol.AtPod(dst), q.Port, q.Protocol).Verdict
			if got := one.Verdict(i, j); got != want {
				t.Fatalf("matrix: pod %d -> pod %d: got %s, want %s", src, dst, got, want)
			}
			allowed, unknown := all.Allowed(i, j)
			agree(t, want, q.Port, q.Protocol, allowed, unknown)
		}
	}
}

func validPort(port int32, protocol corev1.Protocol) bool {
	switch protocol {
	case "", corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
		return 1 <= port && port <= 65535
	default:
		return true
	}
}

// agree checks one port's verdict against the sets of all ports.
func agree(t *testing.T, verdict netpol.Verdict, port int32, protocol corev1.Protocol, allowed, unknown netpol.PortSet) {
	t.Helper()
	if !validPort(port, protocol) {
		return
	}
	if protocol == "" {
		protocol = corev1.ProtocolTCP
	}
	if allowed.Contains(port, protocol) != (verdict == netpol.Allowed) || unknown.Contains(port, protocol) != (verdict == netpol.Unknown) {
		t.Fatalf("%d/%s is %s, of all ports %s are allowed and %s unknown", port, protocol, verdict, allowed, unknown)
	}
}
