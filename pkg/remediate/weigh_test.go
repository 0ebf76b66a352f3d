package remediate

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

func policy(t *testing.T, name, spec string) *networkingv1.NetworkPolicy {
	t.Helper()
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	if err := yaml.UnmarshalStrict([]byte(spec), &np.Spec); err != nil {
		t.Fatal(err)
	}
	return np
}

func pod(name string, labels map[string]string) inventory.Workload {
	return inventory.Workload{Kind: "pod", Name: name, Pod: netpol.Pod{Namespace: "shop", Name: "pod/" + name, Labels: labels}}
}

// Rollback asks exactly where a live pod would be allowed less.
func TestWeighFindsWhatIsNewlyRestricted(t *testing.T) {
	const (
		allowAll = `{policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}`
		denyAll  = `{policyTypes: [Ingress, Egress]}`
		toPods   = `{policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}`
		dns      = `{policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}`
	)
	web := map[string]string{"app": "web"}
	host := pod("host", web)
	host.HostNetwork = true
	finished := pod("finished", web)
	finished.Finished = true
	for name, test := range map[string]struct {
		remove, stay []string
		pods         []inventory.Workload
		unknown      error
		restricts    string
		count        int
		reads        bool
	}{
		"nothing stays":                              {[]string{allowAll}, nil, []inventory.Workload{pod("a", web)}, nil, "", 0, false},
		"a default deny comes into force":            {[]string{allowAll}, []string{denyAll}, []inventory.Workload{pod("a", web), pod("b", nil)}, nil, "s0", 2, true},
		"of no pod":                                  {[]string{allowAll}, []string{denyAll}, nil, nil, "", 0, true},
		"of pods that no policy can isolate":         {[]string{allowAll}, []string{denyAll}, []inventory.Workload{host, finished}, nil, "", 0, true},
		"of pods that it does not select":            {[]string{allowAll}, []string{`podSelector: {matchLabels: {app: db}}`}, []inventory.Workload{pod("a", web)}, nil, "", 0, true},
		"of some of the pods":                        {[]string{allowAll}, []string{`podSelector: {matchLabels: {app: web}}`}, []inventory.Workload{pod("a", web), pod("b", nil)}, nil, "s0", 1, true},
		"another allow-all stays":                    {[]string{allowAll}, []string{allowAll}, []inventory.Workload{pod("a", web)}, nil, "", 0, true},
		"an allow-all and a deny stay":               {[]string{allowAll}, []string{denyAll, allowAll}, []inventory.Workload{pod("a", web)}, nil, "", 0, true},
		"a deny goes":                                {[]string{denyAll}, []string{dns}, []inventory.Workload{pod("a", web)}, nil, "", 0, false},
		"a deny goes, beside a deny":                 {[]string{denyAll}, []string{denyAll}, []inventory.Workload{pod("a", web)}, nil, "", 0, false},
		"an allowance beside a deny goes":            {[]string{dns}, []string{denyAll}, []inventory.Workload{pod("a", web)}, nil, "s0", 1, true},
		"the same allowance stays":                   {[]string{dns}, []string{denyAll, dns}, []inventory.Workload{pod("a", web)}, nil, "", 0, true},
		"another allowance stays":                    {[]string{dns}, []string{`{policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}`}, []inventory.Workload{pod("a", web)}, nil, "s0", 1, true},
		"one for all pods covers one for some":       {[]string{`{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}`}, []string{toPods}, []inventory.Workload{pod("a", web)}, nil, "", 0, true},
		"all pods are less than all addresses":       {[]string{allowAll}, []string{toPods}, []inventory.Workload{pod("a", web)}, nil, "s0", 1, true},
		"an allowance of one direction, deny other":  {[]string{dns}, []string{`policyTypes: [Ingress]`}, []inventory.Workload{pod("a", web)}, nil, "", 0, false},
		"pods that cannot be read":                   {[]string{allowAll}, []string{denyAll}, nil, errors.New("forbidden"), "s0", 0, true},
		"pods that cannot be read and do not matter": {[]string{denyAll}, []string{denyAll}, nil, errors.New("forbidden"), "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := Removal{Namespace: "shop"}
			for _, spec := range test.remove {
				r.Remove = append(r.Remove, policy(t, "ours", spec))
			}
			for i, spec := range test.stay {
				r.stay = append(r.stay, policy(t, "s"+string(rune('0'+i)), spec))
			}
			plan := []Removal{r}
			if reads := len(ToWeigh(plan)) > 0; reads != test.reads {
				t.Errorf("reads pods: %t, want %t", reads, test.reads)
			}
			Weigh(&inventory.Inventory{Workloads: test.pods, WorkloadsUnknown: test.unknown}, plan)
			if got := strings.Join(plan[0].Restricts, " "); got != test.restricts || plan[0].Pods != test.count {
				t.Errorf("%q restrict %d pods, want %q and %d", got, plan[0].Pods, test.restricts, test.count)
			}
			if plan[0].NeedsConsent() != (test.restricts != "") {
				t.Errorf("needs consent: %t", plan[0].NeedsConsent())
			}
			skipped := []Removal{r}
			skipped[0].Skip = "excluded"
			if Weigh(&inventory.Inventory{Workloads: test.pods}, skipped); skipped[0].NeedsConsent() || len(ToWeigh(skipped)) > 0 {
				t.Error("what is left alone is weighed")
			}
		})
	}
}

