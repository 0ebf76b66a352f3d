package netpol_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

func ref(namespace, name string, index int) netpol.PolicyRef {
	return netpol.PolicyRef{Namespace: namespace, Name: name, Index: index}
}

func TestAnAnswerNamesWhatDecided(t *testing.T) {
	m := play(t, `[
		{in: shop, podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 1}]}, {to: [{namespaceSelector: {matchLabels: {team: money}}}]}]},
		{in: shop, podSelector: {}, policyTypes: [Egress]},
		{in: bank, podSelector: {}, ingress: [{from: [{podSelector: {}}]}]},
		{in: bank, podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: other}}}]}, {from: [{ipBlock: {cidr: 10.9.0.0/16}}]}]}]`)
	shop := []netpol.PolicyRef{ref("shop", "p0", 0), ref("shop", "p1", 1)}
	bank := []netpol.PolicyRef{ref("bank", "p2", 2), ref("bank", "p3", 3)}
	for _, c := range []struct {
		name, src, dst string
		want           netpol.Answer
	}{
		{
			"allowed by a rule on one side, denied for want of one on the other", "shop/web", "bank/web",
			netpol.Answer{
				Verdict: netpol.Denied,
				Egress: netpol.Decision{
					Direction: netpol.Egress, Verdict: netpol.Allowed, Reason: netpol.ReasonRule, Policies: shop,
					Rules: []netpol.RuleRef{{Policy: shop[0], Direction: netpol.Egress, Rule: 1}},
				},
				Ingress: netpol.Decision{Direction: netpol.Ingress, Verdict: netpol.Denied, Reason: netpol.ReasonNoRule, Policies: bank},
			},
		}, {
			"unknown labels", "ghost/web", "bank/web",
			netpol.Answer{
				Verdict: netpol.Unknown,
				Egress:  netpol.Decision{Direction: netpol.Egress, Verdict: netpol.Allowed, Reason: netpol.ReasonNotIsolated},
				Ingress: netpol.Decision{
					Direction: netpol.Ingress, Verdict: netpol.Unknown, Reason: netpol.ReasonRuleMayMatch, Policies: bank,
					Rules: []netpol.RuleRef{{Policy: bank[1], Direction: netpol.Ingress, Rule: 0}},
				},
				Notes: []netpol.Note{netpol.NoteUnknownLabels},
			},
		}, {
			"an unknown address, to oneself's namespace", "bank/template", "bank/web",
			netpol.Answer{
				Verdict: netpol.Allowed,
				Egress:  netpol.Decision{Direction: netpol.Egress, Verdict: netpol.Allowed, Reason: netpol.ReasonNotIsolated},
				Ingress: netpol.Decision{
					Direction: netpol.Ingress, Verdict: netpol.Allowed, Reason: netpol.ReasonRule, Policies: bank,
					Rules: []netpol.RuleRef{{Policy: bank[0], Direction: netpol.Ingress, Rule: 0}},
				},
			},
		}, {
			"from outside to a pod of another address family", "203.0.113.9", "bank/six",
			netpol.Answer{
				Verdict: netpol.Denied,
				Egress:  netpol.Decision{Direction: netpol.Egress, Verdict: netpol.Allowed, Reason: netpol.ReasonNoPod},
				Ingress: netpol.Decision{Direction: netpol.Ingress, Verdict: netpol.Denied, Reason: netpol.ReasonNoRule, Policies: bank},
				Notes:   []netpol.Note{netpol.NoteFamiliesDiffer},
			},
		}, {
			"from the own node", "192.168.0.1", "bank/web",
			netpol.Answer{
				Verdict: netpol.Allowed,
				Egress:  netpol.Decision{Direction: netpol.Egress, Verdict: netpol.Allowed, Reason: netpol.ReasonNoPod},
				Ingress: netpol.Decision{Direction: netpol.Ingress, Verdict: netpol.Allowed, Reason: netpol.ReasonOwnNode, Policies: bank},
				Notes:   []netpol.Note{netpol.NoteOwnNode},
			},
		}, {
			"to a node", "shop/db", "192.168.0.1",
			netpol.Answer{
				Verdict: netpol.Denied,
				Egress: netpol.Decision{
					Direction: netpol.Egress, Verdict: netpol.Denied, Reason: netpol.ReasonNoRule, Policies: shop[1:],
				},
				Ingress: netpol.Decision{Direction: netpol.Ingress, Verdict: netpol.Allowed, Reason: netpol.ReasonNoPod},
				Notes:   []netpol.Note{netpol.NoteNodeAddress},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := m.Connect(m.endpoint(t, c.src), m.endpoint(t, c.dst), 80, corev1.ProtocolTCP)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWhatHasNoAnswerIsUnknownWithANote(t *testing.T) {
	m := play(t, `[]`)
	pod := m.endpoint(t, "shop/web")
	for _, c := range []struct {
		name     string
		src, dst netpol.Endpoint
		port     int32
		want     netpol.Note
	}{
		{"a pod that does not exist", netpol.AtPod(1000), pod, 80, netpol.NoteNoSuchPod},
		{"a negative index", pod, netpol.AtPod(-1), 80, netpol.NoteInvalidAddress},
		{"a very negative index", pod, netpol.AtPod(-2), 80, netpol.NoteNoSuchPod},
		{"the zero endpoint", netpol.Endpoint{}, pod, 80, netpol.NoteInvalidAddress},
		{"the zero address", pod, netpol.AtAddress(netip.Addr{}), 80, netpol.NoteInvalidAddress},
		{"port 0", m.endpoint(t, "shop/db"), pod, 0, netpol.NoteInvalidPort},
		{"port 65536", m.endpoint(t, "shop/db"), pod, 65536, netpol.NoteInvalidPort},
		{"no pod at either end", m.endpoint(t, "203.0.113.9"), m.endpoint(t, "192.168.0.1"), 80, netpol.NoteNoPod},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := m.Connect(c.src, c.dst, c.port, "")
			if got.Verdict != netpol.Unknown || len(got.Notes) != 1 || got.Notes[0] != c.want {
				t.Errorf("got %+v, want unknown with note %s", got, c.want)
			}
			if c.want.Text() == string(c.want) {
				t.Errorf("note %s has no text", c.want)
			}
		})
	}
}

func TestWarningsNameTheFieldAndHowItWasRead(t *testing.T) {
	m := play(t, `[{in: shop, podSelector: {matchExpressions: [{key: app, operator: Bogus}]},
		ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/8, except: [010.2.0.0/16, bogus]}}, {}, {ipBlock: {cidr: nonsense}}]}],
		egress: [{to: [{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}],
			ports: [{protocol: ICMP}, {port: 0}, {port: 90, endPort: 80}, {endPort: 80}, {port: http, endPort: 80}, {port: "80"}]}]}]`)
	var got []string
	for _, w := range m.Warnings() {
		if w.Policy != ref("shop", "p0", 0) {
			t.Errorf("policy %s", w.Policy)
		}
		got = append(got, w.Field+": "+w.Message)
	}
	want := []string{
		`spec.podSelector: what it selects is unknown: "Bogus" is not a valid label selector operator`,
		`spec.ingress[0].from[0].ipBlock.cidr: "10.1.2.3/8" has host bits set, which API servers refuse from 1.36 on: it is read as 10.0.0.0/8`,
		`spec.ingress[0].from[0].ipBlock.except[0]: "010.2.0.0/16" has leading zeros, which API servers refuse from 1.36 on: it is read as 10.2.0.0/16`,
		`spec.ingress[0].from[0].ipBlock.except[1]: "bogus" is no CIDR: which addresses of 10.1.2.3/8 match is unknown`,
		`spec.ingress[0].from[1]: a peer needs either an ipBlock or selectors: who matches is unknown`,
		`spec.ingress[0].from[2].ipBlock.cidr: "nonsense" is no CIDR: which addresses match is unknown`,
		`spec.egress[0].to[0].namespaceSelector: what it selects is unknown: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty`,
		`spec.egress[0].ports[0].protocol: "ICMP" is not TCP, UDP or SCTP: nothing matches`,
		`spec.egress[0].ports[1].port: 0 is no port: which ports match is unknown`,
		`spec.egress[0].ports[2].endPort: 90 to 80 is no range of ports: which ports match is unknown`,
		`spec.egress[0].ports[3].endPort: endPort without port: which ports match is unknown`,
		`spec.egress[0].ports[4].endPort: endPort with a named port: which ports match is unknown`,
		`spec.egress[0].ports[5].port: "80" is no port name: which ports match is unknown`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSelectionCountsLivePods(t *testing.T) {
	m := play(t, `[{in: shop, podSelector: {}, policyTypes: [Ingress, Egress]},
		{in: bank, podSelector: {}, policyTypes: [Egress]},
		{in: bank, podSelector: {matchLabels: {app: nobody}}},
		{in: bank, podSelector: {matchExpressions: [{key: app, operator: Bogus}]}}]`)
	want := []netpol.PolicySelection{{Pods: 4}, {Pods: 5, HostNetwork: 1}, {}, {Unknown: 6}}
	for i := range want {
		if got := m.Selected(i); got != want[i] {
			t.Errorf("p%d: got %+v, want %+v", i, got, want[i])
		}
	}
	if got := m.Selected(99); got != (netpol.PolicySelection{}) {
		t.Errorf("no such policy: %+v", got)
	}
	if diff := cmp.Diff([]netpol.PolicyRef{ref("shop", "p0", 0)}, m.Selecting(m.pods["shop/web"], netpol.Egress)); diff != "" {
		t.Error(diff)
	}
	if got := m.Selecting(-1, netpol.Egress); got != nil {
		t.Errorf("no such pod: %v", got)
	}
	if diff := cmp.Diff([]netpol.Direction{netpol.Ingress, netpol.Egress}, m.Isolates(0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]netpol.Direction{netpol.Egress}, m.Isolates(1)); diff != "" {
		t.Error(diff)
	}
}

func TestAllThatIsAllowedSaysWhichSideRestricts(t *testing.T) {
	m := play(t, `[
		{in: shop, podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80, endPort: 89}, {port: 53, protocol: UDP}]}, {to: [{podSelector: {}}]}]},
		{in: bank, podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 85, endPort: 95}, {port: http}]}]}]`)
	got := m.Allowed(m.endpoint(t, "shop/web"), m.endpoint(t, "bank/web"))
	if got.Allowed.String() != "TCP 85-89" || got.Unknown.String() != "nothing" ||
		got.Egress.Allowed.String() != "TCP 80-89; UDP 53" || got.Ingress.Allowed.String() != "TCP 85-95, 8888" ||
		!got.Egress.Isolated || !got.Ingress.Isolated {
		t.Errorf("got %s; egress %s; ingress %s", got.Allowed, got.Egress.Allowed, got.Ingress.Allowed)
	}
	want := []netpol.RuleRef{{Policy: ref("shop", "p0", 0), Direction: netpol.Egress, Rule: 0}}
	if diff := cmp.Diff(want, got.Egress.Rules); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Egress.Rules[0].String() != "shop/p0 egress[0]" {
		t.Errorf("rule is called %q", got.Egress.Rules[0])
	}
}

func TestNothingIsIndexedFromNothing(t *testing.T) {
	c := netpol.New(nil, nil, []*networkingv1.NetworkPolicy{nil, {}})
	if c.Pods() != 0 || c.NewPodPosture("", netpol.Ingress) != netpol.PostureDenied || c.Posture(0, netpol.Ingress) != netpol.PostureUnknown {
		t.Error("an empty policy in the namespace without a name denies ingress there, and that is all")
	}
}

func TestContainerPortsAreThoseOfWhatKeepsRunning(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	port := func(name string) corev1.Container {
		return corev1.Container{Ports: []corev1.ContainerPort{{Name: name, ContainerPort: 1, Protocol: "TCP"}}}
	}
	sidecar := port("sidecar")
	sidecar.RestartPolicy = &always
	got := netpol.ContainerPorts(&corev1.PodSpec{
		Containers: []corev1.Container{port("main")}, InitContainers: []corev1.Container{port("init"), sidecar},
	})
	want := []netpol.ContainerPort{{Name: "main", Protocol: "TCP", Port: 1}, {Name: "sidecar", Protocol: "TCP", Port: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if netpol.ContainerPorts(nil) != nil {
		t.Error("no spec has no ports")
	}
}

func TestTheFirstOfEqualNamesOrAddressesCounts(t *testing.T) {
	addr := netip.MustParseAddr("10.0.0.1")
	c := netpol.New(
		[]netpol.Namespace{{Name: "a", Labels: map[string]string{"n": "1"}}, {Name: "a", Labels: map[string]string{"n": "2"}}},
		[]netpol.Pod{
			{Namespace: "a", Name: "done", IPs: []netip.Addr{addr}, Finished: true},
			{Namespace: "a", Name: "host", IPs: []netip.Addr{addr}, HostNetwork: true},
			{Namespace: "a", Name: "one", IPs: []netip.Addr{addr}},
			{Namespace: "a", Name: "two", IPs: []netip.Addr{addr}},
		}, nil)
	if i, ok := c.PodAt(addr); !ok || i != 2 {
		t.Errorf("got %d, %v", i, ok)
	}
	if _, ok := c.PodAt(netip.MustParseAddr("10.0.0.2")); ok {
		t.Error("nobody has that address")
	}
}

// With -race this finds anything that is worked out late and not guarded.
func TestAClusterMayBeAskedFromManyGoroutines(t *testing.T) {
	m := play(t, `[{in: shop, ingress: [{from: [{namespaceSelector: {}}]}, {ports: [{port: http}]}]}, {in: bank, policyTypes: [Egress]}]`)
	all := make([]int, m.Pods())
	for i := range all {
		all[i] = i
	}
	var asked sync.WaitGroup
	for range 4 {
		asked.Go(func() {
			matrix := m.PortMatrix(all)
			for i := range all {
				m.Posture(i, netpol.Ingress)
				m.Posture(i, netpol.Egress)
				for j := range all {
					m.Connect(netpol.AtPod(i), netpol.AtPod(j), 80, corev1.ProtocolTCP)
					matrix.Allowed(i, j)
				}
			}
		})
	}
	asked.Wait()
}
