package otherpolicy

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// adminPolicy is what the three kinds of policy.networking.k8s.io have in common.
type adminPolicy struct {
	namespaces      *metav1.LabelSelector
	pods            *adminPods
	ingress, egress []adminRule
}

type adminPods struct{ namespaces, pods *metav1.LabelSelector }

// adminRule is a rule of either direction. The first that matches decides.
type adminRule struct {
	action adminAction
	peers  []adminPeer
	// kept are the protocols of which the rule means every port.
	kept [protocols]bool
	// whole rules mean every port of every protocol.
	whole bool
}

type adminAction uint8

const (
	adminUnknown adminAction = iota
	adminAccept
	adminDeny
	adminPass
)

var adminActions = map[string]adminAction{"Accept": adminAccept, "Allow": adminAccept, "Deny": adminDeny, "Pass": adminPass}

type adminPeer struct {
	namespaces *metav1.LabelSelector
	pods       *adminPods
	networks   []string
	// other is a peer by nodes or by domain names.
	other bool
}

func (p *Policy) readAdmin(raw []byte) error {
	var a *adminPolicy
	var err error
	baseline := false
	switch p.Kind {
	case "AdminNetworkPolicy":
		a, err = readANP(raw)
	case "BaselineAdminNetworkPolicy":
		baseline = true
		a, err = readBANP(raw)
	default:
		a, baseline, err = p.readCNP(raw)
	}
	if err != nil {
		return err
	}
	p.yields = baseline
	subject, all := p.adminSubject(a)
	part := part{subject: subject, all: all}
	part.ways[index(netpol.Ingress)] = p.adminWay(netpol.Ingress, a.ingress, baseline)
	part.ways[index(netpol.Egress)] = p.adminWay(netpol.Egress, a.egress, baseline)
	p.parts = append(p.parts, part)
	return nil
}

// adminSubject reads whom the policy means.
//
// API, subject: "Exactly one field must be set", namespaces or pods.
func (p *Policy) adminSubject(a *adminPolicy) (subject func(*Namespace, *Pod) Match, all bool) {
	read := func(name string, s *metav1.LabelSelector) expression {
		e, err := readLabelSelector(field.NewPath("spec", "subject", name), s, nil)
		if err != nil {
			p.doubt(err.Error())
		}
		return e
	}
	var namespaces, pods expression = constant(Surely), constant(Surely)
	switch {
	case (a.namespaces == nil) == (a.pods == nil):
		p.doubt("spec.subject: exactly one of namespaces and pods must be set")
		return func(*Namespace, *Pod) Match { return Perhaps }, false
	case a.pods != nil:
		namespaces, pods = read("pods.namespaceSelector", a.pods.namespaces), read("pods.podSelector", a.pods.pods)
	default:
		namespaces = read("namespaces", a.namespaces)
	}
	return func(ns *Namespace, pod *Pod) Match {
		return namespaces.match(ns.namespaceLabel) & pods.match(pod.podLabel)
	}, everything(namespaces) && everything(pods)
}

func readANP(raw []byte) (*adminPolicy, error) {
	var read v1alpha1.AdminNetworkPolicy
	if err := unmarshal(raw, &read); err != nil {
		return nil, err
	}
	a := oldSubject(&read.Spec.Subject)
	for _, r := range read.Spec.Ingress {
		a.ingress = append(a.ingress, oldRule(string(r.Action), r.Ports, oldIngressPeers(r.From)))
	}
	for _, r := range read.Spec.Egress {
		var peers []adminPeer
		for _, to := range r.To {
			peers = append(peers, adminPeer{to.Namespaces, oldPods(to.Pods), texts(to.Networks), to.Nodes != nil || len(to.DomainNames) > 0})
		}
		a.egress = append(a.egress, oldRule(string(r.Action), r.Ports, peers))
	}
	return a, nil
}

func readBANP(raw []byte) (*adminPolicy, error) {
	var read v1alpha1.BaselineAdminNetworkPolicy
	if err := unmarshal(raw, &read); err != nil {
		return nil, err
	}
	a := oldSubject(&read.Spec.Subject)
	for _, r := range read.Spec.Ingress {
		a.ingress = append(a.ingress, oldRule(string(r.Action), r.Ports, oldIngressPeers(r.From)))
	}
	for _, r := range read.Spec.Egress {
		var peers []adminPeer
		for _, to := range r.To {
			peers = append(peers, adminPeer{to.Namespaces, oldPods(to.Pods), texts(to.Networks), to.Nodes != nil})
		}
		a.egress = append(a.egress, oldRule(string(r.Action), r.Ports, peers))
	}
	return a, nil
}

// readCNP reads a ClusterNetworkPolicy, of either tier.
func (p *Policy) readCNP(raw []byte) (a *adminPolicy, baseline bool, err error) {
	var read v1alpha2.ClusterNetworkPolicy
	if err := unmarshal(raw, &read); err != nil {
		return nil, false, err
	}
	spec := &read.Spec
	switch spec.Tier {
	case v1alpha2.AdminTier:
	case v1alpha2.BaselineTier:
		baseline = true
	default:
		return nil, false, fmt.Errorf("spec.tier: Unsupported value: %q: must be Admin or Baseline", clip(string(spec.Tier)))
	}
	a = &adminPolicy{namespaces: spec.Subject.Namespaces, pods: newPods(spec.Subject.Pods)}
	for _, r := range spec.Ingress {
		var peers []adminPeer
		for _, from := range r.From {
			peers = append(peers, adminPeer{namespaces: from.Namespaces, pods: newPods(from.Pods)})
		}
		a.ingress = append(a.ingress, newRule(string(r.Action), r.Protocols, peers))
	}
	for _, r := range spec.Egress {
		var peers []adminPeer
		for _, to := range r.To {
			peers = append(peers, adminPeer{to.Namespaces, newPods(to.Pods), texts(to.Networks), to.Nodes != nil || len(to.DomainNames) > 0})
		}
		a.egress = append(a.egress, newRule(string(r.Action), r.Protocols, peers))
	}
	return a, baseline, nil
}
