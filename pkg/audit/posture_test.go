package audit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
)

// ingress is a policy of ingress for the pods of an app.
func ingress(app, rules string) string {
	return policy("in-"+app, `podSelector: {matchLabels: {app: `+app+`}}, policyTypes: [Ingress], ingress: [`+rules+`]`)
}

func TestPostureOfANamespace(t *testing.T) {
	const some = `{from: [{podSelector: {}}]}`
	finished := `{apiVersion: v1, kind: Pod, metadata: {name: done, namespace: shop}, spec: {containers: []}, status: {phase: Succeeded}}`
	for _, tt := range []struct {
		name, input string
		ingress     v1alpha1.Posture
		newPod      v1alpha1.Posture
	}{
		{"all pods open", doc(pod("a"), pod("b")), "open", "open"},
		{"all pods denied", doc(pod("a"), pod("b"), denyAll), "denied", "denied"},
		{"open and allow-all is open", doc(pod("a"), pod("b"), ingress("a", "{}")), "open", "open"},
		{"restricted and denied is restricted", doc(pod("a"), pod("b"), ingress("a", some), denyAll), "restricted", "denied"},
		{"open and denied is partial", doc(pod("a"), pod("b"), ingress("a", "")), "partial", "open"},
		{"allow-all and denied is partial", doc(pod("a"), pod("b"), ingress("a", "{}"), ingress("b", "")), "partial", "open"},
		{"open and restricted is partial", doc(pod("a"), pod("b"), ingress("a", some)), "partial", "open"},
		{"open, allow-all and denied is partial", doc(pod("a"), pod("b"), pod("c"), ingress("a", "{}"), ingress("b", "")), "partial", "open"},
		{"open and cluster-wide is partial", doc(pod("a"), pod("b"), ingress("a", `{from: [{namespaceSelector: {}}]}`)), "partial", "open"},
		{"cluster-wide and denied is partial", doc(pod("a"), pod("b"), ingress("a", `{from: [{namespaceSelector: {}}]}`), ingress("b", "")), "partial", "open"},
		{"only host-network pods", pod("a", "hostNetwork: true"), "not-applicable", "open"},
		{"only host-network pods and a policy", doc(pod("a", "hostNetwork: true"), denyAll), "not-applicable", "denied"},
		{"host-network pods beside others do not count", doc(pod("a", "hostNetwork: true"), pod("b"), denyAll), "denied", "denied"},
		{"no pods: what a new pod gets", denyAll, "denied", "denied"},
		{"no pods and a policy for some: what a new pod without labels gets", ingress("a", ""), "open", "open"},
		{"finished pods do not count", doc(finished, pod("a"), ingress("a", "")), "denied", "open"},
		{"only finished pods are no pods", doc(finished, denyAll), "denied", "denied"},
		{"the guide's YAML is cluster-wide", doc(pod("a"), guide), "cluster-wide", "cluster-wide"},
		{"an empty rule is allow-all", doc(pod("a"), allowAll), "allow-all", "allow-all"},
		{"two halves of the address space are allow-all", doc(pod("a"), ingress("a",
			`{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}, {ipBlock: {cidr: '::/1'}}, {ipBlock: {cidr: '8000::/1'}}]}`)), "allow-all", "open"},
		{"IPv4 alone is restricted", doc(pod("a"), ingress("a", `{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}`)), "restricted", "open"},
		{"an except that another block covers is allow-all", doc(pod("a"), ingress("a",
			`{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: '::/0'}}]}`)), "allow-all", "open"},
		{"all ports of TCP alone is restricted", doc(pod("a"), ingress("a", `{ports: [{protocol: TCP}]}`)), "restricted", "open"},
		{"all ports of each protocol is allow-all", doc(pod("a"), ingress("a", `{ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}`)), "allow-all", "open"},
		{"rules that are no rule deny", doc(pod("a"), policy("p", `podSelector: {}, ingress: []`)), "denied", "denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			row := only(t, run(t, doc(shop, tt.input), audit.Options{}))
			if row.Posture.Ingress != tt.ingress {
				t.Errorf("posture %s, want %s", row.Posture.Ingress, tt.ingress)
			}
			if row.NewPod.Ingress != tt.newPod {
				t.Errorf("new pod %s, want %s", row.NewPod.Ingress, tt.newPod)
			}
		})
	}
}

