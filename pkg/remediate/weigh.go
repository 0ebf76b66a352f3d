package remediate

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// ToWeigh lists the namespaces whose pods decide whether a rollback newly
// restricts one: those where something is removed that allows something, and a
// policy stays that it could have shadowed.
func ToWeigh(plan []Removal) []string {
	var names []string
	for i := range plan {
		if len(plan[i].shadowing()) > 0 {
			names = append(names, plan[i].Namespace)
		}
	}
	return names
}

// shadowing are the directions in which a policy that is removed has rules, and one that stays isolates.
func (r *Removal) shadowing() []netpol.Direction {
	if !r.removes() {
		return nil
	}
	return slices.DeleteFunc([]netpol.Direction{netpol.Ingress, netpol.Egress}, func(d netpol.Direction) bool {
		allows := slices.ContainsFunc(r.Remove, func(np *networkingv1.NetworkPolicy) bool { return isolates(np, d) && len(rulesOf(np, d)) > 0 })
		return !allows || !slices.ContainsFunc(r.stay, func(np *networkingv1.NetworkPolicy) bool { return isolates(np, d) })
	})
}

// isolates says that a policy, as an API server defaulted it, has a direction among its types.
func isolates(np *networkingv1.NetworkPolicy, d netpol.Direction) bool {
	want := networkingv1.PolicyTypeIngress
	if d == netpol.Egress {
		want = networkingv1.PolicyTypeEgress
	}
	return slices.Contains(validation.Default(np).Spec.PolicyTypes, want)
}

// Weigh finds out of each removal which pods it would newly restrict: the live pods of the inventory, or where it is none
// of those, the pods that controllers will make (a CronJob between two runs, a suspended Job, what is scaled to 0). Where the live pods could
// not be read, it may restrict some; where only the controllers could not, ComingUnknown of the removal says so.
func Weigh(inv *inventory.Inventory, plan []Removal) {
	pods := map[string][]netpol.Pod{}
	for i := range inv.Workloads {
		pods[inv.Workloads[i].Namespace] = append(pods[inv.Workloads[i].Namespace], inv.Workloads[i].Pod)
	}
	coming := makingMore(inv.Templates)
	for i := range plan {
		r := &plan[i]
		directions := r.shadowing()
		switch {
		case len(directions) == 0:
		case inv.WorkloadsUnknown != nil:
			r.cannotWeigh(inv.WorkloadsUnknown, directions)
		default:
			if r.Pods = len(r.weigh(pods[r.Namespace], directions)); r.Pods > 0 {
				continue
			}
			r.weighComing(coming[r.Namespace], directions)
			r.ComingUnknown = inv.TemplatesUnknown
		}
	}
}

// makingMore are the controllers, by namespace, that may make pods which are not there now. What another controller made
// makes them for that one, where that is listed itself: an operator's own kind is not.
func makingMore(controllers []inventory.Workload) map[string][]inventory.Workload {
	listed := map[string]bool{}
	for i := range controllers {
		listed[controllers[i].Ref()] = true
	}
	more := map[string][]inventory.Workload{}
	for i := range controllers {
		if w := &controllers[i]; !w.Over && (w.Controller == "" || !listed[w.Namespace+"/"+w.Controller]) {
			more[w.Namespace] = append(more[w.Namespace], *w)
		}
	}
	return more
}

// weighComing weighs the pods that controllers will make.
func (r *Removal) weighComing(controllers []inventory.Workload, directions []netpol.Direction) {
	templates := make([]netpol.Pod, len(controllers))
	for i := range controllers {
		templates[i] = controllers[i].Pod
	}
	for _, i := range r.weigh(templates, directions) {
		r.Coming = append(r.Coming, controllers[i].Kind+"/"+controllers[i].Name)
	}
}

// cannotWeigh names the policies that may restrict pods which could not be read.
func (r *Removal) cannotWeigh(why error, directions []netpol.Direction) {
	r.PodsUnknown = why
	for _, np := range r.stay {
		if slices.ContainsFunc(directions, func(d netpol.Direction) bool { return isolates(np, d) }) {
			r.Restricts = append(r.Restricts, np.Name)
		}
	}
}

