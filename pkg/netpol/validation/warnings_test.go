package validation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

func TestLiveCIDRsThatKubernetesRefusesSince136AreWarnedAbout(t *testing.T) {
	np := policyWithSpec(t, `
ingress:
- from:
  - podSelector: {}
  - ipBlock: {cidr: 010.0.0.0/8, except: [10.1.0.0/16, 10.2.3.4/16]}
egress:
- to:
  - ipBlock: {cidr: "::ffff:10.0.0.0/104"}
  - ipBlock: {cidr: "2001:0DB8::/32"}
  - ipBlock: {cidr: "2001:db8::1/32"}
  - ipBlock: {cidr: nonsense}
`)
	want := []string{
		`spec.ingress[0].from[1].ipBlock.cidr: "010.0.0.0/8" has leading zeros, which Kubernetes refuses since 1.36: read as "10.0.0.0/8"`,
		`spec.ingress[0].from[1].ipBlock.except[1]: "10.2.3.4/16" has bits set beyond the prefix length, which Kubernetes refuses since 1.36: read as "10.2.0.0/16"`,
		`spec.egress[0].to[0].ipBlock.cidr: "::ffff:10.0.0.0/104" is an IPv4-mapped IPv6 address, which Kubernetes refuses since 1.36: read as "10.0.0.0/8"`,
		`spec.egress[0].to[2].ipBlock.cidr: "2001:db8::1/32" has bits set beyond the prefix length, which Kubernetes refuses since 1.36: read as "2001:db8::/32"`,
		`spec.egress[0].to[3].ipBlock.cidr: "nonsense" is not a CIDR`,
	}
	if diff := cmp.Diff(want, validation.Warnings(np)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if got := validation.Warnings(nil); got != nil {
		t.Errorf("warnings about nil: %q", got)
	}
}
