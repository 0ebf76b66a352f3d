package otherpolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// calicoPolicy is what is read of Calico's NetworkPolicy and GlobalNetworkPolicy.
//
// Calico: api/pkg/apis/projectcalico/v3/networkpolicy.go and globalnetworkpolicy.go.
type calicoPolicy struct {
	Spec *struct {
		Tier                   string       `json:"tier"`
		Order                  *float64     `json:"order"`
		Selector               string       `json:"selector"`
		NamespaceSelector      string       `json:"namespaceSelector"`
		ServiceAccountSelector string       `json:"serviceAccountSelector"`
		Types                  []string     `json:"types"`
		Ingress                []calicoRule `json:"ingress"`
		Egress                 []calicoRule `json:"egress"`
		DoNotTrack             bool         `json:"doNotTrack"`
		PreDNAT                bool         `json:"preDNAT"`
	} `json:"spec"`
}

// calicoRule is a rule. What is only asked whether it is there is left as it is.
type calicoRule struct {
	Action      string          `json:"action"`
	IPVersion   json.RawMessage `json:"ipVersion"`
	Protocol    any             `json:"protocol"`
	NotProtocol any             `json:"notProtocol"`
	ICMP        json.RawMessage `json:"icmp"`
	NotICMP     json.RawMessage `json:"notICMP"`
	HTTP        json.RawMessage `json:"http"`
	Source      calicoEntity    `json:"source"`
	Destination calicoEntity    `json:"destination"`
}

// calicoEntity is one end of a connection, in a rule.
type calicoEntity struct {
	Nets              []string        `json:"nets"`
	NotNets           []string        `json:"notNets"`
	Selector          string          `json:"selector"`
	NotSelector       string          `json:"notSelector"`
	NamespaceSelector string          `json:"namespaceSelector"`
	Services          json.RawMessage `json:"services"`
	ServiceAccounts   json.RawMessage `json:"serviceAccounts"`
	Domains           []string        `json:"domains"`
	Ports             []any           `json:"ports"`
	NotPorts          []any           `json:"notPorts"`
}

// What Calico puts among a pod's labels.
//
// Calico: libcalico-go/lib/backend/k8s/conversion, workload_endpoint_default.go ("append two additional labels for
// namespace and orchestrator") and conversion.go (NamespaceToProfile, ServiceAccountToProfile: the labels of the namespace and
// of the service account, with a prefix, and their names).
const (
	calicoNamespace      = "projectcalico.org/namespace"
	calicoOrchestrator   = "projectcalico.org/orchestrator"
	calicoServiceAccount = "projectcalico.org/serviceaccount"
	calicoName           = "projectcalico.org/name"
	calicoNamespaceLabel = "pcns."
	calicoAccountLabel   = "pcsa."
)

// calicoLabels looks among a pod's labels as Calico sees them. The endpoint's own come before those that it inherits.
func calicoLabels(ns *Namespace, pod *Pod) lookup {
	return func(key string) (string, Match) {
		switch key {
		case calicoNamespace:
			return ns.Name, Surely
		case calicoOrchestrator:
			return "k8s", Surely
		case calicoServiceAccount:
			return pod.serviceAccount()
		}
		if value, present := pod.podLabel(key); present == Surely {
			return value, present
		}
		if inherited, ok := strings.CutPrefix(key, calicoNamespaceLabel); ok {
			if inherited == calicoName {
				return ns.Name, Surely
			}
			return ns.namespaceLabel(inherited)
		}
		if inherited, ok := strings.CutPrefix(key, calicoAccountLabel); ok {
			if inherited == calicoName {
				return pod.serviceAccount()
			}
			return "", Perhaps // the labels of service accounts are not read
		}
		return "", Never
	}
}

func prefixed(look lookup, prefix string) lookup {
	return func(key string) (string, Match) { return look(prefix + key) }
}

func (p *Policy) readCalico(raw []byte, stored bool) error {
	var read calicoPolicy
	if err := unmarshal(raw, &read); err != nil {
		return err
	}
	spec := read.Spec
	if spec == nil {
		return errors.New("spec: Required value")
	}
	if spec.DoNotTrack || spec.PreDNAT {
		// GlobalNetworkPolicy reference: both are for host endpoints; a pod is a workload endpoint. (applyOnForward is no
		// such field: a policy with it applies to pods all the same.)
		return nil
	}
	if p.namespaced {
		spec.NamespaceSelector = ""
	}
	selector := p.calicoSelector("spec.selector", spec.Selector)
	namespaces := p.calicoSelector("spec.namespaceSelector", spec.NamespaceSelector)
	accounts := p.calicoSelector("spec.serviceAccountSelector", spec.ServiceAccountSelector)
	if !everything(accounts) {
		p.doubt("spec.serviceAccountSelector: the labels of service accounts are not read")
	}
	if strings.Contains(spec.Selector, calicoAccountLabel) {
		p.doubt("spec.selector: the labels of service accounts are not read")
	}
	tier := calicoTier(spec.Tier, p.Name, stored)
	p.yields = tier.afterDefault
	part := part{
		all: everything(selector) && everything(namespaces) && everything(accounts),
		subject: func(ns *Namespace, pod *Pod) Match {
			look := calicoLabels(ns, pod)
			return selector.match(look) & namespaces.match(prefixed(look, calicoNamespaceLabel)) & accounts.match(prefixed(look, calicoAccountLabel))
		},
	}
	sure, possible := calicoTypes(spec.Types, len(spec.Ingress) > 0, len(spec.Egress) > 0, stored)
	late := spec.Order == nil || *spec.Order >= networkPolicyOrder
	for _, d := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
		if !slices.Contains(possible, d) {
			continue
		}
		rules := spec.Ingress
		if d == netpol.Egress {
			rules = spec.Egress
		}
		w := p.calicoWay(d, rules, tier, late)
		w.isolates = w.isolates && slices.Contains(sure, d)
		part.ways[index(d)] = w
	}
	p.parts = append(p.parts, part)
	return nil
}

// calicoSelector reads a selector of the policy's subjects.
func (p *Policy) calicoSelector(path, text string) expression {
	e, err := readCalicoSelector(text)
	if err != nil {
		p.doubt(fmt.Sprintf("%s: cannot be read: %v", path, err))
	}
	return e
}

// calicoTypes says to which directions a policy applies: surely, and possibly.
//
// Calico, spec.types: "[ PolicyTypeIngress ], if there are no Egress rules (including the case where there are also no Ingress
// rules)", "[ PolicyTypeEgress ], if there are Egress rules but no Ingress rules", else both. That is filled in when a
// policy is written by way of Calico's API; of a stored one without types felix says (calc/policy_sorter.go): "no Types
// means Ingress and Egress".
func calicoTypes(types []string, ingress, egress, stored bool) (sure, possible []netpol.Direction) {
	for _, t := range types {
		switch t {
		case "Ingress":
			sure = append(sure, netpol.Ingress)
		case "Egress":
			sure = append(sure, netpol.Egress)
		}
	}
	if len(types) > 0 {
		return sure, sure
	}
	if ingress || !egress {
		sure = append(sure, netpol.Ingress)
	}
	if egress {
		sure = append(sure, netpol.Egress)
	}
	if stored {
		return sure, []netpol.Direction{netpol.Ingress, netpol.Egress}
	}
	return sure, sure
}
