package otherpolicy

import (
	"encoding/json"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// ciliumPolicy is what is read of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. Both spec and specs count.
//
// Cilium: pkg/k8s/apis/cilium.io/v2/cnp_types.go; pkg/policy/api/rule.go, ingress.go, egress.go, l4.go.
type ciliumPolicy struct {
	Spec  *ciliumRule   `json:"spec"`
	Specs []*ciliumRule `json:"specs"`
}

type ciliumRule struct {
	EndpointSelector  *metav1.LabelSelector `json:"endpointSelector"`
	NodeSelector      *metav1.LabelSelector `json:"nodeSelector"`
	Ingress           []ciliumAllow         `json:"ingress"`
	IngressDeny       []ciliumAllow         `json:"ingressDeny"`
	Egress            []ciliumAllow         `json:"egress"`
	EgressDeny        []ciliumAllow         `json:"egressDeny"`
	EnableDefaultDeny struct {
		Ingress *bool `json:"ingress"`
		Egress  *bool `json:"egress"`
	} `json:"enableDefaultDeny"`
}

// ciliumAllow is a rule of a section, of either direction; a list that is there but empty is told from one that is not.
type ciliumAllow struct {
	FromEndpoints *[]metav1.LabelSelector `json:"fromEndpoints"`
	FromEntities  *[]string               `json:"fromEntities"`
	FromCIDR      *[]string               `json:"fromCIDR"`
	FromCIDRSet   *[]ciliumCIDR           `json:"fromCIDRSet"`
	FromNodes     *[]any                  `json:"fromNodes"`
	FromGroups    *[]any                  `json:"fromGroups"`
	ToEndpoints   *[]metav1.LabelSelector `json:"toEndpoints"`
	ToEntities    *[]string               `json:"toEntities"`
	ToCIDR        *[]string               `json:"toCIDR"`
	ToCIDRSet     *[]ciliumCIDR           `json:"toCIDRSet"`
	ToNodes       *[]any                  `json:"toNodes"`
	ToGroups      *[]any                  `json:"toGroups"`
	ToServices    *[]any                  `json:"toServices"`
	ToFQDNs       *[]ciliumName           `json:"toFQDNs"`
	ToPorts       *[]ciliumPorts          `json:"toPorts"`
	ICMPs         *[]any                  `json:"icmps"`
}

type ciliumCIDR struct {
	CIDR              string          `json:"cidr"`
	CIDRGroupRef      string          `json:"cidrGroupRef"`
	CIDRGroupSelector json.RawMessage `json:"cidrGroupSelector"`
	Except            []string        `json:"except"`
}

type ciliumName struct {
	MatchName    string `json:"matchName"`
	MatchPattern string `json:"matchPattern"`
}

type ciliumPorts struct {
	Ports       []ciliumPort    `json:"ports"`
	Rules       json.RawMessage `json:"rules"`
	ServerNames []string        `json:"serverNames"`
}

type ciliumPort struct {
	Port     string `json:"port"`
	EndPort  int32  `json:"endPort"`
	Protocol string `json:"protocol"`
}

func (p *Policy) readCilium(raw []byte) error {
	var read ciliumPolicy
	if err := unmarshal(raw, &read); err != nil {
		return err
	}
	rules := map[string]*ciliumRule{}
	var paths []string
	add := func(path string, rule *ciliumRule) {
		if rule != nil {
			paths, rules[path] = append(paths, path), rule
		}
	}
	add("spec", read.Spec)
	for i, rule := range read.Specs {
		add(fmt.Sprintf("specs[%d]", i), rule)
	}
	if len(paths) == 0 {
		return errors.New("spec: Required value")
	}
	for _, path := range paths {
		p.addCilium(path, rules[path])
	}
	return nil
}

// addCilium takes one rule. Those with a nodeSelector select nodes, and so concern no pod.
//
// Cilium: pkg/policy/api/rule_validation.go (Sanitize): "rule must have one of EndpointSelector or NodeSelector", "rule cannot
// have both". What Cilium refuses is not enforced at all, and here selects perhaps.
func (p *Policy) addCilium(path string, rule *ciliumRule) {
	if rule.EndpointSelector == nil && rule.NodeSelector != nil {
		return
	}
	part := part{subject: func(*Namespace, *Pod) Match { return Perhaps }}
	refuse := func(err error) {
		part.doubtful = true
		p.doubt(err.Error())
	}
	switch {
	case rule.EndpointSelector == nil:
		refuse(fmt.Errorf("%s.endpointSelector: missing", path))
	case rule.NodeSelector != nil:
		refuse(fmt.Errorf("%s: has both endpointSelector and nodeSelector, which Cilium refuses", path))
	}
	if rule.EndpointSelector != nil {
		selector, err := p.ciliumSubject(field.NewPath(path, "endpointSelector"), rule.EndpointSelector)
		if err != nil {
			refuse(err)
		}
		part.all = everything(selector)
		part.subject = func(ns *Namespace, pod *Pod) Match { return selector.match(ciliumLabels(ns, pod)) }
	}
	for _, s := range []struct {
		direction   netpol.Direction
		allow, deny []ciliumAllow
		defaultDeny *bool
	}{
		{netpol.Ingress, rule.Ingress, rule.IngressDeny, rule.EnableDefaultDeny.Ingress},
		{netpol.Egress, rule.Egress, rule.EgressDeny, rule.EnableDefaultDeny.Egress},
	} {
		section := ciliumSection{clusterwide: !p.namespaced, direction: s.direction, allow: s.allow, deny: s.deny, defaultDeny: s.defaultDeny}
		w, err := section.way()
		if err != nil {
			refuse(fmt.Errorf("%s.%s%w", path, s.direction, err))
		}
		part.ways[index(s.direction)] = w
	}
	p.parts = append(p.parts, part)
}
