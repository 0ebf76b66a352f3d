package rules

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var _ = register(Rule{
	ID: "dead-policy", Severity: v1alpha1.SeverityLow,
	Summary: "a policy that selects no pod",
	What: `A policy is found when its podSelector selects no live pod of its namespace, and no pod that a controller there would make (a CronJob
between two runs, a Deployment that is scaled to 0). An empty podSelector selects what is to come: it is never found.`,
	Why: `Mostly the label is spelt wrong, or the workload is gone. The pods that the policy was written for are not isolated by it, while the
namespace passes.`,
	Example: `
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: {app: web}
spec:
  containers: [{name: web, image: web}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: wbe}}
`,
	Remedy: `Compare the podSelector with the pods' labels; mend it, or remove the policy. Once it selects the pods, what it does not allow them is cut, unless
another policy allows it:

  kubectl get pods -n shop --show-labels`,
	Check: func(ns *Namespace) []Found {
		if !ns.PodsKnown || ns.facts.inv.TemplatesUnknown != nil {
			return nil
		}
		var found []Found
		for i, np := range ns.Policies {
			index := ns.PolicyIndices[i]
			if ns.facts.cluster.SelectsAllPods(index) || selectsAny(ns.Selected(i)) || selectsAny(ns.facts.surrounding().cluster.Selected(index)) {
				continue
			}
			found = append(found, Found{
				Message: policyName(np) + " selects no pod",
				Remedy:  fmt.Sprintf("compare spec.podSelector with: kubectl get pods -n %s --show-labels", ns.Name),
			})
		}
		return found
	},
})
