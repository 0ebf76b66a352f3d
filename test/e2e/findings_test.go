package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// policyOf is a policy for the pods with a label app, or for all where that is empty.
func policyOf(name, app string, types ...networkingv1.PolicyType) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: networkingv1.NetworkPolicySpec{PolicyTypes: types}}
	if app != "" {
		np.Spec.PodSelector.MatchLabels = map[string]string{"app": app}
	}
	return np
}

// podsOf is a peer: pods with a label app.
func podsOf(app string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}}
}

// port is a TCP port.
func port(number int) networkingv1.NetworkPolicyPort {
	value := intstr.FromInt(number)
	return networkingv1.NetworkPolicyPort{Port: &value}
}

// pod makes a pod that nobody has scheduled yet.
func (tm *team) pod(namespace, app string, change ...func(*corev1.PodSpec)) {
	tm.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: app, Labels: map[string]string{"app": app}}, Spec: podSpec()}
	for _, c := range change {
		c(&pod.Spec)
	}
	if _, err := tm.client.CoreV1().Pods(tm.ns(namespace)).Create(tm.t.Context(), pod, metav1.CreateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
}

func onHostNetwork(spec *corev1.PodSpec) { spec.HostNetwork, spec.Containers[0].Ports = true, nil }

// row is an audit's row of a namespace.
func row(t *testing.T, r *v1alpha1.AuditReport, namespace string) v1alpha1.NamespaceAudit {
	t.Helper()
	for _, row := range r.Namespaces {
		if row.Name == namespace {
			return row
		}
	}
	t.Fatalf("no row of namespace %q in %+v", namespace, r.Namespaces)
	return v1alpha1.NamespaceAudit{}
}

// rulesFound lists the findings of a row, as "RULE SEVERITY".
func rulesFound(row v1alpha1.NamespaceAudit) []string {
	var all []string
	for _, f := range row.Findings {
		all = append(all, f.Rule+" "+string(f.Severity))
	}
	slices.Sort(all)
	return all
}

// finding is a row's finding of a rule; nil where there is none.
func finding(row v1alpha1.NamespaceAudit, rule string) *v1alpha1.Finding {
	for i := range row.Findings {
		if row.Findings[i].Rule == rule {
			return &row.Findings[i]
		}
	}
	return nil
}

const (
	ingress = networkingv1.PolicyTypeIngress
	egress  = networkingv1.PolicyTypeEgress
)

// trouble is a namespace with one kind of trouble, and what is found there.
type trouble struct {
	namespace   string
	annotations map[string]string
	make        func(tm *team, namespace string)
	rules       []string
	// says is in the message of the first of the rules.
	says []string
}

