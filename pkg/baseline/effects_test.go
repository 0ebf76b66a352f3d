package baseline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// What each entry does, as DESIGN promises it to the users; computed by netpol.
func TestEffectsOfTheCatalogue(t *testing.T) {
	const everything = "same other nodes outside"
	for name, want := range map[string]struct{ ingress, egress, restricts string }{
		"allow-all":            {everything, everything + " dns", ""},
		"allow-cluster":        {"same other", "same other dns", "ingress egress"},
		"default-deny":         {"", "", "ingress egress"},
		"default-deny-ingress": {"", everything + " dns", "ingress"},
		"default-deny-egress":  {everything, "", "egress"},
		"allow-same-namespace": {"same", "same dns", "ingress egress"},
		"allow-dns":            {everything, "dns", "egress"},
	} {
		t.Run(name, func(t *testing.T) {
			entry, known := baseline.Lookup(name)
			if !known {
				t.Fatal("it is not in the catalogue")
			}
			set := entry.Set(baseline.DNS{})
			effects := set.Effects()
			for _, e := range effects {
				if e.Extent == baseline.ExtentSome {
					t.Errorf("%s with %s: partly", e.Direction, e.Peer)
				}
			}
			got := struct{ ingress, egress, restricts string }{
				short(baseline.Passing(effects, netpol.Ingress)), short(baseline.Passing(effects, netpol.Egress)), words(set.Restricts()),
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	if len(baseline.Catalogue) != 7 {
		t.Errorf("%d entries: this test knows 7", len(baseline.Catalogue))
	}
}

// A set restricts a direction exactly where something that passes without it is blocked.
func TestRestrictsIsWhatTheEffectsSay(t *testing.T) {
	for _, entry := range baseline.Catalogue {
		set := entry.Set(baseline.DNS{})
		var blocked []netpol.Direction
		for _, e := range set.Effects() {
			if e.Extent != baseline.ExtentAll && !slices.Contains(blocked, e.Direction) {
				blocked = append(blocked, e.Direction)
			}
		}
		if diff := cmp.Diff(blocked, set.Restricts()); diff != "" {
			t.Errorf("%s (-by effects +restricts):\n%s", entry.Name, diff)
		}
	}
}

func short(peers []string) string {
	return strings.NewReplacer(
		"pods of the same namespace", "same", "pods of other namespaces", "other", "nodes and the API server", "nodes",
		"addresses outside the cluster", "outside", "the cluster's DNS", "dns",
	).Replace(strings.Join(peers, " "))
}

func words(directions []netpol.Direction) string {
	texts := make([]string, len(directions))
	for i, d := range directions {
		texts[i] = string(d)
	}
	return strings.Join(texts, " ")
}

func TestRestrictsOfSeveralPolicies(t *testing.T) {
	for name, test := range map[string]struct {
		specs []string
		want  string
	}{
		"a deny beside an allow-all restricts nothing":          {[]string{`policyTypes: [Ingress, Egress]`, `{ingress: [{}], egress: [{}]}`}, ""},
		"an allow-all of other pods does not undo a deny":       {[]string{`policyTypes: [Ingress]`, `{podSelector: {matchLabels: {app: a}}, ingress: [{}]}`}, "ingress"},
		"an allow-all of the same pods does":                    {[]string{`podSelector: {matchLabels: {app: a}}`, `{podSelector: {matchLabels: {app: a}}, ingress: [{}]}`}, ""},
		"two halves of all addresses are everything":            {[]string{`ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}]}]`}, ""},
		"one family is not":                                     {[]string{`ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]`}, "ingress"},
		"every pod is not everything":                           {[]string{`ingress: [{from: [{namespaceSelector: {}}]}]`}, "ingress"},
		"rules of a direction that is not isolated say nothing": {[]string{`{policyTypes: [Egress], ingress: [], egress: [{}]}`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := words(setOf(t, test.specs...).Restricts()); got != test.want {
				t.Errorf("restricts %q, want %q", got, test.want)
			}
		})
	}
}
