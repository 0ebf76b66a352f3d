package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "unmatched-peer", Severity: v1alpha1.SeverityLow,
	Summary: "a peer that matches no namespace or no pod, or a named port that no container has",
	What: `A peer is found when its namespaceSelector selects no namespace, or its selectors no pod (those that controllers would make count); a named
port when no container that could be meant declares it: those of the selected pods for ingress, those of the peers for egress. An ipBlock is never
found. In manifests that is only said for information: the peer may be in another repository.`,
	Why: `The rule allows nothing: what it was written for is cut, or its label is spelt wrong. If somebody can choose labels of pods or namespaces, they can
also make the peer match.`,
	Example: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: from-frontend
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - from: [{podSelector: {matchLabels: {tier: frontent}}}]
`,
	Remedy: `Compare the selector with the labels that are there; mend it, or remove the peer. If it is the only peer, or the only port, remove the
whole rule: a rule without peers is about everybody, and one without ports about all of them.

  kubectl get namespaces --show-labels
  kubectl get pods -A --show-labels`,
	Check: func(ns *Namespace) []Found {
		if !ns.PodsKnown || ns.facts.inv.TemplatesUnknown != nil {
			return nil
		}
		var severity v1alpha1.Severity
		where := ""
		if ns.facts.inv.Source.Kind == v1alpha1.SourceManifests {
			severity, where = v1alpha1.SeverityInfo, " in the input"
		}
		var found []Found
		for i, np := range ns.Policies {
			if !ns.mayBeUnmatched(i) {
				continue
			}
			for _, part := range ns.facts.surrounding().named().Unmatched(ns.PolicyIndices[i]) {
				if !ns.facts.decided(part) {
					continue
				}
				found = append(found, Found{
					Severity: severity,
					Message:  fmt.Sprintf("%s: %s matches no %s%s", policyName(np), part.Field, unmatchedWord(part), where),
					Remedy:   unmatchedRemedy(part, ns.Name),
				})
			}
		}
		return found
	},
})

// mayBeUnmatched spares the policies of which everything is matched by live pods: what else there is can only match more.
// Only where a policy selects no live pod, its named ports have not been looked up yet.
func (n *Namespace) mayBeUnmatched(policy int) bool {
	index := n.PolicyIndices[policy]
	return len(n.facts.unmatched()[index]) > 0 || n.facts.cluster.NamesPorts(index, netpol.Ingress) && !selectsAny(n.Selected(policy))
}

func unmatchedWord(part netpol.UnmatchedPart) string {
	switch part.What {
	case netpol.NoNamespace:
		return "namespace"
	case netpol.NoPort:
		return fmt.Sprintf("container's port (%q)", part.Port)
	default:
		return "pod"
	}
}

func unmatchedRemedy(part netpol.UnmatchedPart, namespace string) string {
	switch {
	case part.What == netpol.NoNamespace:
		return "compare the namespaceSelector with: kubectl get namespaces --show-labels"
	case part.What == netpol.NoPort:
		return "compare the name with the ports that the containers declare"
	case part.OwnNamespace:
		return fmt.Sprintf("compare the podSelector with: kubectl get pods -n %s --show-labels", namespace)
	default:
		return "compare the selectors with: kubectl get pods -A --show-labels"
	}
}
