package rules_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Here is what manifests cannot say: what hangs on how much of a live cluster was read.

// cluster is an inventory that was read from a cluster.
func cluster(t *testing.T, text string) *inventory.Inventory {
	t.Helper()
	inv := read(t, text)
	inv.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster}
	return inv
}

// onlyShop leaves namespace shop in scope. The others are known beside it where the whole cluster was read.
func onlyShop(inv *inventory.Inventory, whole bool) {
	var in, out []*inventory.Namespace
	for _, ns := range inv.Namespaces {
		if ns.Name == "shop" {
			in = append(in, ns)
		} else {
			out = append(out, ns)
		}
	}
	inv.Namespaces, inv.Whole = in, whole
	if whole {
		inv.Outside = out
		return
	}
	var own []inventory.Workload
	for _, w := range inv.Workloads {
		if w.Namespace == "shop" {
			own = append(own, w)
		}
	}
	inv.Workloads = own
}

// moved takes the workloads of a kind out of an inventory.
func moved(inv *inventory.Inventory, kind string) (rest, taken []inventory.Workload) {
	for _, w := range inv.Workloads {
		if w.Kind == kind {
			taken = append(taken, w)
		} else {
			rest = append(rest, w)
		}
	}
	return rest, taken
}

const unmatchedPeers = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: front, labels: {team: front}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: web, ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: front}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: wbe}}
    - namespaceSelector: {matchLabels: {team: frontent}}
    - namespaceSelector: {}
      podSelector: {matchLabels: {app: wbe}}
  - ports: [{port: grpc}]
  egress:
  - to: [{podSelector: {}}]
    ports: [{port: grpc}]
  - ports: [{port: grpc}]
`

var (
	unmatchedInOwnNamespace = []string{
		`NetworkPolicy "web": spec.ingress[0].from[0] matches no pod`,
		`NetworkPolicy "web": spec.ingress[1].ports[0] matches no container's port ("grpc")`,
		`NetworkPolicy "web": spec.egress[0].ports[0] matches no container's port ("grpc")`,
	}
	unmatchedAnywhere = []string{
		`NetworkPolicy "web": spec.ingress[0].from[0] matches no pod`,
		`NetworkPolicy "web": spec.ingress[0].from[1] matches no namespace`,
		`NetworkPolicy "web": spec.ingress[0].from[2] matches no pod`,
		`NetworkPolicy "web": spec.ingress[1].ports[0] matches no container's port ("grpc")`,
		`NetworkPolicy "web": spec.egress[0].ports[0] matches no container's port ("grpc")`,
		`NetworkPolicy "web": spec.egress[1].ports[0] matches no container's port ("grpc")`,
	}
)

func TestPeersAreJudgedAsFarAsTheClusterWasRead(t *testing.T) {
	errForbidden := errors.New("forbidden")
	for _, tt := range []struct {
		name   string
		change func(*inventory.Inventory)
		want   []string
	}{
		{"the whole cluster", func(*inventory.Inventory) {}, unmatchedAnywhere},
		{"one namespace in scope of a whole cluster", func(inv *inventory.Inventory) { onlyShop(inv, true) }, unmatchedAnywhere},
		{"only one namespace was read", func(inv *inventory.Inventory) { onlyShop(inv, false) }, unmatchedInOwnNamespace},
		{"the pods could not be read", func(inv *inventory.Inventory) { inv.WorkloadsUnknown = errForbidden }, nil},
		{"the controllers could not be read", func(inv *inventory.Inventory) { inv.TemplatesUnknown = errForbidden }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := cluster(t, unmatchedPeers)
			tt.change(inv)
			if diff := cmp.Diff(tt.want, messages(t, inv, "unmatched-peer")); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnmatchedPeersOfManifestsAreOnlyInformation(t *testing.T) {
	for _, tt := range []struct {
		inv  *inventory.Inventory
		want v1alpha1.Severity
	}{
		{read(t, unmatchedPeers), v1alpha1.SeverityInfo},
		{cluster(t, unmatchedPeers), v1alpha1.SeverityLow},
	} {
		found := findings(audit.Run(tt.inv, audit.Options{Now: now}), "unmatched-peer")
		if len(found) != len(unmatchedAnywhere) {
			t.Errorf("%s: %d found, want %d", tt.inv.Source.Kind, len(found), len(unmatchedAnywhere))
		}
		for _, f := range found {
			if f.Severity != tt.want {
				t.Errorf("%s: %s, want %s: %s", tt.inv.Source.Kind, f.Severity, tt.want, f.Message)
			}
		}
	}
}

const idleCart = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: web}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: main, image: cart, ports: [{name: grpc, containerPort: 7070}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cart}}
  policyTypes: [Ingress, Egress]
  ingress: [{ports: [{port: grpc}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: cart}}}], ports: [{port: grpc}]}]
