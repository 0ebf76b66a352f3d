package rules

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// BaselineOnly is found where all policies allow everything. The audit's table says so too.
var BaselineOnly = register(Rule{
	ID: "baseline-only", Severity: v1alpha1.SeverityMedium,
	Summary: "only allow-all policies: the letter is met, nothing is isolated",
	What: `A namespace is found when it has policies and each of them allows every peer and port in each direction that it isolates. What counts
is the meaning: "ingress: [{}]", or all addresses as two halves, be they in two policies with the same podSelector. A policy that allows all
pods, but not all addresses, is not one of them; nor is a stricter one beside an allow-all, which shadowed-policy finds.`,
	Why: `The benchmark's letter is met, and every connection is allowed as if there were no policy at all. An allow-all is where hardening
begins; forgotten, it is a PASS that protects nothing. Policies add up: stricter ones beside it change nothing until it goes.`,
	Example: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cis-default-allow
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{}]
  egress: [{}]
`,
	Remedy: `Write policies that allow what the workloads need, then remove the allow-all. What would be cut is seen beforehand, from manifests
without the allow-all (beside it everything is allowed):

  kubectl cis532 reach --matrix -f policies/`,
	Check: func(ns *Namespace) []Found {
		if len(ns.Policies) == 0 || !ns.allowAllOnly() {
			return nil
		}
		places := make([]int, len(ns.Policies))
		for i := range places {
			places[i] = i
		}
		what := "everything"
		if ns.AllowsByRanges() {
			what = AllByRanges
		}
		message := fmt.Sprintf("%s %s %s: nothing is isolated", ns.policyNames(places), these(len(places), "allows", "allow"), what)
		if age := ns.oldest(); age != "" {
			message += fmt.Sprintf(" (for %s)", age)
		}
		return []Found{{
			Message: message,
			Remedy:  "write policies that allow what the workloads need, then remove the allow-all: beside it they change nothing",
		}}
	},
})

// allowAllOnly says that every policy allows everything in what it isolates, or has its part in that.
func (n *Namespace) allowAllOnly() bool {
	grouped := make([]bool, len(n.Policies))
	for i := range n.Policies {
		if grouped[i] {
			continue
		}
		group := []int{i}
		for j := i + 1; j < len(n.Policies); j++ {
			if !grouped[j] && n.facts.cluster.SameSubjects(n.PolicyIndices[i], n.PolicyIndices[j]) {
				grouped[j] = true
				group = append(group, j)
			}
		}
		for _, d := range n.Directions() {
			if !n.allAllowAll(group, d) {
				return false
			}
		}
	}
	return true
}

// allAllowAll says of policies with one podSelector that each of those that isolate a direction allows everything; or none
// does, but all together.
func (n *Namespace) allAllowAll(group []int, d *Direction) bool {
	isolating, alone, withRules := 0, 0, 0
	for _, i := range group {
		if !n.Isolates(i, d.Direction) {
			continue
		}
		isolating++
		if n.allowsAllAlone(i, d) {
			alone++
		}
		if n.facts.cluster.HasRules(n.PolicyIndices[i], d.Direction) {
			withRules++
		}
	}
	if alone > 0 || isolating == 0 {
		return alone == isolating
	}
	return withRules == isolating && n.allowAll(group, d)
}

// allowAll says that policies with one podSelector allow everything to each pod that they select.
func (n *Namespace) allowAll(group []int, d *Direction) bool {
	for posture := range n.Alone(group, d) {
		if posture != netpol.PostureAllowAll {
			return false
		}
	}
	return true
}

// oldest is the age of the first policy that was created; empty where manifests do not say.
func (n *Namespace) oldest() string {
	var first time.Time
	for _, np := range n.Policies {
		if created := np.CreationTimestamp.Time; !created.IsZero() && (first.IsZero() || created.Before(first)) {
			first = created
		}
	}
	if first.IsZero() || first.After(n.facts.now) {
		return ""
	}
	return duration.HumanDuration(n.facts.now.Sub(first))
}
