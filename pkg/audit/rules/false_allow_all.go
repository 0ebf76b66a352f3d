package rules

import (
	"fmt"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "false-allow-all", Severity: v1alpha1.SeverityMedium,
	Summary: "a policy that looks like allow-all but cuts traffic with anything that is not a pod",
	What: `A policy is found, per direction, when it alone would allow every pod of every namespace on every port, and no address that is no pod's, and
the other policies do not allow the rest. The automation guide's own "allow-all" is one: its selectors match pods only. A policy with an ipBlock, or
with a rule that lets everybody in on some ports, was written with other addresses in mind: it is not found.`,
	Why: `Selectors never match what is not a pod: clients outside the cluster, load balancers, node ports, the nodes, and with them the API server
and a node-local DNS cache. The policy was meant to break nothing, and cuts all of these.`,
	Example: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cis-default-allow
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector: {}
    - podSelector: {}
  egress:
  - to:
    - namespaceSelector: {}
    - podSelector: {}
`,
	Remedy: `If everything is meant, say it with one empty rule: "ingress: [{}]" and "egress: [{}]"; the guide's own policies are mended in place by
kubectl cis532 fix --replace-guide-policy. If pods and some addresses are meant, add
these to it with ipBlock.`,
	Check: func(ns *Namespace) []Found {
		var found []Found
		for _, h := range ns.holding(ns.falselyAllowsAll) {
			rules := make([]string, len(h.directions))
			for i, d := range h.directions {
				rules[i] = string(d) + ": [{}]"
			}
			remedy := "if everything is meant, write " + strings.Join(rules, " and ")
			if baseline.IsGuides(ns.Policies[h.policy]) {
				remedy = "it is the automation guide's: kubectl cis532 fix --replace-guide-policy mends it in place; or " + remedy[len("if everything is meant, "):]
			}
			found = append(found, Found{
				Message: fmt.Sprintf("%s allows %s of every pod, and cuts off every address that is no pod's", policyName(ns.Policies[h.policy]), joined(h.directions)),
				Remedy:  remedy,
			})
		}
		return found
	},
})

func (n *Namespace) falselyAllowsAll(policy int, d *Direction) bool {
	return n.Isolates(policy, d.Direction) && n.facts.cluster.MeansPodsOnly(n.PolicyIndices[policy], d.Direction) &&
		n.clusterWideAlone(policy, d) && n.cuts(policy, d)
}

// clusterWideAlone says that a policy alone allows every pod, and not every address.
func (n *Namespace) clusterWideAlone(policy int, d *Direction) bool {
	postures := n.Alone([]int{policy}, d)
	return len(postures) == 1 && postures[netpol.PostureClusterWide]
}

// cuts says that the other policies leave it to this one to cut something off, for a pod that it selects or, where there
// are none, for a new one.
func (n *Namespace) cuts(policy int, d *Direction) bool {
	if e := d.effects[policy]; e.selects {
		return e.restricted
	}
	return n.SelectsNewPod(policy) && d.NewPod != netpol.PostureAllowAll
}
