package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Here policies go that the audit says do nothing.

// found are the policies that a rule finds in a namespace, with the rest of the message.
func found(row v1alpha1.NamespaceAudit, rule string) map[string]string {
	policies := map[string]string{}
	for _, f := range row.Findings {
		if f.Rule == rule {
			var name string
			rest, _ := strings.CutPrefix(f.Message, "NetworkPolicy ")
			if _, err := fmt.Sscanf(rest, "%q", &name); err != nil {
				panic(f.Message)
			}
			policies[name] = rest
		}
	}
	return policies
}

// without is an inventory without a policy.
func without(inv *inventory.Inventory, namespace, policy string) *inventory.Inventory {
	inv = copied(inv)
	ns := inv.Namespace(namespace)
	ns.Policies = slices.DeleteFunc(ns.Policies, func(np *networkingv1.NetworkPolicy) bool { return np.Name == policy })
	return inv
}

// A policy that restricts nothing in each direction that it isolates can go, and no pod notices. That is promised where another
// policy alone allows everything to each pod that it selects; where it takes several to do that, they shadow each other, and
// none of them can go.
func TestAShadowedPolicyCanGo(t *testing.T) {
	gone := 0
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		for _, ns := range inv.Namespaces {
			if rapid.Bool().Draw(t, "allow-all") {
				ns.Policies = append(ns.Policies, allowAllPolicy(t, ns.Name))
			}
		}
		inv.Sort()
		x := index(inv)
		for _, row := range report(inv).Namespaces {
			shadowed := found(row, "shadowed-policy")
			for p, np := range x.policies {
				if np.Namespace != row.Name || shadowed[np.Name] == "" || !x.shadowedByOne(p) {
					continue
				}
				inAll := true
				for _, d := range x.Isolates(p) {
					inAll = inAll && strings.Contains(shadowed[np.Name], string(d))
				}
				if !inAll {
					continue
				}
				gone++
				if diff := cmp.Diff(postures(inv), postures(without(inv, np.Namespace, np.Name))); diff != "" {
					t.Fatalf("without %s, postures (-before +after):\n%s", np.Name, diff)
				}
			}
		}
	})
	if gone == 0 {
		t.Error("no policy was shadowed: nothing was shown")
	}
	t.Log(gone, "policies were shadowed")
}

// selects says that a policy isolates a pod in a direction.
func (x indexed) selects(policy, pod int, d netpol.Direction) bool {
	return slices.ContainsFunc(x.Selecting(pod, d), func(ref netpol.PolicyRef) bool { return ref.Index == policy })
}

// shadowedByOne says that another policy alone allows everything to each pod that this one selects, in each direction that
// it isolates.
func (x indexed) shadowedByOne(policy int) bool {
	for _, d := range x.Isolates(policy) {
		for pod := range x.pods {
			if !x.selects(policy, pod, d) || x.pods[pod].HostNetwork {
				continue
			}
			one := false
			for other := range x.policies {
				one = one || other != policy && x.selects(other, pod, d) && x.PostureOf([]int{other}, pod, d) == netpol.PostureAllowAll
			}
			if !one {
				return false
			}
		}
	}
	return true
}

// The rule is what the design says, pod by pod: each pod that the policy selects is allowed everything by the sum, and the
// policy alone does not allow everything to each of them.
func TestAPolicyIsShadowedPodByPod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		for _, ns := range inv.Namespaces {
			if rapid.Bool().Draw(t, "allow-all") {
				ns.Policies = append(ns.Policies, allowAllPolicy(t, ns.Name))
			}
		}
		inv.Sort()
		x := index(inv)
		for _, row := range report(inv).Namespaces {
			if row.Pods != nil && row.Pods.Total == 0 {
				continue // a new pod stands for them
			}
			got := found(row, "shadowed-policy")
			for p, np := range x.policies {
				if np.Namespace != row.Name {
					continue
				}
				var want []string
				for _, d := range directions {
					selected, all, alone := 0, true, true
					for pod := range x.pods {
						if x.pods[pod].HostNetwork || !x.selects(p, pod, d) {
							continue
						}
						selected++
						all = all && x.Posture(pod, d) == netpol.PostureAllowAll
						alone = alone && x.PostureOf([]int{p}, pod, d) == netpol.PostureAllowAll
					}
					if selected > 0 && all && !alone {
						want = append(want, string(d))
					}
				}
				text := ""
				switch len(want) {
				case 1:
					text = " restricts no " + want[0] + ":"
				case 2:
					text = " restricts neither " + strings.Join(want, " nor ") + ":"
				}
				if is := got[np.Name]; (is != "") != (text != "") || !strings.Contains(is, text) {
					t.Fatalf("%s/%s: %q, want %q", np.Namespace, np.Name, is, text)
				}
			}
		}
	})
}

func TestADeadPolicyCanGo(t *testing.T) {
	gone := 0
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		x := index(inv)
		for _, row := range report(inv).Namespaces {
			dead := found(row, "dead-policy")
			for p, np := range x.policies {
				if np.Namespace != row.Name {
					continue
				}
				s := x.Selected(p)
				selector := np.Spec.PodSelector
				empty := len(selector.MatchLabels)+len(selector.MatchExpressions) == 0
				if want := s == (netpol.PolicySelection{}) && !empty; want != (dead[np.Name] != "") {
					t.Fatalf("%s/%s: dead %v, want %v", np.Namespace, np.Name, !want, want)
				}
				if dead[np.Name] == "" {
					continue
				}
				gone++
				if diff := cmp.Diff(postures(inv), postures(without(inv, np.Namespace, np.Name))); diff != "" {
					t.Fatalf("without %s, postures (-before +after):\n%s", np.Name, diff)
				}
			}
		}
	})
	if gone == 0 {
		t.Error("no policy was dead: nothing was shown")
	}
}