// A CronJob between two runs has no pod that could be counted, and the next one would be cut all the same.
func TestWeighLooksAtThePodsToCome(t *testing.T) {
	const allowAll, denyAll = `{policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}`, `{policyTypes: [Ingress, Egress]}`
	nightly := map[string]string{"app": "nightly"}
	controller := func(kind, by string) inventory.Workload {
		return inventory.Workload{
			Kind: kind, Name: "nightly", Controller: by, Pod: netpol.Pod{Namespace: "shop", Name: kind + "/nightly", Labels: nightly},
		}
	}
	ended := controller("job", "")
	ended.Over = true
	forbidden := errors.New("forbidden")
	for name, test := range map[string]struct {
		stay      []string
		pods      []inventory.Workload
		templates []inventory.Workload
		unknown   error
		effect    string
	}{
		"a CronJob between two runs": {
			[]string{denyAll}, nil, []inventory.Workload{controller("cronjob", "")}, nil, "s0 would newly restrict pods (those to come of cronjob/nightly)",
		},
		"a Deployment that is scaled to 0": {
			[]string{denyAll}, nil, []inventory.Workload{controller("deployment", "")}, nil, "s0 would newly restrict pods (those to come of deployment/nightly)",
		},
		"beside a pod that is cut too": {
			[]string{denyAll}, []inventory.Workload{pod("web", nil)}, []inventory.Workload{controller("cronjob", "")}, nil, "s0 would newly restrict pods (1)",
		},
		"beside a pod that is not, the policy of its own": {
			[]string{`podSelector: {matchLabels: {app: nightly}}`, `podSelector: {matchLabels: {app: db}}`},
			[]inventory.Workload{pod("web", nil)}, []inventory.Workload{controller("cronjob", "")}, nil,
			"s0 would newly restrict pods (those to come of cronjob/nightly)",
		},
		"which no policy selects": {
			[]string{`podSelector: {matchLabels: {app: db}}`}, nil, []inventory.Workload{controller("cronjob", "")}, nil, "",
		},
		"a Job that is suspended, or tries again": {
			[]string{denyAll}, nil, []inventory.Workload{controller("job", "")}, nil, "s0 would newly restrict pods (those to come of job/nightly)",
		},
		"a Job that has ended": {
			[]string{denyAll}, nil, []inventory.Workload{ended}, nil, "",
		},
		"what a controller makes that is listed itself": {
			[]string{denyAll}, nil, []inventory.Workload{controller("replicaset", "deployment/nightly"), controller("deployment", "")}, nil,
			"s0 would newly restrict pods (those to come of deployment/nightly)",
		},
		"what an operator makes, whose own kind is not listed": {
			[]string{denyAll}, nil, []inventory.Workload{controller("deployment", "keycloak/nightly")}, nil,
			"s0 would newly restrict pods (those to come of deployment/nightly)",
		},
		"controllers that cannot be read": {
			[]string{denyAll}, nil, nil, forbidden, "unknown: forbidden",
		},
		"controllers that cannot be read, beside a pod that is cut": {
			[]string{denyAll}, []inventory.Workload{pod("web", nil)}, nil, forbidden, "s0 would newly restrict pods (1)",
		},
		"controllers that cannot be read, where nothing stays": {nil, nil, nil, forbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := Removal{Namespace: "shop", Remove: []*networkingv1.NetworkPolicy{policy(t, "ours", allowAll)}}
			for i, spec := range test.stay {
				r.stay = append(r.stay, policy(t, "s"+string(rune('0'+i)), spec))
			}
			plan := []Removal{r}
			Weigh(&inventory.Inventory{Workloads: test.pods, Templates: test.templates, TemplatesUnknown: test.unknown}, plan)
			effect := ""
			switch {
			case plan[0].NeedsConsent():
				effect = plan[0].Effect("would")
			case plan[0].ComingUnknown != nil:
				effect = "unknown: " + plan[0].ComingUnknown.Error()
			}
			if effect != test.effect {
				t.Errorf("%q, want %q", effect, test.effect)
			}
		})
	}
}

