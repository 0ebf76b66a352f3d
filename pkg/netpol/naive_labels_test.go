package netpol_test

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

var (
	labelValue  = regexp.MustCompile(`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`)
	labelKey    = regexp.MustCompile(`^([a-z0-9.-]+/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	naiveLetter = regexp.MustCompile(`[a-z]`)
	portName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// selects says whether a selector matches labels; unknown: only kubernetes.io/metadata.name is known.
func selects(s *metav1.LabelSelector, labels map[string]string, unknown bool) int {
	var requirements []metav1.LabelSelectorRequirement
	for k, v := range s.MatchLabels {
		requirements = append(requirements, metav1.LabelSelectorRequirement{Key: k, Operator: "In", Values: []string{v}})
	}
	requirements = append(requirements, s.MatchExpressions...)
	for _, r := range requirements {
		valid := labelKey.MatchString(r.Key)
		switch r.Operator {
		case "In", "NotIn":
			valid = valid && len(r.Values) > 0
		case "Exists", "DoesNotExist":
			valid = valid && len(r.Values) == 0
		default:
			valid = false
		}
		for _, v := range r.Values {
			valid = valid && labelValue.MatchString(v)
		}
		if !valid {
			return maybe
		}
	}
	result := yes
	for _, r := range requirements {
		value, present := labels[r.Key]
		if unknown && r.Key != "kubernetes.io/metadata.name" {
			result = min(result, maybe)
			continue
		}
		var ok bool
		switch r.Operator {
		case "In":
			ok = present && slices.Contains(r.Values, value)
		case "NotIn":
			ok = !present || !slices.Contains(r.Values, value)
		case "Exists":
			ok = present
		case "DoesNotExist":
			ok = !present
		}
		if !ok {
			result = no
		}
	}
	return result
}

func portsMatch(r naiveRule, dst seen, _ networkingv1.PolicyType, port int32, protocol corev1.Protocol) int {
	if len(r.ports) == 0 {
		return yes
	}
	result := no
	for _, p := range r.ports {
		result = max(result, portMatches(p, dst.pod, port, protocol))
	}
	return result
}

func portMatches(p networkingv1.NetworkPolicyPort, dst *netpol.Pod, port int32, protocol corev1.Protocol) int {
	wanted := corev1.Protocol("TCP")
	if p.Protocol != nil {
		wanted = *p.Protocol
	}
	if wanted != "TCP" && wanted != "UDP" && wanted != "SCTP" || wanted != protocol {
		return no
	}
	switch {
	case p.Port == nil && p.EndPort == nil:
		return yes
	case p.Port == nil:
		return maybe
	case p.Port.Type == intstr.String:
		name := p.Port.StrVal
		if p.EndPort != nil || len(name) > 15 || !portName.MatchString(name) || !naiveLetter.MatchString(name) || strings.Contains(name, "--") {
			return maybe
		}
		if dst == nil {
			return no
		}
		for _, c := range dst.Ports {
			has := c.Protocol
			if has == "" {
				has = "TCP"
			}
			if c.Name == name && has == wanted && c.Port == port {
				if dst.HostNetwork {
					return maybe
				}
				return yes
			}
		}
		return no
	}
	first := p.Port.IntVal
	last := first
	if p.EndPort != nil {
		last = *p.EndPort
	}
	switch {
	case first < 1 || first > 65535 || last < first || last > 65535:
		return maybe
	case first <= port && port <= last:
		return yes
	default:
		return no
	}
}
