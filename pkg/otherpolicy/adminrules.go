package otherpolicy

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// adminWay goes through the rules in order.
//
// API: "Accept: Accepts the selected traffic [...]. No further ClusterNetworkPolicy or NetworkPolicy rules will be processed",
// "Deny: Drops the selected traffic", "Pass: Skips all further ClusterNetworkPolicy rules in the current tier". "If a given
// connection wasn't allowed or denied by any of the tiers, the default kubernetes policy is applied", which lets it pass. In the
// Baseline tier neither Accept nor Deny counts against a NetworkPolicy.
func (p *Policy) adminWay(d netpol.Direction, rules []adminRule, baseline bool) way {
	w := way{podsOnly: d == netpol.Ingress}
	var denied coverage
	for i := range rules {
		r := &rules[i]
		most, least, empty := r.coverage(d)
		switch r.action {
		case adminAccept, adminPass:
			w.allows = w.allows || r.action == adminAccept && !baseline && !empty
			w.opens = w.opens.and(onAll(most).only(r.kept))
			if empty && r.action == adminPass {
				w.denies = true // "fail closed"
			}
		case adminDeny:
			w.denies = true
			if r.whole {
				denied = denied.and(least)
			}
			if surelyEverything(d, denied) && !w.opens.everything() {
				w.isolates = true
				w.switchedOff = baseline
				return w
			}
		default:
			p.doubt(fmt.Sprintf("spec.%s[%d].action: not one that is known", d, i))
			return way{allows: true, denies: true, opens: open(), switchedOff: baseline}
		}
	}
	w.switchedOff = baseline && w.denies
	return w
}

// surelyEverything says that what is denied is everything that rules of the direction can mean: every pod, for ingress; for
// egress the addresses of both families, which pods have too.
//
// API, networks: "cluster-internal traffic will be checked against the rule as well. So if you Accept or Deny traffic to
// "0.0.0.0/0", that will allow or deny all IPv4 pod-to-pod traffic as well."
func surelyEverything(d netpol.Direction, c coverage) bool {
	if d == netpol.Ingress {
		return c.cluster
	}
	return c.holds(ipv4) && c.holds(ipv6)
}

// coverage is the most and the least that a rule's peers can mean. For ingress every pod counts as everything, since no rule
// can mean more. empty says that a peer has no field that is known.
//
// API: "If an implementation sees no fields are set then it can infer that the deployed CRD is of an incompatible version [...]
// In that case it should fail closed": Accept matches nothing, Deny and Pass deny everything.
func (r *adminRule) coverage(d netpol.Direction) (most, least coverage, empty bool) {
	empty = true
	for _, peer := range r.peers {
		namespaces, pods := peer.namespaces, &metav1.LabelSelector{}
		switch {
		case peer.pods != nil:
			namespaces, pods = peer.pods.namespaces, peer.pods.pods
		case peer.namespaces != nil:
		case len(peer.networks) > 0:
			empty = false
			for _, text := range peer.networks {
				if s, err := readAddresses(text); err == nil {
					most.addresses, least.addresses = append(most.addresses, s), append(least.addresses, s)
				}
			}
			continue
		default:
			empty = empty && !peer.other
			continue
		}
		empty = false
		inNamespaces, err1 := readLabelSelector(field.NewPath("namespaces"), namespaces, nil)
		ofPods, err2 := readLabelSelector(field.NewPath("pods"), pods, nil)
		most.cluster = most.cluster || err1 != nil || err2 != nil || wide(inNamespaces, corev1.LabelMetadataName) && wide(ofPods)
		least.cluster = least.cluster || everything(inNamespaces) && everything(ofPods)
	}
	most.world = d == netpol.Ingress && most.cluster
	most.podsToo = true
	return most, least, empty
}
