package audit

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// describe fills in what is known about the isolation of one namespace.
func describe(ns *rules.Namespace, row *v1alpha1.NamespaceAudit) {
	row.NewPod = &v1alpha1.DirectionalPosture{
		Ingress: v1alpha1.Posture(ns.Ingress.NewPod),
		Egress:  v1alpha1.Posture(ns.Egress.NewPod),
	}
	row.Posture = &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureUnknown, Egress: v1alpha1.PostureUnknown}
	for i, np := range ns.Policies {
		summary := v1alpha1.PolicySummary{Name: np.Name, DeclaredIn: ns.PolicyDeclaredIn[np.Name]}
		for _, d := range ns.Directions() {
			if ns.Isolates(i, d.Direction) {
				summary.PolicyTypes = append(summary.PolicyTypes, policyTypes[d.Direction])
			}
		}
		if ns.PodsKnown {
			if selected := ns.Selected(i); selected.Unknown == 0 {
				total := selected.Pods + selected.HostNetwork
				summary.SelectedPods = &total
			}
		}
		row.Policies = append(row.Policies, summary)
	}
	if !ns.PodsKnown {
		return
	}
	ingress, egress := count(&ns.Ingress), count(&ns.Egress)
	row.Pods = &v1alpha1.PodCounts{
		Total: len(ns.Pods) + len(ns.HostPods), HostNetwork: len(ns.HostPods),
		SelectedIngress: ingress.selected(), RestrictedIngress: ingress.restricted(),
		SelectedEgress: egress.selected(), RestrictedEgress: egress.restricted(),
	}
	row.Posture = &v1alpha1.DirectionalPosture{
		Ingress: ingress.posture(row.Pods, row.NewPod.Ingress),
		Egress:  egress.posture(row.Pods, row.NewPod.Egress),
	}
}

var policyTypes = map[netpol.Direction]string{
	netpol.Ingress: string(networkingv1.PolicyTypeIngress),
	netpol.Egress:  string(networkingv1.PolicyTypeEgress),
}

// tally counts the pods of a namespace by posture in one direction.
type tally map[v1alpha1.Posture]int

func count(d *rules.Direction) tally {
	t := tally{}
	for _, g := range d.Groups {
		t[v1alpha1.Posture(g.Posture)] += len(g.Pods)
	}
	return t
}

func (t tally) selected() int {
	return t[v1alpha1.PostureAllowAll] + t[v1alpha1.PostureClusterWide] + t.restricted()
}

func (t tally) restricted() int {
	return t[v1alpha1.PostureRestricted] + t[v1alpha1.PostureDenied]
}

// posture is the namespace's: all pods alike is that; open and allow-all is
// open; restricted and denied is restricted; any other mix is partial. Without
// pods it is what a new pod would get.
func (t tally) posture(counts *v1alpha1.PodCounts, newPod v1alpha1.Posture) v1alpha1.Posture {
	switch {
	case counts.Total == 0:
		return newPod
	case counts.Total == counts.HostNetwork:
		return v1alpha1.PostureNotApplicable
	case t[v1alpha1.PostureUnknown] > 0:
		return v1alpha1.PostureUnknown
	case len(t) == 1:
		for p := range t {
			return p
		}
	case t.only(v1alpha1.PostureOpen, v1alpha1.PostureAllowAll):
		return v1alpha1.PostureOpen
	case t.only(v1alpha1.PostureRestricted, v1alpha1.PostureDenied):
		return v1alpha1.PostureRestricted
	}
	return v1alpha1.PosturePartial
}

func (t tally) only(postures ...v1alpha1.Posture) bool {
	n := 0
	for _, p := range postures {
		if t[p] > 0 {
			n++
		}
	}
	return n == len(t)
}
