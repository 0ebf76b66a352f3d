package audit_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Here an inventory is changed in a way of which is known what it must change, or that it must change nothing.

// openness is the order of postures of pods that are isolated.
var openness = map[netpol.Posture]int{netpol.PostureDenied: 1, netpol.PostureRestricted: 2, netpol.PostureClusterWide: 3, netpol.PostureAllowAll: 4}

func TestAPolicyMoreNeverClosesWhatIsIsolated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := drawInventory(t)
		after := copied(before)
		ns := pick(t, after.Namespaces...)
		added := pick(t, allowAllPolicy(t, ns.Name), drawPolicy(t, ns.Name, "z"))
		ns.Policies = append(ns.Policies, added)
		was, is := postures(before), postures(after)
		for pod, posture := range was {
			switch {
			case posture == netpol.PostureNotApplicable || posture == netpol.PostureUnknown:
			case posture == netpol.PostureOpen && added.Name != "allow-all":
			case posture == netpol.PostureOpen:
				if is[pod] != netpol.PostureOpen && is[pod] != netpol.PostureAllowAll {
					t.Fatalf("%s was open and is %s", pod, is[pod])
				}
			case openness[is[pod]] < openness[posture]:
				t.Fatalf("%s was %s and is %s", pod, posture, is[pod])
			}
		}
	})
}

func TestAPodMoreChangesNoOtherPod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := drawInventory(t)
		after := copied(before)
		after.Workloads = append([]inventory.Workload{drawWorkload(t, pick(t, "a", "b", "new"), 99)}, after.Workloads...)
		is := postures(after)
		maps.DeleteFunc(is, func(pod string, _ netpol.Posture) bool { return strings.Contains(pod, "pod99") })
		if diff := cmp.Diff(postures(before), is); diff != "" {
			t.Fatalf("postures (-before +after):\n%s", diff)
		}
		was := report(before).Namespaces
		for i, row := range report(after).Namespaces {
			if diff := cmp.Diff(was[i].NewPod, row.NewPod); diff != "" {
				t.Fatalf("a new pod in %s (-before +after):\n%s", row.Name, diff)
			}
		}
	})
}

// renamer gives keys and values of labels other names.
type renamer struct{ keys, values map[string]string }

func (r renamer) labels(labels map[string]string) map[string]string {
	renamed := map[string]string{}
	for key, value := range labels {
		if strings.Contains(key, "kubernetes.io") {
			renamed[key] = value // the server's own
			continue
		}
		renamed[r.keys[key]] = r.values[value]
	}
	return renamed
}

func (r renamer) selector(s *metav1.LabelSelector) *metav1.LabelSelector {
	if s == nil {
		return nil
	}
	s = s.DeepCopy()
	if s.MatchLabels != nil {
		s.MatchLabels = r.labels(s.MatchLabels)
	}
	for i := range s.MatchExpressions {
		e := &s.MatchExpressions[i]
		e.Key = r.keys[e.Key]
		for j := range e.Values {
			e.Values[j] = r.values[e.Values[j]]
		}
	}
	return s
}

func (r renamer) peers(peers []networkingv1.NetworkPolicyPeer) {
	for i := range peers {
		peers[i].PodSelector, peers[i].NamespaceSelector = r.selector(peers[i].PodSelector), r.selector(peers[i].NamespaceSelector)
	}
}

func (r renamer) inventory(inv *inventory.Inventory) *inventory.Inventory {
	inv = copied(inv)
	for i := range inv.Workloads {
		inv.Workloads[i].Labels = r.labels(inv.Workloads[i].Labels)
	}
	for _, ns := range inv.Namespaces {
		ns.Labels = r.labels(ns.Labels)
		for i, np := range ns.Policies {
			np = np.DeepCopy()
			np.Spec.PodSelector = *r.selector(&np.Spec.PodSelector)
			for j := range np.Spec.Ingress {
				r.peers(np.Spec.Ingress[j].From)
			}
			for j := range np.Spec.Egress {
				r.peers(np.Spec.Egress[j].To)
			}
			ns.Policies[i] = np
		}
	}
	return inv
}

func TestTheNamesOfLabelsSayNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		values := rapid.Permutation([]string{"x", "y", "z-1"}).Draw(t, "values")
		r := renamer{
			// Keys and values change their order, and swap places.
			keys:   map[string]string{"app": "x", "tier": "example.com/app", "team": "app"},
			values: map[string]string{"x": values[0], "y": values[1]},
		}
		if diff := cmp.Diff(report(inv), report(r.inventory(inv))); diff != "" {
			t.Fatalf("report (-before +after):\n%s", diff)
		}
	})
}

func TestAPolicyInTwoPartsIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := drawInventory(t)
		parts := copied(whole)
		ns := pick(t, parts.Namespaces...)
		if len(ns.Policies) == 0 {
			return
		}
		at := rapid.IntRange(0, len(ns.Policies)-1).Draw(t, "policy")
		one := ns.Policies[at].DeepCopy()
		if len(one.Spec.PolicyTypes) == 0 {
			// What is absent hangs on the rules: the parts must say it.
			one.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress"}
			if len(one.Spec.Egress) > 0 {
				one.Spec.PolicyTypes = append(one.Spec.PolicyTypes, "Egress")
			}
		}
		two := one.DeepCopy()
		two.Name += "-2"
		in, out := rapid.IntRange(0, len(one.Spec.Ingress)).Draw(t, "ingress rules"), rapid.IntRange(0, len(one.Spec.Egress)).Draw(t, "egress rules")
		one.Spec.Ingress, two.Spec.Ingress = one.Spec.Ingress[:in], two.Spec.Ingress[in:]
		one.Spec.Egress, two.Spec.Egress = one.Spec.Egress[:out], two.Spec.Egress[out:]
		ns.Policies = slices.Insert(slices.Delete(ns.Policies, at, at+1), at, one, two)
		if diff := cmp.Diff(postures(whole), postures(parts)); diff != "" {
			t.Fatalf("postures (-whole +parts):\n%s", diff)
		}
		was := report(whole).Namespaces
		for i, row := range report(parts).Namespaces {
			if diff := cmp.Diff([]any{was[i].Verdict, was[i].Posture, was[i].NewPod, was[i].Pods}, []any{row.Verdict, row.Posture, row.NewPod, row.Pods}); diff != "" {
				t.Fatalf("%s (-whole +parts):\n%s", row.Name, diff)
			}
		}
	})
}

func TestTheOrderOfPodsAndPoliciesSaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := drawInventory(t)
		other := copied(one)
		other.Workloads = rapid.Permutation(other.Workloads).Draw(t, "workloads")
		for _, ns := range other.Namespaces {
			ns.Policies = rapid.Permutation(ns.Policies).Draw(t, "policies")
		}
		if diff := cmp.Diff(postures(one), postures(other)); diff != "" {
			t.Fatalf("postures:\n%s", diff)
		}
		other.Sort() // as readers do
		if diff := cmp.Diff(report(one), report(other)); diff != "" {
			t.Fatalf("report:\n%s", diff)
		}
	})
}

// A namespace's posture is that of its pods, in the words of the design.
func TestPostureOfANamespaceIsThatOfItsPods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		x := index(inv)
		for _, row := range report(inv).Namespaces {
			for _, d := range directions {
				got, newPod := row.Posture.Ingress, row.NewPod.Ingress
				if d == netpol.Egress {
					got, newPod = row.Posture.Egress, row.NewPod.Egress
				}
				if want := v1alpha1.Posture(x.NewPodPosture(row.Name, d)); newPod != want {
					t.Fatalf("%s %s of a new pod: %s, want %s", row.Name, d, newPod, want)
				}
				if want := x.namespacePosture(row.Name, d); got != want {
					t.Fatalf("%s %s: %s, want %s", row.Name, d, got, want)
				}
			}
		}
	})
}

func (x indexed) namespacePosture(namespace string, d netpol.Direction) v1alpha1.Posture {
	host := 0
	var distinct []netpol.Posture
	for i, pod := range x.pods {
		switch {
		case pod.Namespace != namespace:
		case pod.HostNetwork:
			host++
		default:
			distinct = append(distinct, x.Posture(i, d))
		}
	}
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	switch fmt.Sprint(distinct) {
	case "[]":
		if host > 0 {
			return v1alpha1.PostureNotApplicable
		}
		return v1alpha1.Posture(x.NewPodPosture(namespace, d))
	case "[allow-all open]":
		return v1alpha1.PostureOpen
	case "[denied restricted]":
		return v1alpha1.PostureRestricted
	}
	if len(distinct) == 1 {
		return v1alpha1.Posture(distinct[0])
	}
	return v1alpha1.PosturePartial
}
