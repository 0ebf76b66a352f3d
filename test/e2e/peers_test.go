package e2e

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// fromNamespace is a default deny with an exception: pods with a label app, of one namespace.
func fromNamespace(name, namespace, app string) *networkingv1.NetworkPolicy {
	np := policyOf(name, "", ingress, egress)
	peer := podsOf(app)
	peer.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}}
	np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{peer}}}
	return np
}

// Namespaces that a run is not about are still there: -l does not make peers of them unmatched.
func TestPeersInNamespacesThatAreNotSelectedAreKnown(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "shop", "front")
	tm.label("shop", "audited", "yes")
	tm.pod("shop", "cart")
	tm.pod("front", "web")
	tm.create("shop", fromNamespace("from-front", tm.ns("front"), "web"))
	selected := []string{"-l", tm.selector() + ",audited=yes"}
	report := audit(t, testcluster.Auditor, ok, selected...)
	if r := row(t, report, tm.ns("shop")); len(report.Namespaces) != 1 || len(r.Findings) > 0 {
		t.Errorf("%d rows, findings %+v", len(report.Namespaces), r.Findings)
	}

	// What really is not there is found.
	tm.create("shop", fromNamespace("from-nowhere", tm.ns("fornt"), "web"))
	tm.create("shop", fromNamespace("from-nobody", tm.ns("front"), "wbe"))
	var messages []string
	for _, f := range row(t, audit(t, testcluster.Auditor, ok, selected...), tm.ns("shop")).Findings {
		if f.Rule != "unmatched-peer" {
			t.Errorf("%+v", f)
		}
		messages = append(messages, f.Message)
	}
	if len(messages) != 2 {
		t.Fatalf("%d findings, want 2: %q", len(messages), messages)
	}
	wantText(t, strings.Join(messages, "\n"), `NetworkPolicy "from-nobody": spec.ingress[0].from[0]`, "matches no pod",
		`NetworkPolicy "from-nowhere": spec.ingress[0].from[0]`, "matches no namespace")
}

// Who may see one namespace only gets its own findings, and none that would need the others.
func TestFindingsOfAUserOfOneNamespace(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "mine", "front")
	tm.pod("mine", "cart")
	tm.pod("front", "web")
	tm.create("mine", fromNamespace("from-front", tm.ns("front"), "web"))
	tm.create("mine", fromNamespace("from-nowhere", tm.ns("fornt"), "web"))
	np := policyOf("from-own", "", ingress, egress)
	np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{podsOf("frontent")}}}
	tm.create("mine", np)
	tm.create("mine", policyOf("typo", "wbe", ingress))
	user := tm.grant(tm.ns("mine"), mayListPolicies, mayGetNamespaces, mayListPods, mayList("apps", "deployments", "replicasets", "statefulsets", "daemonsets"),
		mayList("batch", "jobs", "cronjobs"), mayList("", "replicationcontrollers"))
	got := cis532(t, testcluster.Admin, "audit", "-o", "json", "-n", tm.ns("mine"), "--as", user)
	wantExit(t, got, ok)
	r := row(t, decode[v1alpha1.AuditReport](t, got.Stdout), tm.ns("mine"))
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Rule+": "+f.Message)
	}
	if len(all) != 2 {
		t.Errorf("findings: %q", all)
	}
	wantText(t, strings.Join(all, "\n"), `dead-policy: NetworkPolicy "typo"`, `unmatched-peer: NetworkPolicy "from-own"`)
	wantNoText(t, got.Stderr, "warning:")
}
