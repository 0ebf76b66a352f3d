package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var _ = register(Rule{
	ID: "egress-without-dns", Severity: v1alpha1.SeverityMedium,
	Summary: "egress is restricted, and the cluster's DNS is out of reach over UDP or TCP",
	What: `Pods are found when policies restrict their egress and surely let no query out to the cluster's DNS: to the pods of its Service at their own port
(OpenShift: 5353), after address translation, or to the node-local cache where one runs. Both UDP and TCP are needed. Where the facts hold no DNS
Service, the usual places are tried: kube-dns in kube-system, OpenShift's, the node-local cache, and GKE's Cloud DNS. Pods with
dnsPolicy Default or None do not ask the cluster's DNS. Pods whose egress is denied altogether reach nothing that a name could stand for: they are
not found.`,
	Why: `Without DNS, pods find nothing by name: what the policies allow breaks too. With UDP alone, answers that are larger than a datagram are lost,
now and then.`,
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
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: cart}}}]
    ports: [{port: 7070}]
`,
	Remedy: `Add an egress rule for port 53 over UDP and TCP to the cluster's DNS. With a node-local cache, that is an ipBlock: it is on the host network.
The addresses of your cluster are in what "kubectl cis532 policies allow-dns -o yaml" prints: take its rules. The policy itself selects all pods, and
would restrict those that are not restricted yet.

  egress:
  - to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
      podSelector: {matchLabels: {k8s-app: kube-dns}}
    - ipBlock: {cidr: 169.254.20.10/32}
    ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}`,
	Check: func(ns *Namespace) []Found {
		byCut := map[string][]int{}
		var targets []dnsTarget
		for _, g := range ns.Egress.Groups {
			if !restrictsSome(g.Posture) {
				continue
			}
			if targets == nil {
				targets = ns.facts.dnsTargets()
			}
			for cut, pods := range ns.dnsCut(g, targets) {
				byCut[cut] = append(byCut[cut], pods...)
			}
		}
		var found []Found
		for _, cut := range slices.Sorted(maps.Keys(byCut)) {
			pods := byCut[cut]
			found = append(found, Found{
				Message: fmt.Sprintf("%s cannot ask %s over %s: %s", count(len(pods), "pod"), targetNames(targets), cut, ns.podNames(pods)),
				Remedy:  fmt.Sprintf("allow egress to it on port 53 over %s", cut),
			})
		}
		return found
	},
})

// restrictsSome says that a posture lets something out, and not everything.
func restrictsSome(p netpol.Posture) bool { return restricts(p) && p != netpol.PostureDenied }

// dnsCut sorts the pods of a group by the protocols over which they cannot ask the DNS. Pods with addresses of the same
// families are alike: only one of them is asked about.
func (n *Namespace) dnsCut(g Group, targets []dnsTarget) map[string][]int {
	byFamilies := map[[2]bool]string{}
	cut := map[string][]int{}
	for _, pod := range g.Pods {
		w := n.facts.workloads[pod]
		if !needsClusterDNS(w) {
			continue
		}
		var families [2]bool
		for _, addr := range w.IPs {
			families[0], families[1] = families[0] || addr.Is4(), families[1] || addr.Is6()
		}
		text, known := byFamilies[families]
		if !known {
			text = strings.Join(n.facts.dnsCut(pod, targets), " and ")
			byFamilies[families] = text
		}
		if text != "" {
			cut[text] = append(cut[text], pod)
		}
	}
	return cut
}