// What is said before a restricting policy is made.
func TestImpactOfTheCatalogue(t *testing.T) {
	inv := inventoryOf(t)
	for name, want := range map[string]struct {
		pods           int
		outside, other string
		noDNS          bool
	}{
		"allow-all":            {0, "", "", false},
		"allow-cluster":        {2, "shop/front", "", false},
		"default-deny":         {2, "shop/front", "shop/api", true},
		"default-deny-ingress": {2, "shop/front", "shop/api", false},
		"default-deny-egress":  {2, "", "", true},
		"allow-same-namespace": {2, "shop/front", "shop/api", false},
		"allow-dns":            {2, "", "", false},
	} {
		entry, _ := baseline.Lookup(name)
		got := ImpactOf(inv, []string{"shop"}, entry.Set(baseline.DNS{}))
		outside, other := strings.Join(got.FromOutside, " "), strings.Join(got.FromNamespaces, " ")
		if got.Pods != want.pods || outside != want.outside || other != want.other || got.NoDNS != want.noDNS {
			t.Errorf("%s: %d pods, from outside %q, from other namespaces %q, no DNS %t; want %+v", name, got.Pods, outside, other, got.NoDNS, want)
		}
	}
	inv.WorkloadsUnknown = errors.New("forbidden")
	entry, _ := baseline.Lookup("default-deny")
	if got := ImpactOf(inv, []string{"shop"}, entry.Set(baseline.DNS{})); got.PodsUnknown == nil || got.Pods != 0 || len(got.FromOutside) > 0 {
		t.Errorf("pods that cannot be read: %+v", got)
	}
}

func inventoryOf(t *testing.T) *inventory.Inventory {
	t.Helper()
	web, elsewhere := pod("web", map[string]string{"app": "web"}), pod("web", map[string]string{"app": "web"})
	web.Ports = []netpol.ContainerPort{{Name: "http", Port: 8080}}
	elsewhere.Namespace = "payments"
	inv := &inventory.Inventory{
		Namespaces: []*inventory.Namespace{{Name: "payments", Declared: true}, {Name: "shop", Declared: true}},
		Workloads:  []inventory.Workload{web, pod("api", map[string]string{"app": "api"}), elsewhere},
	}
	for _, text := range []string{
		`{metadata: {namespace: shop, name: front}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: http}]}}`,
		`{metadata: {namespace: shop, name: api}, spec: {selector: {app: api}, ports: [{port: 80, protocol: TCP}]}}`,
		`{metadata: {namespace: shop, name: nobody}, spec: {type: NodePort, selector: {app: nobody}, ports: [{port: 80, protocol: TCP}]}}`,
		`{metadata: {namespace: shop, name: by-hand}, spec: {ports: [{port: 80, protocol: TCP}]}}`,
		`{metadata: {namespace: payments, name: front}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`,
	} {
		inv.Services = append(inv.Services, service(t, text))
	}
	return inv
}

func service(t *testing.T, text string) inventory.Service {
	t.Helper()
	svc := &corev1.Service{}
	if err := yaml.UnmarshalStrict([]byte(text), svc); err != nil {
		t.Fatal(err)
	}
	return inventory.NewService(svc)
}
