package netpol_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// TestMain has the properties tried thousands of times, from a seed that is printed, unless flags say otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	set := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { set[f.Name] = true })
	choose := func(name, value string) {
		if !set[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	checks := "2000"
	if testing.Short() {
		checks = "200"
	}
	choose("rapid.checks", checks)
	choose("rapid.seed", fmt.Sprint(rand.Uint64()))
	os.Exit(m.Run())
}

// check tries a property, and says from which seed.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	t.Logf("-rapid.seed=%s -rapid.checks=%s", flag.Lookup("rapid.seed").Value, flag.Lookup("rapid.checks").Value)
	rapid.Check(t, property)
}

func (n naive) index() *netpol.Cluster { return netpol.New(n.namespaces, n.pods, n.policies) }

var (
	verdicts     = [...]netpol.Verdict{no: netpol.Denied, maybe: netpol.Unknown, yes: netpol.Allowed}
	allProtocols = []corev1.Protocol{"TCP", "UDP", "SCTP", "ICMP"}
)

func (n naive) String() string {
	text, err := yaml.Marshal(map[string]any{"namespaces": n.namespaces, "pods": n.pods, "policies": n.policies})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestOneConnectionIsJudgedAsTheNaiveImplementationJudgesIt(t *testing.T) {
	check(t, connectionsAgree)
}

func connectionsAgree(t *rapid.T) {
	n := drawCluster(t)
	c := n.index()
	ends, ports := n.ends(), n.ports()
	for range 40 {
		src, dst := pick(t, ends, "source"), pick(t, ends, "destination")
		port, protocol := pick(t, ports, "port"), pick(t, allProtocols, "protocol")
		got := c.Connect(src.endpoint(), dst.endpoint(), port, protocol)
		if want := verdicts[n.connect(src, dst, port, protocol)]; got.Verdict != want {
			t.Fatalf("%v -> %v %d/%s: got %s, want %s\n%+v\n%s", src, dst, port, protocol, got.Verdict, want, got, n)
		}
		if alone := c.Verdict(src.endpoint(), dst.endpoint(), port, protocol); alone != got.Verdict {
			t.Fatalf("%v -> %v %d/%s: the verdict alone is %s, with its reasons %s\n%s", src, dst, port, protocol, alone, got.Verdict, n)
		}
		coherent(t, got)
	}
}

// coherent checks that an answer's parts say what the whole says.
func coherent(t *rapid.T, a netpol.Answer) {
	t.Helper()
	want := netpol.Allowed
	switch {
	case a.Egress.Verdict == netpol.Denied || a.Ingress.Verdict == netpol.Denied:
		want = netpol.Denied
	case a.Egress.Verdict == netpol.Unknown || a.Ingress.Verdict == netpol.Unknown:
		want = netpol.Unknown
	}
	if a.Verdict != want {
		t.Fatalf("verdict %s from %+v", a.Verdict, a)
	}
	if a.Verdict == netpol.Unknown && len(a.Notes) == 0 {
		t.Fatalf("unknown, and no note says why: %+v", a)
	}
	for _, d := range []netpol.Decision{a.Egress, a.Ingress} {
		var bad bool
		switch d.Reason {
		case netpol.ReasonNotIsolated:
			bad = d.Verdict != netpol.Allowed || len(d.Policies)+len(d.Rules) > 0
		case netpol.ReasonRule:
			bad = d.Verdict != netpol.Allowed || len(d.Rules) == 0 || len(d.Policies) == 0
		case netpol.ReasonNoRule:
			bad = d.Verdict != netpol.Denied || len(d.Rules) > 0 || len(d.Policies) == 0
		case netpol.ReasonRuleMayMatch:
			bad = d.Verdict != netpol.Unknown || len(d.Rules) == 0
		case netpol.ReasonPolicyMaySelect:
			bad = d.Verdict != netpol.Unknown || len(d.Policies) == 0
		}
		if bad {
			t.Fatalf("reason %s does not fit %+v", d.Reason, d)
		}
	}
}

func TestAllThatIsAllowedIsWhatTheNaiveImplementationAllowsPortByPort(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		ends, ports := n.ends(), n.ports()
		for range 4 {
			src, dst := pick(t, ends, "source"), pick(t, ends, "destination")
			got := c.Allowed(src.endpoint(), dst.endpoint())
			wellFormed(t, got.Allowed)
			wellFormed(t, got.Unknown)
			n.comparePorts(t, src, dst, ports, got.Allowed, got.Unknown)
			if !got.Unknown.IsEmpty() && len(got.Notes) == 0 {
				t.Fatalf("%s is unknown, and no note says why\n%s", got.Unknown, n)
			}
			for _, side := range []netpol.Side{got.Egress, got.Ingress} {
				if !side.Allowed.Intersect(side.Unknown).IsEmpty() || !got.Allowed.Minus(side.Allowed).IsEmpty() {
					t.Fatalf("a side does not fit the whole: %+v", got)
				}
			}
		}
	})
}

func (n naive) comparePorts(t *rapid.T, src, dst naiveEnd, ports []int32, allowed, unknown netpol.PortSet) {
	t.Helper()
	for _, protocol := range allProtocols {
		for _, port := range ports {
			got := no
			switch {
			case allowed.Contains(port, protocol) && unknown.Contains(port, protocol):
				t.Fatalf("%d/%s is both allowed and unknown", port, protocol)
			case allowed.Contains(port, protocol):
				got = yes
			case unknown.Contains(port, protocol):
				got = maybe
			}
			if want := n.connect(src, dst, port, protocol); got != want {
				t.Fatalf("%v -> %v %d/%s: got %s, want %s\n%s", src, dst, port, protocol, verdicts[got], verdicts[want], n)
			}
		}
	}
}

