package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Others are the policies of other kinds that select pods of the namespace, or may. Without pods to judge by, those
// that live in the namespace count, and those that would select a new pod without labels.
func (n *Namespace) Others() []*otherpolicy.Policy {
	if n.othersKnown {
		return n.others
	}
	n.othersKnown = true
	for _, p := range n.facts.others.In(n.Name) {
		if n.mayConcern(p) {
			n.others = append(n.others, p)
		}
	}
	return n.others
}

func (n *Namespace) mayConcern(p *otherpolicy.Policy) bool {
	if !n.PodsKnown || len(n.Pods) == 0 {
		return p.LivesIn(n.Name) || p.Selects(n.otherNamespace(), otherpolicy.Pod{}) != otherpolicy.Never || !n.PodsKnown
	}
	return slices.ContainsFunc(n.Pods, func(pod int) bool {
		return p.Selects(n.otherNamespace(), n.facts.otherPod(pod)) != otherpolicy.Never
	})
}

// OthersUnknown is why policies of other kinds that may concern the namespace could not be read; nil where all were.
func (n *Namespace) OthersUnknown() error {
	for i := range n.facts.inv.OtherPoliciesUnknown {
		if gap := &n.facts.inv.OtherPoliciesUnknown[i]; gap.Namespace == "" || gap.Namespace == n.Name {
			return gap.Err
		}
	}
	return nil
}

func (n *Namespace) otherNamespace() otherpolicy.Namespace {
	return otherpolicy.Namespace{Name: n.Name, Labels: n.Labels, LabelsUnknown: !n.Declared}
}

func (f *Facts) otherPod(pod int) otherpolicy.Pod { return OtherPod(f.workloads[pod]) }

// OtherPod is a workload as policies of other kinds see it.
func OtherPod(w *inventory.Workload) otherpolicy.Pod {
	return otherpolicy.Pod{Labels: w.Labels, HostNetwork: w.HostNetwork, ServiceAccount: w.ServiceAccount}
}

// IsolatedByOthers says that policies of some families surely isolate every pod of the namespace in at least one direction,
// and which do; where there are no pods, a new pod without labels. What other families allow counts against it.
func (n *Namespace) IsolatedByOthers(families []otherpolicy.Family) (by []string, isolated bool) {
	if !n.PodsKnown || n.OthersUnknown() != nil || len(n.Pods) == 0 && len(n.HostPods) > 0 {
		return nil, false
	}
	pods := []otherpolicy.Pod{{}}
	if len(n.Pods) > 0 {
		pods = nil
		for _, pod := range n.Pods {
			pods = append(pods, n.facts.otherPod(pod))
		}
	}
	all := n.Others()
	var accepted []*otherpolicy.Policy
	for _, p := range all {
		if slices.Contains(families, p.Family) {
			accepted = append(accepted, p)
		}
	}
	ns := n.otherNamespace()
	cited := map[*otherpolicy.Policy]map[string]bool{}
	for _, pod := range pods {
		isolated := false
		for _, d := range n.Directions() {
			if !otherpolicy.Together(accepted, ns, pod, d.Direction).DefaultDeny || !otherpolicy.Together(all, ns, pod, d.Direction).DefaultDeny {
				continue
			}
			isolated = true
			for _, p := range accepted {
				if e := p.Effect(d.Direction); e.DefaultDeny && p.Selects(ns, pod) == otherpolicy.Surely {
					if cited[p] == nil {
						cited[p] = map[string]bool{}
					}
					cited[p][isolates(d.Direction, e)] = true
				}
			}
		}
		if !isolated {
			return nil, false
		}
	}
	for _, p := range accepted {
		if len(cited[p]) > 0 {
			how := slices.Sorted(maps.Keys(cited[p]))
			slices.Reverse(how)
			by = append(by, fmt.Sprintf("%s (%s)", Clip(p.String()), strings.Join(how, " and ")))
		}
	}
	return by, true
}

// isolates is a direction in which a policy isolates. The administrators' kinds can name no source that is not a pod.
func isolates(d netpol.Direction, e otherpolicy.Effect) string {
	if e.PodsOnly {
		return string(d) + " of pods"
	}
	return string(d)
}

// otherNames names policies of other kinds.
func otherNames(policies []*otherpolicy.Policy) string {
	return list(len(policies), func(i int) string { return Clip(policies[i].String()) })
}

// maxQuoted bounds what a message repeats of a name that nobody has checked, in bytes.
const maxQuoted = 200

// Clip makes one bounded line of a text.
func Clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "..."
}