// WeighOthers adds the policies of other kinds, by namespace, that come into force again where a policy goes that allows
// something. Which pods they then restrict is not counted.
func WeighOthers(inv *inventory.Inventory, plan []Removal, switchedOff map[string][]string) {
	for i := range plan {
		r := &plan[i]
		names := switchedOff[r.Namespace]
		allows := slices.ContainsFunc(r.Remove, func(np *networkingv1.NetworkPolicy) bool {
			return len(rulesOf(np, netpol.Ingress)) > 0 || len(rulesOf(np, netpol.Egress)) > 0
		})
		if r.removes() && allows && len(names) > 0 {
			r.Restricts = append(r.Restricts, names...)
			r.PodsUnknown = inv.WorkloadsUnknown
		}
	}
}

// weigh compares what each pod is allowed with the policies of before and of after. It returns those that lose something,
// and notes which policies restrict them.
func (r *Removal) weigh(pods []netpol.Pod, directions []netpol.Direction) (losing []int) {
	all := slices.Concat(r.stay, r.Remove)
	before, after := netpol.New(nil, pods, all), netpol.New(nil, pods, r.stay)
	restricting := map[int]bool{}
	for pod := range pods {
		newly := false
		for _, d := range directions {
			if was, is := before.Posture(pod, d), after.Posture(pod, d); !r.loses(before, pod, d, was, is) {
				continue
			}
			newly = true
			for _, np := range selecting(after, pod, d) {
				restricting[np] = true
			}
		}
		if newly {
			losing = append(losing, pod)
		}
	}
	for i, np := range r.stay {
		if restricting[i] {
			r.Restricts = append(r.Restricts, np.Name)
		}
	}
	return losing
}

// loses says that a pod is allowed less after than before. Where the postures
// do not tell, each rule that goes must have its like among those that stay.
func (r *Removal) loses(before *netpol.Cluster, pod int, d netpol.Direction, was, is netpol.Posture) bool {
	switch is {
	case netpol.PostureOpen, netpol.PostureAllowAll, netpol.PostureNotApplicable:
		return false
	}
	if was != is {
		return true // what stays is less: it was a part of what was there
	}
	var stay, gone []any
	for _, i := range selecting(before, pod, d) {
		if i < len(r.stay) {
			stay = append(stay, rulesOf(r.stay[i], d)...)
		} else {
			gone = append(gone, rulesOf(r.Remove[i-len(r.stay)], d)...)
		}
	}
	return slices.ContainsFunc(gone, func(rule any) bool {
		if is == netpol.PostureClusterWide && meansPods(rule) {
			return false
		}
		return !slices.ContainsFunc(stay, func(other any) bool { return apiequality.Semantic.DeepEqual(rule, other) })
	})
}

// selecting lists the policies of a cluster that select a pod in a direction, surely or perhaps.
func selecting(cluster *netpol.Cluster, pod int, d netpol.Direction) []int {
	src, dst := netpol.AtPod(pod), outside[0]
	if d == netpol.Ingress {
		src, dst = dst, src
	}
	answer := cluster.Connect(src, dst, 1, "")
	decision := answer.Egress
	if d == netpol.Ingress {
		decision = answer.Ingress
	}
	indices := make([]int, len(decision.Policies))
	for i, ref := range decision.Policies {
		indices[i] = ref.Index
	}
	return indices
}

// rulesOf are the rules of a direction, as an API server defaulted them.
func rulesOf(np *networkingv1.NetworkPolicy, d netpol.Direction) []any {
	spec := validation.Default(np).Spec
	var rules []any
	if d == netpol.Ingress {
		for _, rule := range spec.Ingress {
			rules = append(rules, rule)
		}
		return rules
	}
	for _, rule := range spec.Egress {
		rules = append(rules, rule)
	}
	return rules
}

// meansPods says that a rule's peers are pods only, not addresses.
func meansPods(rule any) bool {
	var peers []networkingv1.NetworkPolicyPeer
	switch rule := rule.(type) {
	case networkingv1.NetworkPolicyIngressRule:
		peers = rule.From
	case networkingv1.NetworkPolicyEgressRule:
		peers = rule.To
	}
	return len(peers) > 0 && !slices.ContainsFunc(peers, func(p networkingv1.NetworkPolicyPeer) bool { return p.IPBlock != nil })
}
