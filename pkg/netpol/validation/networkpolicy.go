package validation

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	netutils "k8s.io/utils/net"
)

// NetworkPolicy returns why the API server would refuse to create np, or
// nothing if it would take it. No rule depends on what the server fills in, so
// np need not be defaulted. It is not changed. A nil policy is refused.
//
// The namespace has to be there: a manifest's absent namespace is the reader's
// to decide. Whether that namespace exists is not asked. The errors are in the
// order of the fields, and no more than 100.
func NetworkPolicy(np *networkingv1.NetworkPolicy) field.ErrorList {
	if np == nil {
		return noObject()
	}
	// Source: NetworkPolicy's name is a DNS subdomain (concepts, "Object Names and IDs").
	errs := createdMetadata(np.ObjectMeta, namespaced, apivalidation.NameIsDNSSubdomain)
	errs = append(errs, policySpec(&np.Spec, field.NewPath("spec"))...)
	return presentable(errs)
}

func policySpec(spec *networkingv1.NetworkPolicySpec, path *field.Path) field.ErrorList {
	errs := labelSelector(&spec.PodSelector, path.Child("podSelector"))
	for i := range spec.Ingress {
		rule, rulePath := &spec.Ingress[i], path.Child("ingress").Index(i)
		errs = append(errs, ports(rule.Ports, rulePath.Child("ports"))...)
		errs = append(errs, peers(rule.From, rulePath.Child("from"))...)
	}
	for i := range spec.Egress {
		rule, rulePath := &spec.Egress[i], path.Child("egress").Index(i)
		errs = append(errs, ports(rule.Ports, rulePath.Child("ports"))...)
		errs = append(errs, peers(rule.To, rulePath.Child("to"))...)
	}
	return append(errs, policyTypes(spec.PolicyTypes, path.Child("policyTypes"))...)
}

// policyTypes: "Valid options are ["Ingress"], ["Egress"], or ["Ingress",
// "Egress"]" (NetworkPolicySpec.policyTypes). The server limits the number and
// each value, so that a type may stand there twice; of too many it names the
// list and no single value.
func policyTypes(types []networkingv1.PolicyType, path *field.Path) field.ErrorList {
	known := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	if len(types) > len(known) {
		return field.ErrorList{field.Invalid(path, len(types), "at most two policy types are possible")}
	}
	var errs field.ErrorList
	for i, policyType := range types {
		if policyType != networkingv1.PolicyTypeIngress && policyType != networkingv1.PolicyTypeEgress {
			errs = append(errs, field.NotSupported(path.Index(i), policyType, known))
		}
	}
	return errs
}

func peers(list []networkingv1.NetworkPolicyPeer, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range list {
		errs = append(errs, peer(&list[i], path.Index(i))...)
	}
	return errs
}

// peer: "Only certain combinations of fields are allowed"
// (NetworkPolicyPeer): a pod selector, a namespace selector, both of them, or
// an IP block; "if [ipBlock] is set then neither of the other fields can be".
func peer(p *networkingv1.NetworkPolicyPeer, path *field.Path) field.ErrorList {
	errs := labelSelector(p.PodSelector, path.Child("podSelector"))
	errs = append(errs, labelSelector(p.NamespaceSelector, path.Child("namespaceSelector"))...)
	if p.IPBlock != nil {
		errs = append(errs, ipBlock(p.IPBlock, path.Child("ipBlock"))...)
	}
	bySelector := p.PodSelector != nil || p.NamespaceSelector != nil
	switch {
	case !bySelector && p.IPBlock == nil:
		errs = append(errs, field.Required(path, "one of podSelector, namespaceSelector, ipBlock is needed"))
	case bySelector && p.IPBlock != nil:
		errs = append(errs, field.Forbidden(path, "ipBlock and a selector exclude each other"))
	}
	return errs
}

// ipBlock: "cidr is a string representing the IPBlock. Valid examples are
// "192.168.1.0/24" or "2001:db8::/64"", "Except values will be rejected if they
// are outside the cidr range" (IPBlock). Inside means smaller too: a block that
// excepts itself is refused. Since 1.36 (feature gate StrictIPCIDRValidation)
// neither has leading zeros, an IPv4-mapped IPv6 address or host bits.
func ipBlock(block *networkingv1.IPBlock, path *field.Path) field.ErrorList {
	if block.CIDR == "" {
		return field.ErrorList{field.Required(path.Child("cidr"), "")}
	}
	errs := strictCIDR(block.CIDR, path.Child("cidr"))
	_, outer, err := netutils.ParseCIDRSloppy(block.CIDR)
	if err != nil {
		return errs
	}
	outerLength, _ := outer.Mask.Size()
	for i, except := range block.Except {
		exceptPath := path.Child("except").Index(i)
		errs = append(errs, strictCIDR(except, exceptPath)...)
		_, inner, err := netutils.ParseCIDRSloppy(except)
		if err != nil {
			continue
		}
		innerLength, _ := inner.Mask.Size()
		if innerLength <= outerLength || !outer.Contains(inner.IP) {
			errs = append(errs, field.Invalid(exceptPath, except, "has to lie within `cidr` and be smaller"))
		}
	}
	return errs
}

func strictCIDR(value string, path *field.Path) field.ErrorList {
	return utilvalidation.IsValidCIDRForLegacyField(path, value, true, nil)
}

func ports(list []networkingv1.NetworkPolicyPort, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range list {
		errs = append(errs, port(&list[i], path.Index(i))...)
	}
	return errs
}

// port: "protocol represents the protocol (TCP, UDP, or SCTP)"; "port [...] can
// either be a numerical or named port"; "endPort [...] cannot be defined if the
// port field is not defined or if the port field is defined as a named (string)
// port. The endPort must be equal or greater than port" (NetworkPolicyPort).
func port(p *networkingv1.NetworkPolicyPort, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if p.Protocol != nil {
		switch *p.Protocol {
		case corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
		default:
			errs = append(errs, field.NotSupported(path.Child("protocol"), *p.Protocol,
				[]corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}))
		}
	}
	portPath, endPath := path.Child("port"), path.Child("endPort")
	switch {
	case p.Port == nil:
		if p.EndPort != nil {
			errs = append(errs, field.Invalid(endPath, *p.EndPort, "needs a `port`"))
		}
	case p.Port.Type == intstr.Int:
		errs = append(errs, portNumber(p.Port.IntVal, portPath)...)
		if p.EndPort != nil {
			if *p.EndPort < p.Port.IntVal {
				errs = append(errs, field.Invalid(endPath, *p.EndPort, "is smaller than `port`"))
			}
			errs = append(errs, portNumber(*p.EndPort, endPath)...)
		}
	default:
		for _, message := range utilvalidation.IsValidPortName(p.Port.StrVal) {
			errs = append(errs, field.Invalid(portPath, p.Port.StrVal, message))
		}
		if p.EndPort != nil {
			errs = append(errs, field.Invalid(endPath, *p.EndPort, "needs a `port` that is a number"))
		}
	}
	return errs
}

func portNumber(number int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, message := range utilvalidation.IsValidPortNum(int(number)) {
		errs = append(errs, field.Invalid(path, number, message))
	}
	return errs
}

// labelSelector: the operators, and how many values each takes, are those of
// LabelSelectorRequirement; keys and values are valid labels. An absent
// selector is valid.
func labelSelector(selector *metav1.LabelSelector, path *field.Path) field.ErrorList {
	return metav1validation.ValidateLabelSelector(selector, metav1validation.LabelSelectorValidationOptions{}, path)
}