`

// A live controller without pods is what policies may mean; it is no pod.
func TestLiveControllersCountForWhatPoliciesMeanAndForNoPosture(t *testing.T) {
	with, without := cluster(t, idleCart), cluster(t, idleCart)
	with.Workloads, with.Templates = moved(with, "deployment")
	without.Workloads, _ = moved(without, "deployment")
	if len(with.Templates) != 1 || len(with.Workloads) != 1 {
		t.Fatal(with.Templates, with.Workloads)
	}
	for _, tt := range []struct {
		rule          string
		with, without []string
	}{
		{"dead-policy", nil, []string{`NetworkPolicy "cart" selects no pod`}},
		{"unmatched-peer", nil, []string{`NetworkPolicy "web": spec.egress[0].to[0] matches no pod`}},
	} {
		if diff := cmp.Diff(tt.with, messages(t, with, tt.rule)); diff != "" {
			t.Errorf("%s with the controller (-want +got):\n%s", tt.rule, diff)
		}
		if diff := cmp.Diff(tt.without, messages(t, without, tt.rule)); diff != "" {
			t.Errorf("%s without it (-want +got):\n%s", tt.rule, diff)
		}
	}
	got, want := audit.Run(with, audit.Options{Now: now}).Namespaces[0], audit.Run(without, audit.Options{Now: now}).Namespaces[0]
	if want.Pods.Total != 1 {
		t.Errorf("%d pods, want 1", want.Pods.Total)
	}
	got.Findings, want.Findings = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a controller changes more than findings (-without +with):\n%s", diff)
	}
}

func TestWhatCannotBeReadMakesNoPolicyDead(t *testing.T) {
	for name, forbid := range map[string]func(*inventory.Inventory, error){
		"the controllers": func(inv *inventory.Inventory, err error) { inv.TemplatesUnknown = err },
		"the pods":        func(inv *inventory.Inventory, err error) { inv.WorkloadsUnknown, inv.Workloads = err, nil },
	} {
		inv := cluster(t, idleCart)
		inv.Workloads, _ = moved(inv, "deployment")
		forbid(inv, errors.New("forbidden"))
		for _, rule := range []string{"dead-policy", "unmatched-peer"} {
			if got := messages(t, inv, rule); len(got) > 0 {
				t.Errorf("%s without %s: %q", rule, name, got)
			}
		}
	}
}

// Nothing that hangs on pods is said where they could not be read.
func TestWithoutPodsOnlyThePoliciesAreJudged(t *testing.T) {
	inv := cluster(t, `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guide, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{from: [{namespaceSelector: {}}]}]
  egress: [{}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}
