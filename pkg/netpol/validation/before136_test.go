package validation_test

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

func TestServersBefore136TookWhatLaterOnesRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		block            networkingv1.IPBlock
		before136, since bool
	}{
		"a CIDR as it should be":          {networkingv1.IPBlock{CIDR: "10.0.0.0/8"}, true, true},
		"host bits":                       {networkingv1.IPBlock{CIDR: "10.1.2.3/8"}, true, false},
		"leading zeros":                   {networkingv1.IPBlock{CIDR: "010.0.0.0/8"}, true, false},
		"host bits in an except":          {networkingv1.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.1.2.3/16"}}, true, false},
		"an except that is not inside":    {networkingv1.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"11.0.0.1/16"}}, false, false},
		"a mapped except":                 {networkingv1.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"::ffff:10.1.0.0/112"}}, true, false},
		"a mapped except that is it all":  {networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{"::ffff:0:0/96"}}, true, false},
		"a mapped except outside":         {networkingv1.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"::ffff:11.0.0.0/112"}}, false, false},
		"an except of a mapped CIDR":      {networkingv1.IPBlock{CIDR: "::ffff:10.0.0.0/104", Except: []string{"10.1.0.0/16"}}, false, false},
		"mapped, and a mapped except":     {networkingv1.IPBlock{CIDR: "::ffff:10.0.0.0/104", Except: []string{"::ffff:10.1.0.0/112"}}, true, false},
		"mapped, and as much excepted":    {networkingv1.IPBlock{CIDR: "::ffff:10.0.0.0/104", Except: []string{"::ffff:10.0.0.0/104"}}, false, false},
		"host bits hide no other mistake": {networkingv1.IPBlock{CIDR: "10.0.0.1/33"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			np := &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p"},
				Spec: networkingv1.NetworkPolicySpec{Ingress: []networkingv1.NetworkPolicyIngressRule{{
					From: []networkingv1.NetworkPolicyPeer{{IPBlock: &test.block}},
				}}},
			}
			if got := len(validation.NetworkPolicyBefore136(np)) == 0; got != test.before136 {
				t.Errorf("taken before 1.36: %v, want %v", got, test.before136)
			}
			if got := len(validation.NetworkPolicy(np)) == 0; got != test.since {
				t.Errorf("taken since 1.36: %v, want %v", got, test.since)
			}
		})
	}
}