var troubles = []trouble{
	{"baseline", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, allowAll(baselineName))
	}, []string{"baseline-only medium"}, []string{`NetworkPolicy "cis-default-allow" allows everything: nothing is isolated (for `}},
	{"uncovered", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.pod(ns, "toolbox")
		tm.create(ns, policyOf("web", "web", ingress, egress))
	}, []string{"uncovered-pods medium"}, []string{"no policy selects 1 pod for ingress and egress: pod/toolbox"}},
	{"nodefault", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, policyOf("web", "web", ingress, egress))
	}, []string{"no-default medium"}, []string{"the only pod", "would not select a new pod without labels"}},
	{"dead", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, denyAll("default-deny"))
		tm.create(ns, policyOf("typo", "wbe", ingress))
	}, []string{"dead-policy low"}, []string{`NetworkPolicy "typo" selects no pod`}},
	{"shadowed", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, allowAll("allow"))
		tm.create(ns, policyOf("web", "web", ingress, egress))
	}, []string{"shadowed-policy medium"}, []string{`NetworkPolicy "web" restricts neither ingress nor egress`}},
	{"guide", nil, func(tm *team, ns string) {
		np := policyOf(baselineName, "", ingress, egress)
		everywhere := networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}}
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{everywhere, {PodSelector: &metav1.LabelSelector{}}}}}
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{everywhere, {PodSelector: &metav1.LabelSelector{}}}}}
		tm.pod(ns, "web")
		tm.create(ns, np)
	}, []string{"false-allow-all medium"}, []string{"cuts off every address that is no pod's"}},
	{"oneway", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, policyOf("default-deny-ingress", "", ingress))
	}, []string{"one-direction low"}, []string{"policies restrict ingress only"}},
	{"ignored", nil, func(tm *team, ns string) {
		np := policyOf("default-deny-ingress", "", ingress)
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{Ports: []networkingv1.NetworkPolicyPort{port(443)}}}
		tm.pod(ns, "web")
		tm.create(ns, np)
	}, []string{"ignored-rules medium", "one-direction low"}, []string{"has egress rules that do nothing: policyTypes does not name Egress"}},
	{"nodns", nil, func(tm *team, ns string) {
		np := policyOf("to-cart", "", ingress, egress)
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{podsOf("cart")}, Ports: []networkingv1.NetworkPolicyPort{port(7070)}}}
		tm.pod(ns, "web")
		tm.pod(ns, "cart")
		tm.create(ns, np)
	}, []string{"egress-without-dns medium"}, []string{"2 pods cannot ask", "over UDP and TCP: pod/cart, pod/web"}},
	{"peer", nil, func(tm *team, ns string) {
		np := denyAll("default-deny")
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{podsOf("frontent")}}}
		tm.pod(ns, "frontend")
		tm.create(ns, np)
	}, []string{"unmatched-peer low"}, []string{"spec.ingress[0].from[0]", "matches no pod"}},
	{"host", nil, func(tm *team, ns string) {
		tm.pod(ns, "agent", onHostNetwork)
		tm.pod(ns, "web")
		tm.create(ns, denyAll("default-deny"))
	}, []string{"host-network info"}, []string{"1 pod is on the host network", "pod/agent"}},
	{"expired", map[string]string{"cis532.io/exempt": "a trial", "cis532.io/exempt-until": "2020-02-29"}, func(tm *team, ns string) {
		tm.create(ns, denyAll("default-deny"))
	}, []string{"invalid-exemption medium"}, []string{"2020-02-29", "it counts as none"}},
	{"unused", map[string]string{"cis532.io/exempt": "a trial"}, func(tm *team, ns string) {
		tm.create(ns, denyAll("default-deny"))
	}, []string{"unused-exemption low"}, []string{"is exempt and has a NetworkPolicy"}},
	{"fine", nil, func(tm *team, ns string) {
		tm.pod(ns, "web")
		tm.create(ns, denyAll("default-deny"))
	}, nil, nil},
}

// Findings never turn the letter's verdict around: all these namespaces pass, or are exempt.
func TestEachKindOfTroubleIsFound(t *testing.T) {
	t.Parallel()
	tm := newTeam(t)
	for _, c := range troubles {
		tm.add(c.namespace, c.annotations)
		c.make(tm, c.namespace)
	}
	report := audit(t, testcluster.Auditor, ok, "-l", tm.selector())
	if report.Verdict != v1alpha1.VerdictPass || len(report.Warnings) > 0 {
		t.Errorf("verdict %s, warnings %q", report.Verdict, report.Warnings)
	}
	for _, c := range troubles {
		got := row(t, report, tm.ns(c.namespace))
		if diff := cmp.Diff(c.rules, rulesFound(got)); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", c.namespace, diff)
		}
		for i, f := range got.Findings {
			if f.Message == "" || f.Remedy == "" {
				t.Errorf("%s: %+v", c.namespace, f)
			}
			if i == 0 {
				wantText(t, f.Message, c.says...)
			}
		}
	}

	// The baseline's age is the server's own.
	age := regexp.MustCompile(`nothing is isolated \(for \d+[smh][0-9smh]*\)$`)
	if f := finding(row(t, report, tm.ns("baseline")), "baseline-only"); f == nil || !age.MatchString(f.Message) {
		t.Errorf("no age: %+v", f)
	}
	if f := finding(row(t, report, tm.ns("baseline")), "no-policy"); f != nil {
		t.Errorf("%+v", f)
	}

	tm.add("bare", nil)
	bare := row(t, audit(t, testcluster.Auditor, found, "-l", tm.selector()), tm.ns("bare"))
	if diff := cmp.Diff([]string{"no-policy high"}, rulesFound(bare)); diff != "" {
		t.Errorf("bare: findings (-want +got):\n%s", diff)
	}
}