`)
	inv.WorkloadsUnknown = errors.New("forbidden")
	got := map[string]int{}
	for _, f := range audit.Run(inv, audit.Options{Now: now}).Namespaces[0].Findings {
		got[f.Rule]++
	}
	want := map[string]int{"false-allow-all": 1, "ignored-rules": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func TestABaselineHasTheAgeOfItsFirstPolicy(t *testing.T) {
	const text = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec: {podSelector: {}, ingress: [{}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}
`
	const everything = `NetworkPolicies "a", "b" allow everything: nothing is isolated`
	at := func(ago time.Duration) metav1.Time { return metav1.NewTime(now.Add(-ago)) }
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name string
		a, b metav1.Time
		want string
	}{
		{"of the older one", at(3 * day), at(40 * day), everything + " (for 40d)"},
		{"in whatever order", at(40 * day), at(3 * day), everything + " (for 40d)"},
		{"of the one that has an age", metav1.Time{}, at(5 * time.Hour), everything + " (for 5h)"},
		{"none in manifests", metav1.Time{}, metav1.Time{}, everything},
		{"none where the clocks differ", at(-time.Hour), at(-time.Hour), everything},
		{"just made", at(0), at(0), everything + " (for 0s)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := cluster(t, text)
			inv.Namespaces[0].Policies[0].CreationTimestamp = tt.a
			inv.Namespaces[0].Policies[1].CreationTimestamp = tt.b
			if diff := cmp.Diff([]string{tt.want}, messages(t, inv, "baseline-only")); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

// What the rules would like to know more is asked for only where it matters.
func TestNeeds(t *testing.T) {
	const pod = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: `
	for _, tt := range []struct {
		name, spec       string
		controllers, dns bool
	}{
		{"all is there", `{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}`, false, false},
		{"a policy selects no pod", `{podSelector: {matchLabels: {app: wbe}}}`, true, false},
		{"a peer matches no pod", `{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]}`, true, false},
		{"a peer of another namespace matches no pod", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: cart}}}]}]}`, true, false},
		{"egress is restricted", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}`, false, true},
		{"egress is denied", `{podSelector: {}, policyTypes: [Egress]}`, false, false},
		{"egress is allowed", `{podSelector: {}, policyTypes: [Egress], egress: [{}]}`, false, false},
		{"egress of no pod is restricted", `{podSelector: {matchLabels: {app: wbe}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}`, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := cluster(t, pod+tt.spec)
			got := audit.New(inv, audit.Options{Now: now}).Needs()
			if got.Controllers != tt.controllers || got.DNS != tt.dns {
				t.Errorf("%+v, want controllers %v, DNS %v", got, tt.controllers, tt.dns)
			}
			inv.WorkloadsUnknown = errors.New("forbidden")
			if got := audit.New(inv, audit.Options{Now: now}).Needs(); got.Controllers || got.DNS {
				t.Errorf("%+v without pods, want nothing", got)
			}
		})
	}
	t.Run("a peer outside is nobody's business where only one namespace was read", func(t *testing.T) {
		inv := cluster(t, pod+`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: cart}}}]}]}`)
		inv.Whole = false
		if audit.New(inv, audit.Options{Now: now}).Needs().Controllers {
			t.Error("controllers are asked for")
		}
	})
}

// A namespace that is out of scope can be a peer.
func TestPeersAreLookedForOutOfScope(t *testing.T) {
	inv := cluster(t, `
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: front, labels: {team: front}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: front}}}]}]}}`)
	onlyShop(inv, true)
	if diff := cmp.Diff([]string{`NetworkPolicy "web": spec.ingress[0].from[0] matches no pod`}, messages(t, inv, "unmatched-peer")); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

const denyAndAllow = `
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: other, namespace: shop}, spec: {podSelector: {}, policyTypes: [%s], %s: [{}]}}`

// Only where it is known that there are no pods does a new one stand for them.
func TestNothingIsShadowedWherePodsAreUnknown(t *testing.T) {
	inv := cluster(t, fmt.Sprintf(denyAndAllow, "Ingress", "ingress"))
	if got := messages(t, inv, "shadowed-policy"); len(got) != 1 {
		t.Errorf("with pods: %q", got)
	}
	inv.WorkloadsUnknown, inv.Workloads = errors.New("forbidden"), nil
	if got := messages(t, inv, "shadowed-policy"); len(got) > 0 {
		t.Errorf("without pods: %q", got)
	}
}

// A podSelector that cannot be read may isolate the other direction.
func TestOneDirectionIsNotSaidOfWhatCannotBeRead(t *testing.T) {
	inv := cluster(t, fmt.Sprintf(denyAndAllow, "Egress", "egress"))
	if got := messages(t, inv, "one-direction"); len(got) != 1 {
		t.Errorf("with a podSelector: %q", got)
	}
	spec := &inv.Namespaces[0].Policies[1].Spec
	spec.Egress = nil
	spec.PodSelector.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "app", Operator: "Bogus"}}
	if got := messages(t, inv, "one-direction"); len(got) > 0 {
		t.Errorf("with one that cannot be read: %q", got)
	}
}