// wellFormed checks that ranges are in order and neither overlap nor adjoin.
func wellFormed(t *rapid.T, s netpol.PortSet) {
	t.Helper()
	for _, protocol := range allProtocols {
		last := int32(-1)
		for _, r := range s.Ranges(protocol) {
			if r.First <= last+1 || r.Last < r.First || r.Last > 65535 {
				t.Fatalf("ranges of %s: %v", protocol, s.Ranges(protocol))
			}
			last = r.Last
		}
	}
}

func TestMatricesAgreeWithTheNaiveImplementationOnEveryPair(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		var pods []int
		for range rapid.IntRange(1, 8).Draw(t, "asked for") {
			pods = append(pods, rapid.IntRange(0, len(n.pods)-1).Draw(t, "pod"))
		}
		n.compareMatrices(t, pods)
	})
}

// A matrix judges pods that seem alike once, which goes wrong where they are alike in all but one thing.
func TestMatricesTellApartPodsThatDifferInOneThing(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		first := n.pods[0]
		first.HostNetwork, first.Finished, first.IPs = false, false, []netip.Addr{netip.MustParseAddr("10.0.0.1")}
		n.pods = n.pods[:1]
		n.pods[0] = first
		for i := range rapid.IntRange(2, 6).Draw(t, "twins") {
			twin, other := first, drawPod(t, i+1)
			switch rapid.IntRange(0, 4).Draw(t, "differs in") {
			case 0:
				twin.Labels = other.Labels
			case 1:
				twin.Ports = other.Ports
			case 2:
				twin.IPs = []netip.Addr{netip.MustParseAddr(fmt.Sprint("10.0.0.", i+2))}
			case 3:
				twin.Namespace = other.Namespace
			case 4:
				twin.HostNetwork, twin.NodeName, twin.HostIPs, twin.IPs = other.HostNetwork, other.NodeName, other.HostIPs, other.IPs
			}
			n.pods = append(n.pods, twin)
		}
		pods := make([]int, len(n.pods))
		for i := range pods {
			pods[i] = i
		}
		n.compareMatrices(t, pods)
	})
}

func (n naive) compareMatrices(t *rapid.T, pods []int) {
	t.Helper()
	c := n.index()
	ports := n.ports()
	port, protocol := pick(t, ports, "port"), pick(t, allProtocols, "protocol")
	one, all := c.Matrix(pods, port, protocol), c.PortMatrix(pods)
	for i, src := range pods {
		for j, dst := range pods {
			from, to := naiveEnd{pod: src}, naiveEnd{pod: dst}
			if got, want := one.Verdict(i, j), verdicts[n.connect(from, to, port, protocol)]; got != want {
				t.Fatalf("pod %d -> pod %d %d/%s: got %s, want %s\n%s", src, dst, port, protocol, got, want, n)
			}
			allowed, unknown := all.Allowed(i, j)
			if i < 3 {
				n.comparePorts(t, from, to, ports, allowed, unknown)
			}
			whole := c.Allowed(netpol.AtPod(src), netpol.AtPod(dst))
			if !allowed.Equal(whole.Allowed) || !unknown.Equal(whole.Unknown) {
				t.Fatalf("pod %d -> pod %d: got %s and %s, want %s and %s\n%s", src, dst, allowed, unknown, whole.Allowed, whole.Unknown, n)
			}
		}
	}
}

func TestPostureIsWhatTheNaiveImplementationFindsPortByPort(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		ports := n.ports()
		for w, direction := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
			kind := []networkingv1.PolicyType{"Ingress", "Egress"}[w]
			for i := range n.pods {
				if got, want := c.Posture(i, direction), n.posture(&n.pods[i], kind, ports); got != want {
					t.Fatalf("pod %d %s: got %s, want %s\n%s", i, direction, got, want, n)
				}
			}
			for _, ns := range append(spaceNames, "nowhere") {
				if got, want := c.NewPodPosture(ns, direction), n.posture(&netpol.Pod{Namespace: ns}, kind, ports); got != want {
					t.Fatalf("new pod in %s %s: got %s, want %s\n%s", ns, direction, got, want, n)
				}
			}
		}
	})
}

func TestSelectionIsWhatTheNaiveImplementationSelects(t *testing.T) {
	check(t, func(t *rapid.T) {
		n := drawCluster(t)
		c := n.index()
		want := make([]netpol.PolicySelection, len(n.policies))
		for i := range n.pods {
			pod := &n.pods[i]
			for w, direction := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
				kind := []networkingv1.PolicyType{"Ingress", "Egress"}[w]
				isolating := n.isolating(pod, kind)
				got := c.Selecting(i, direction)
				for _, ref := range got {
					if isolating[n.policies[ref.Index]] != yes {
						t.Fatalf("pod %d %s: %s does not select it\n%s", i, direction, ref, n)
					}
				}
				surely := 0
				for _, m := range isolating {
					if m == yes {
						surely++
					}
				}
				if surely != len(got) {
					t.Fatalf("pod %d %s: %d policies, want %d\n%s", i, direction, len(got), surely, n)
				}
			}
			for j, p := range n.policies {
				if p == nil || pod.Finished || p.Namespace != pod.Namespace || !hasType(p, "Ingress") && !hasType(p, "Egress") {
					continue
				}
				switch m := selects(&p.Spec.PodSelector, pod.Labels, false); {
				case m == maybe:
					want[j].Unknown++
				case m == yes && pod.HostNetwork:
					want[j].HostNetwork++
				case m == yes:
					want[j].Pods++
				}
			}
		}
		for j := range n.policies {
			if got := c.Selected(j); got != want[j] {
				t.Fatalf("policy %d selects %+v, want %+v\n%s", j, got, want[j], n)
			}
		}
	})
}