// --fail-on changes the exit code and says why, and leaves the document's verdict alone.
func TestFindingsFailWhereFailOnNamesThem(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "baseline", "fine")
	tm.create("baseline", allowAll(baselineName))
	tm.create("fine", denyAll("default-deny"))
	const reason = "PASS: 2 namespaces: 2 passed, 0 failed; --fail-on: 1 finding in 1 namespace (baseline-only 1)\n"
	for _, c := range []struct {
		name   string
		args   []string
		exit   int
		reason bool
	}{
		{"without it", nil, ok, false},
		{"the rule", []string{"--fail-on", "baseline-only"}, found, true},
		{"its severity", []string{"--fail-on", "medium"}, found, true},
		{"a lower severity", []string{"--fail-on", "low"}, found, true},
		{"a higher severity", []string{"--fail-on", "high"}, ok, false},
		{"another rule", []string{"--fail-on", "dead-policy"}, ok, false},
		{"several", []string{"--fail-on", "dead-policy,high", "--fail-on", "baseline-only"}, found, true},
		{"with --exit-zero", []string{"--fail-on", "baseline-only", "--exit-zero"}, ok, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cis532(t, testcluster.Auditor, append([]string{"audit", "-o", "json", "-l", tm.selector()}, c.args...)...)
			wantExit(t, got, c.exit)
			if report := decode[v1alpha1.AuditReport](t, got.Stdout); report.Verdict != v1alpha1.VerdictPass || report.Summary.Pass != 2 {
				t.Errorf("verdict %s, %+v", report.Verdict, report.Summary)
			}
			if c.reason {
				wantText(t, got.Stderr, reason)
			} else {
				wantNoText(t, got.Stderr, "--fail-on")
			}
		})
	}

	t.Run("--failing shows the row", func(t *testing.T) {
		got := cis532(t, testcluster.Auditor, "audit", "-l", tm.selector(), "--failing", "-o", "name", "--fail-on", "baseline-only")
		wantExit(t, got, found)
		if want := "namespace/" + tm.ns("baseline") + "\n"; got.Stdout != want {
			t.Errorf("stdout %q, want %q", got.Stdout, want)
		}
		if got = cis532(t, testcluster.Auditor, "audit", "-l", tm.selector(), "--failing", "-o", "name"); got.Stdout != "" {
			t.Errorf("without --fail-on: %q", got.Stdout)
		}
	})
	t.Run("ERROR beats it", func(t *testing.T) {
		got := cis532(t, testcluster.Auditor, "audit", tm.ns("baseline"), tm.ns("missing"), "--fail-on", "baseline-only")
		wantExit(t, got, troubled)
		wantText(t, got.Stderr, "ERROR: 2 namespaces")
	})
	t.Run("a word that does not exist", func(t *testing.T) {
		got := cis532(t, testcluster.Auditor, "audit", "-l", tm.selector(), "--fail-on", "baselin-only")
		wantExit(t, got, troubled)
		wantText(t, got.Stderr, `invalid --fail-on "baselin-only" (did you mean "baseline-only"?)`)
		if got.Stdout != "" {
			t.Errorf("stdout: %s", got.Stdout)
		}
	})
}

// Without pods the letter's verdict stands; the isolation behind it is unknown, and no finding is made up.
func TestPodsThatMayNotBeListedAreUnknown(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "bare")
	tm.pod("a", "web")
	tm.create("a", policyOf("typo", "wbe", ingress, egress))
	user := tm.grant("", mayListPolicies, mayListNamespaces)
	got := cis532(t, testcluster.Admin, "audit", "-o", "json", "-l", tm.selector(), "--as", user)
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	a := row(t, report, tm.ns("a"))
	if a.Verdict != v1alpha1.VerdictPass || a.Posture.Ingress != v1alpha1.PostureUnknown || a.Posture.Egress != v1alpha1.PostureUnknown || a.Pods != nil || len(a.Findings) > 0 {
		t.Errorf("%+v, findings %+v", a, a.Findings)
	}
	if bare := row(t, report, tm.ns("bare")); bare.Verdict != v1alpha1.VerdictFail {
		t.Errorf("%+v", bare)
	}
	warning := `cannot list pods in all namespaces: forbidden for user "` + user + `": the isolation behind the verdicts is unknown`
	if n := strings.Count(got.Stderr, "warning: "+warning); n != 1 {
		t.Errorf("told %d times:\n%s", n, got.Stderr)
	}
	if !slices.Contains(report.Warnings, warning) {
		t.Errorf("warnings: %q", report.Warnings)
	}
}