// All ports of the protocols that a policy can name are allow-all, and said to be no more than that.
func TestAllowAllByRangesIsSaidToBeThat(t *testing.T) {
	const ranges = `ports: [{protocol: TCP, port: 1, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]`
	const halves = `{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}, {ipBlock: {cidr: '::/0'}}]}`
	for _, tt := range []struct{ name, input, reason string }{
		{"by ranges", doc(pod("a"), ingress("a", "{"+ranges+"}")), "baseline only; allow-all is all of TCP, UDP, SCTP"},
		{"by ranges, and no pods", policy("p", `podSelector: {}, ingress: [{`+ranges+`}]`), "baseline only; allow-all is all of TCP, UDP, SCTP"},
		{"by ranges beside a deny", doc(pod("a"), ingress("a", "{"+ranges+"}"), denyAll), "allow-all is all of TCP, UDP, SCTP"},
		{"by a rule without ports", doc(pod("a"), ingress("a", "{}")), "baseline only"},
		{"by ranges and, beside it, by a rule without ports", doc(pod("a"), ingress("a", "{"+ranges+"}"), allowAll), "baseline only"},
		{"by halves of the addresses", doc(pod("a"), ingress("a", halves)), "baseline only"},
		{"not at all", doc(pod("a"), ingress("a", `{ports: [{protocol: TCP}, {protocol: UDP}]}`)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if row := only(t, run(t, doc(shop, tt.input), audit.Options{})); row.Reason != tt.reason {
				t.Errorf("reason %q, want %q", row.Reason, tt.reason)
			}
		})
	}
}

func TestPodsAreCountedByWhatSelectsThem(t *testing.T) {
	finished := `{apiVersion: v1, kind: Pod, metadata: {name: done, namespace: shop, labels: {app: a}}, spec: {containers: []}, status: {phase: Failed}}`
	row := only(t, run(t, doc(shop, pod("a"), pod("b"), pod("c"), pod("host", "hostNetwork: true"), finished,
		ingress("a", ""), ingress("b", "{}"),
		policy("out", `podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]`)), audit.Options{}))
	want := &v1alpha1.PodCounts{
		Total: 4, HostNetwork: 1,
		SelectedIngress: 2, RestrictedIngress: 1,
		SelectedEgress: 3, RestrictedEgress: 3,
	}
	if diff := cmp.Diff(want, row.Pods); diff != "" {
		t.Errorf("pods (-want +got):\n%s", diff)
	}
	one, four := 1, 4
	policies := []v1alpha1.PolicySummary{
		{Name: "in-a", PolicyTypes: []string{"Ingress"}, SelectedPods: &one},
		{Name: "in-b", PolicyTypes: []string{"Ingress"}, SelectedPods: &one},
		{Name: "out", PolicyTypes: []string{"Egress"}, SelectedPods: &four},
	}
	if diff := cmp.Diff(policies, row.Policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
}

// Without the pods, what policies exist is known and what they do to today's pods is not.
func TestUnknownPodsAreNotNoPods(t *testing.T) {
	inv := read(t, doc(shop, denyAll))
	inv.WorkloadsUnknown = errForbidden
	report := audit.Run(inv, audit.Options{Now: now})
	row := only(t, report)
	if row.Verdict != v1alpha1.VerdictPass || report.Verdict != v1alpha1.VerdictPass {
		t.Errorf("verdict %s, of the report %s: the letter asks for no pods", row.Verdict, report.Verdict)
	}
	if row.Posture.Ingress != v1alpha1.PostureUnknown || row.NewPod.Ingress != v1alpha1.PostureDenied || row.Pods != nil {
		t.Errorf("posture %v, new pod %v, pods %v", row.Posture, row.NewPod, row.Pods)
	}
	want := []string{"cannot list pods: the isolation behind the verdicts is unknown"}
	if diff := cmp.Diff(want, report.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
