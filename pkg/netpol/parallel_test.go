package netpol_test

import (
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// What several processors find is what one finds.
func TestALargeClusterIsIndexedAlikeByAnyNumberOfProcessors(t *testing.T) {
	namespaces, pods, policies := estate(6000, 3000, 700, false)
	policies[17].Spec.PodSelector.MatchLabels = map[string]string{"a key that": "cannot be"}
	policies[2900].Spec.PodSelector.MatchLabels = map[string]string{"nor this": "one"}
	type answers struct {
		Warnings  []netpol.Warning
		Postures  [][2]netpol.Posture
		Selecting [][]netpol.PolicyRef
		Selected  []netpol.PolicySelection
		NewPods   []netpol.Posture
	}
	ask := func(processors int) answers {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		c := netpol.New(namespaces, pods, policies)
		a := answers{Warnings: c.Warnings()}
		for i := range pods {
			a.Postures = append(a.Postures, [2]netpol.Posture{c.Posture(i, netpol.Ingress), c.Posture(i, netpol.Egress)})
			a.Selecting = append(a.Selecting, c.Selecting(i, netpol.Ingress))
		}
		for i := range policies {
			a.Selected = append(a.Selected, c.Selected(i))
		}
		for _, ns := range namespaces {
			a.NewPods = append(a.NewPods, c.NewPodPosture(ns.Name, netpol.Ingress))
		}
		return a
	}
	one := ask(1)
	if len(one.Warnings) < 2 {
		t.Errorf("the two selectors that cannot be read are not told: %v", one.Warnings)
	}
	for _, processors := range []int{2, 3, 8} {
		if diff := cmp.Diff(one, ask(processors)); diff != "" {
			t.Errorf("-one +%d processors:\n%s", processors, diff)
		}
	}
}
