package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// policyWithSpec is a valid policy with the given spec, in YAML.
func policyWithSpec(t *testing.T, spec string) *networkingv1.NetworkPolicy {
	t.Helper()
	np := &networkingv1.NetworkPolicy{}
	np.Namespace, np.Name = "shop", "web"
	if err := yaml.UnmarshalStrict([]byte(spec), &np.Spec); err != nil {
		t.Fatalf("test data: %v", err)
	}
	return np
}

func messages(errs field.ErrorList) []string {
	var lines []string
	for _, err := range errs {
		lines = append(lines, err.Error())
	}
	return lines
}

const labelValueRule = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end ` +
	`with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`

func TestSpecsThatTheAPIServerRefuses(t *testing.T) {
	for _, test := range []struct {
		name, spec string
		want       []string
	}{
		{
			"a CIDR with host bits is refused, since 1.36",
			`ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/8}}]}]`,
			[]string{`spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.1.2.3/8": must not have bits set beyond the prefix length`},
		},
		{
			"a CIDR with leading zeros is refused, since 1.36",
			`egress: [{}, {to: [{podSelector: {}}, {ipBlock: {cidr: 010.0.0.0/8}}]}]`,
			[]string{`spec.egress[1].to[1].ipBlock.cidr: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length`},
		},
		{
			"a CIDR of IPv4-mapped IPv6 addresses is refused, since 1.36",
			`ingress: [{from: [{ipBlock: {cidr: "::ffff:10.0.0.0/104"}}]}]`,
			[]string{`spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "::ffff:10.0.0.0/104": must not have an IPv4-mapped IPv6 address`},
		},
		{
			"an address without prefix length is no CIDR, and its exceptions are not judged",
			`ingress: [{from: [{ipBlock: {cidr: 10.0.0.0, except: [bad]}}]}]`,
			[]string{`spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`},
		},
		{
			"an ipBlock needs a CIDR",
			`ingress: [{from: [{ipBlock: {except: [10.0.0.0/8]}}]}]`,
			[]string{`spec.ingress[0].from[0].ipBlock.cidr: Required value`},
		},
		{
			"an except that is the CIDR itself is refused",
			`ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.0.0.0/8]}}]}]`,
			[]string{"spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"10.0.0.0/8\": has to lie within `cidr` and be smaller"},
		},
		{
			"an except outside the CIDR is refused",
			`ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]`,
			[]string{"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": has to lie within `cidr` and be smaller"},
		},
		{
			"an except of the other address family is refused",
			`ingress: [{from: [{ipBlock: {cidr: "::/0", except: [10.0.0.0/8]}}]}]`,
			[]string{"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/8\": has to lie within `cidr` and be smaller"},
		},
		{
			"an except with host bits, outside the CIDR, is refused for both",
			`ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.1/16]}}]}]`,
			[]string{
				"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.1/16\": has to lie within `cidr` and be smaller",
				`spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.1/16": must not have bits set beyond the prefix length`,
			},
		},
		{
			"a peer has to say who it is",
			`ingress: [{from: [{}]}]`,
			[]string{`spec.ingress[0].from[0]: Required value: one of podSelector, namespaceSelector, ipBlock is needed`},
		},
		{
			"ipBlock and a selector exclude each other",
			`egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}]}]`,
			[]string{
				`spec.egress[0].to[0]: Forbidden: ipBlock and a selector exclude each other`,
				`spec.egress[0].to[1]: Forbidden: ipBlock and a selector exclude each other`,
			},
		},
		{
			"ports are numbers from 1 to 65535",
			`ingress: [{ports: [{port: 0}, {port: 65536}]}]`,
			[]string{
				`spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`,
				`spec.ingress[0].ports[1].port: Invalid value: 65536: must be between 1 and 65535, inclusive`,
			},
		},
		{
			"a number in quotes is a port name, and needs a letter",
			`ingress: [{ports: [{port: "80"}]}]`,
			[]string{`spec.ingress[0].ports[0].port: Invalid value: "80": must contain at least one letter (a-z)`},
		},
		{
			"endPort needs a port",
			`ingress: [{ports: [{endPort: 80}]}]`,
			[]string{"spec.ingress[0].ports[0].endPort: Invalid value: 80: needs a `port`"},
		},
		{
			"endPort needs a port that is a number",
			`ingress: [{ports: [{port: http, endPort: 80}]}]`,
			[]string{"spec.ingress[0].ports[0].endPort: Invalid value: 80: needs a `port` that is a number"},
		},
		{
			"endPort is not smaller than port, and is a port",
			`ingress: [{ports: [{port: 80, endPort: 79}, {port: 80, endPort: 65536}, {port: 80, endPort: 0}]}]`,
			[]string{
				"spec.ingress[0].ports[0].endPort: Invalid value: 79: is smaller than `port`",
				`spec.ingress[0].ports[1].endPort: Invalid value: 65536: must be between 1 and 65535, inclusive`,
				"spec.ingress[0].ports[2].endPort: Invalid value: 0: is smaller than `port`",
				`spec.ingress[0].ports[2].endPort: Invalid value: 0: must be between 1 and 65535, inclusive`,
			},
		},
		{
			"protocols are TCP, UDP and SCTP, in capitals; empty is not absent",
			`ingress: [{ports: [{protocol: tcp}, {protocol: ""}]}]`,
			[]string{
				`spec.ingress[0].ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"`,
				`spec.ingress[0].ports[1].protocol: Unsupported value: "": supported values: "TCP", "UDP", "SCTP"`,
			},
		},
		{
			"policy types are Ingress and Egress",
			`policyTypes: [Ingress, egress]`,
			[]string{`spec.policyTypes[1]: Unsupported value: "egress": supported values: "Ingress", "Egress"`},
		},
		{
			"three policy types are too many, whatever they are",
			`policyTypes: [Ingress, Egress, bad]`,
			[]string{`spec.policyTypes: Invalid value: 3: at most two policy types are possible`},
		},
		{
			"In needs values, Exists takes none, other operators are unknown",
			`podSelector: {matchExpressions: [{key: a, operator: In}, {key: a, operator: Exists, values: [""]}, {key: a, operator: Gt}]}`,
			[]string{
				"spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
				"spec.podSelector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
				`spec.podSelector.matchExpressions[2].operator: Invalid value: "Gt": not a valid selector operator`,
			},
		},
		{
			"a selector's values are label values",
			`ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: In, values: [ok, not ok]}]}}]}]`,
			[]string{`spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values[1]: Invalid value: "not ok": ` + labelValueRule},
		},
		{
			"errors about one map come in the order of its values",
			`podSelector: {matchLabels: {b: "z ", c: "y ", d: "x "}}`,
			[]string{
				`spec.podSelector.matchLabels: Invalid value: "x ": ` + labelValueRule,
				`spec.podSelector.matchLabels: Invalid value: "y ": ` + labelValueRule,
				`spec.podSelector.matchLabels: Invalid value: "z ": ` + labelValueRule,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := messages(validation.NetworkPolicy(policyWithSpec(t, test.spec)))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpecsThatTheAPIServerTakes(t *testing.T) {
	for _, test := range []struct{ name, spec string }{
		{"nothing at all", `{}`},
		{"a default deny", `policyTypes: [Ingress, Egress]`},
		{"an allow-all", `{ingress: [{}], egress: [{}], policyTypes: [Ingress, Egress]}`},
		{"the same policy type twice", `policyTypes: [Ingress, Ingress]`},
		{"rules of a direction that policyTypes does not name", `{egress: [{}], policyTypes: [Ingress]}`},
		{"a range of one port", `ingress: [{ports: [{port: 80, endPort: 80}]}]`},
		{"a range of all ports", `ingress: [{ports: [{port: 1, endPort: 65535, protocol: UDP}]}]`},
		{"a port with nothing said", `ingress: [{ports: [{}]}]`},
		{"a protocol alone", `ingress: [{ports: [{protocol: SCTP}]}]`},
		{"every address of both families", `ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}]}]`},
		{"exceptions that cover the whole block", `ingress: [{from: [{ipBlock: {cidr: "::/0", except: ["::/1", "8000::/1"]}}]}]`},
		{"one address", `ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/32}}]}]`},
		{"IPv6 that is not in canonical form", `ingress: [{from: [{ipBlock: {cidr: "2001:0DB8:0::/48"}}]}]`},
		{"both selectors in one peer", `ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]`},
		{"an empty label value in a selector", `podSelector: {matchExpressions: [{key: a, operator: In, values: [""]}]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			np := policyWithSpec(t, test.spec)
			if got := messages(validation.NetworkPolicy(np)); got != nil {
				t.Errorf("refused: %q", got)
			}
			if got := validation.Warnings(np); got != nil {
				t.Errorf("warnings: %q", got)
			}
		})
	}
}

func TestStoredSelectorsThatCannotBeReadAreWarnedAbout(t *testing.T) {
	for _, test := range []struct{ name, spec, want string }{
		{"of the pods", `podSelector: {matchExpressions: [{key: a, operator: Like, values: [b]}]}`,
			`spec.podSelector cannot be read: "Like" is not a valid label selector operator: what it selects is unknown`},
		{"of a peer's namespaces", `egress: [{to: [{}, {namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}]}]`,
			`spec.egress[0].to[1].namespaceSelector cannot be read: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty: what it selects is unknown`},
		{"of a peer's pods", `ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}]`,
			`spec.ingress[0].from[0].podSelector cannot be read: values: Invalid value: ["b"]: values set must be empty for exists and does not exist: what it selects is unknown`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{test.want}, validation.Warnings(policyWithSpec(t, test.spec))); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoPolicyIsNotAValidPolicy(t *testing.T) {
	if got := messages(validation.NetworkPolicy(nil)); len(got) != 1 {
		t.Errorf("got %q, want one error", got)
	}
	if got := messages(validation.Namespace(nil)); len(got) != 1 {
		t.Errorf("got %q, want one error", got)
	}
}

func TestAnEmptyPolicyIsRefusedForItsNameAndNamespace(t *testing.T) {
	want := []string{
		`metadata.name: Required value: name or generateName is required`,
		`metadata.namespace: Required value`,
	}
	if diff := cmp.Diff(want, messages(validation.NetworkPolicy(&networkingv1.NetworkPolicy{}))); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestValuesInMessagesAreQuotedAndCut(t *testing.T) {
	np := policyWithSpec(t, `{}`)
	np.Labels = map[string]string{"app": "\x1b[31mred" + strings.Repeat("é", 1<<20)}
	errs := validation.NetworkPolicy(np)
	if len(errs) == 0 {
		t.Fatal("taken")
	}
	for _, line := range messages(errs) {
		if !strings.Contains(line, `"\x1b[31mredéé`) || !strings.Contains(line, "... (2097160 bytes)") || len(line) > 700 {
			t.Errorf("message of %d bytes: %.400s", len(line), line)
		}
	}
}

func TestWhatIsWrongWithAWholeFieldComesFirst(t *testing.T) {
	np := policyWithSpec(t, `{}`)
	np.Annotations = map[string]string{"!": strings.Repeat("x", 256*1024)}
	got := messages(validation.NetworkPolicy(np))
	if len(got) != 2 || got[0] != "metadata.annotations: Too long: may not be more than 262144 bytes" {
		t.Errorf("got %.300q", got)
	}
}

func TestExplanationsThatQuoteTheManifestAreCutAndPrintable(t *testing.T) {
	np := policyWithSpec(t, `{}`)
	for _, uid := range []types.UID{"1", "2"} {
		np.OwnerReferences = append(np.OwnerReferences, metav1.OwnerReference{
			APIVersion: "apps/v1", Kind: "\x1b[31m", Name: strings.Repeat("n", 1<<20), UID: uid, Controller: new(true),
		})
	}
	got := messages(validation.NetworkPolicy(np))
	if len(got) != 1 || len(got[0]) > 2000 || !strings.Contains(got[0], `references for \x1b[31m/nnn`) {
		t.Errorf("got %.2500q", got)
	}
}

func TestTheNumberOfErrorsIsBounded(t *testing.T) {
	np := policyWithSpec(t, `{}`)
	np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: make([]networkingv1.NetworkPolicyPeer, 10000)}}
	if got := len(validation.NetworkPolicy(np)); got != 100 {
		t.Errorf("%d errors, want 100", got)
	}
}
