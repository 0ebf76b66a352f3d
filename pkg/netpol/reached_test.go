package netpol_test

import (
	"flag"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Properties prove little about what the generators do not make: each verdict, reason, note and posture must come up often.
func TestGeneratedClustersShowEveryAnswer(t *testing.T) {
	seed, err := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[any]int{}
	clusters := rapid.Custom(drawCluster)
	for i := range 1000 {
		n := clusters.Example(int(seed>>1) + i)
		c := n.index()
		for _, src := range n.ends() {
			for _, dst := range n.ends() {
				a := c.Connect(src.endpoint(), dst.endpoint(), 80, "TCP")
				seen[a.Verdict]++
				for _, d := range []netpol.Decision{a.Egress, a.Ingress} {
					seen[d.Reason]++
				}
				for _, note := range a.Notes {
					seen[note]++
				}
			}
		}
		for i := range n.pods {
			for _, d := range []netpol.Direction{netpol.Ingress, netpol.Egress} {
				seen[c.Posture(i, d)]++
			}
		}
	}
	for _, answer := range []any{
		netpol.Allowed, netpol.Denied, netpol.Unknown,
		netpol.ReasonNotIsolated, netpol.ReasonRule, netpol.ReasonNoRule, netpol.ReasonRuleMayMatch, netpol.ReasonPolicyMaySelect,
		netpol.ReasonOwnNode, netpol.ReasonHostNetwork, netpol.ReasonNoPod, netpol.ReasonSelf, netpol.ReasonFinished, netpol.ReasonNotJudged,
		netpol.NoteSelf, netpol.NoteFinished, netpol.NoteHostNetwork, netpol.NoteOwnNode, netpol.NoteNodeAddress, netpol.NoteFamiliesDiffer,
		netpol.NoteUnknownAddress, netpol.NoteUnknownLabels, netpol.NoteUnreadable, netpol.NoteNoPod,
		netpol.PostureOpen, netpol.PostureAllowAll, netpol.PostureClusterWide, netpol.PostureRestricted, netpol.PostureDenied,
		netpol.PostureNotApplicable, netpol.PostureUnknown,
	} {
		t.Logf("%6d %T %v", seen[answer], answer, answer)
		if seen[answer] < 5 {
			t.Errorf("%T %v came up %d times", answer, answer, seen[answer])
		}
	}
}
