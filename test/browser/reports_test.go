package browser

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// audited is an audit of these namespaces, with its summary counted.
func audited(namespaces ...v1alpha1.NamespaceAudit) *v1alpha1.AuditReport {
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = metav1.NewTime(time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC))
	r.Control = v1alpha1.Control{
		ID: "5.3.2", Title: "Ensure that all Namespaces have Network Policies defined", Benchmark: "CIS Kubernetes Benchmark 2.0.1", Level: 2,
		Assessment: "Manual", Description: "Every namespace has a policy.", Rationale: "Without one, every pod reaches every pod.\nOne stolen pod is enough.",
		Impact: "What no rule allows is cut off.", Audit: "List the policies of each namespace.", Remediation: "Create one.",
		Mappings:   []v1alpha1.ControlMapping{{Framework: "CIS Controls v8", ID: "4.4", Title: "Implement and Manage a Firewall on Servers"}},
		References: []string{"Kubescape C-0206", "https://kubernetes.io/docs/concepts/services-networking/network-policies/"},
	}
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443", ServerVersion: "v1.36.1"}
	r.NetworkPlugin = v1alpha1.NetworkPlugin{Name: "cilium", Enforcement: v1alpha1.EnforcementEnforced, Evidence: "DaemonSet kube-system/cilium"}
	r.Scope, r.Verdict, r.Namespaces = v1alpha1.ScopeFull, v1alpha1.VerdictPass, namespaces
	for _, ns := range namespaces {
		r.Summary.Namespaces++
		switch ns.Verdict {
		case v1alpha1.VerdictPass:
			r.Summary.Pass++
		case v1alpha1.VerdictFail:
			r.Summary.Fail++
			r.Verdict = v1alpha1.VerdictFail
		case v1alpha1.VerdictAccepted:
			r.Summary.Accepted++
		case v1alpha1.VerdictSkipped:
			r.Summary.Skipped++
		case v1alpha1.VerdictExempt:
			r.Summary.Exempt++
		case v1alpha1.VerdictError:
			r.Summary.Error++
		}
	}
	if r.Summary.Error > 0 {
		r.Verdict = v1alpha1.VerdictError
	}
	return r
}

// namespace is one with as many policies; pods are live pods, which are as isolated as posture says.
func namespace(name string, verdict v1alpha1.Verdict, ingress, egress v1alpha1.Posture, policies, pods int, findings ...v1alpha1.Finding) v1alpha1.NamespaceAudit {
	ns := v1alpha1.NamespaceAudit{
		Name: name, Verdict: verdict, Findings: findings,
		Posture: &v1alpha1.DirectionalPosture{Ingress: ingress, Egress: egress}, NewPod: &v1alpha1.DirectionalPosture{Ingress: ingress, Egress: egress},
		Pods: &v1alpha1.PodCounts{Total: pods},
	}
	for i := range policies {
		selected := i
		ns.Policies = append(ns.Policies, v1alpha1.PolicySummary{Name: fmt.Sprintf("policy-%d", i), PolicyTypes: []string{"Ingress", "Egress"}, SelectedPods: &selected})
	}
	return ns
}

func finding(rule string, severity v1alpha1.Severity) v1alpha1.Finding {
	return v1alpha1.Finding{Rule: rule, Severity: severity, Message: "NetworkPolicy \"" + rule + "\" selects less than it seems to.", Remedy: "Select more."}
}

// company is a small report with every verdict, posture and severity.
func company() *v1alpha1.AuditReport {
	failed := namespace("orders", v1alpha1.VerdictFail, v1alpha1.PostureOpen, v1alpha1.PostureOpen, 0, 12, finding("no-policy", v1alpha1.SeverityHigh))
	failed.Reason = "no NetworkPolicy"
	exempt := namespace("legacy-erp", v1alpha1.VerdictExempt, v1alpha1.PostureNotApplicable, v1alpha1.PostureUnknown, 0, 2, finding("unused-exemption", v1alpha1.SeverityInfo))
	exempt.Exemption = &v1alpha1.Exemption{Reason: "until it is replaced, SEC-1432", Until: "2026-12-31"}
	accepted := namespace("mesh", v1alpha1.VerdictAccepted, v1alpha1.PostureRestricted, v1alpha1.PostureDenied, 0, 3)
	accepted.OtherPolicies = []v1alpha1.ObjectReference{{APIVersion: "cilium.io/v2", Kind: "CiliumNetworkPolicy", Name: "mesh"}}
	managed := namespace("payments", v1alpha1.VerdictPass, v1alpha1.PostureRestricted, v1alpha1.PosturePartial, 2, 9,
		finding("dead-policy", v1alpha1.SeverityLow), finding("one-direction", v1alpha1.SeverityMedium))
	managed.ManagedBy = &v1alpha1.Manager{Tool: "Argo CD", Kind: "application", Name: "payments", Evidence: "label argocd.argoproj.io/instance"}
	return audited(
		v1alpha1.NamespaceAudit{Name: "broken", Verdict: v1alpha1.VerdictError, Reason: "NetworkPolicies could not be read: forbidden"},
		exempt,
		v1alpha1.NamespaceAudit{Name: "kube-system", Verdict: v1alpha1.VerdictSkipped, Reason: "system namespace (kube-*)"},
		accepted, failed, managed,
		namespace("search", v1alpha1.VerdictPass, v1alpha1.PostureAllowAll, v1alpha1.PostureClusterWide, 1, 4, finding("baseline-only", v1alpha1.SeverityMedium)),
	)
}

// hostile is a report in which every text attacks the page.
func hostile() *v1alpha1.AuditReport {
	attacks := []string{
		`<img src=x onerror="window.owned=1">`, `</script><script>window.owned=1</script>`, `<!--<script>`, `]]><svg onload=window.owned=1>`,
		`" autofocus onfocus="window.owned=1`, `' onclick='window.owned=1`, `javascript:window.owned=1`, "${window.owned=1}", "{{.Data}}",
		"\u202egnp.exe\u2066", "\u0000\u001b[31m\u009b", "line\u2028separator", "\xff\xfe", strings.Repeat("long ", 2000), strings.Repeat("x", 4000), "__proto__", "constructor",
	}
	var all []v1alpha1.NamespaceAudit
	for i, a := range attacks {
		ns := namespace(a, v1alpha1.VerdictPass, v1alpha1.PostureOpen, v1alpha1.PostureDenied, 0, i,
			v1alpha1.Finding{Rule: a, Severity: v1alpha1.SeverityHigh, Message: a, Remedy: a}, v1alpha1.Finding{Rule: a, Severity: v1alpha1.Severity(a), Message: a})
		ns.Reason = a
		ns.Exemption = &v1alpha1.Exemption{Reason: a, Until: a}
		ns.ManagedBy = &v1alpha1.Manager{Tool: a, Kind: a, Name: a, Evidence: a}
		ns.Policies = []v1alpha1.PolicySummary{{Name: a, PolicyTypes: []string{a}}}
		ns.OtherPolicies = []v1alpha1.ObjectReference{{APIVersion: a, Kind: a, Name: a}}
		if i%3 == 0 {
			ns.Verdict, ns.Posture.Ingress = v1alpha1.Verdict(a), v1alpha1.Posture(a)
		}
		all = append(all, ns)
	}
	r := audited(all...)
	r.Errors, r.Warnings = attacks, attacks
	a := attacks[0]
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: attacks[1], Server: attacks[6], ServerVersion: a}
	r.Metadata.User, r.NetworkPlugin = a, v1alpha1.NetworkPlugin{Name: a, Evidence: a}
	r.Control = v1alpha1.Control{
		ID: a, Title: attacks[1], Benchmark: a, Assessment: a, Description: a, Rationale: a, Impact: a, Audit: a, Remediation: a,
		Mappings: []v1alpha1.ControlMapping{{Framework: a, ID: a, Title: a}},
		References: append([]string{"http://plain.example/", "https://user:secret@example.com/", "data:text/html,<script>window.owned=1</script>",
			`https://example.com/"onmouseover="window.owned=1`, "see https://example.com/guide"}, attacks...),
	}
	return r
}

// large is a report of n namespaces, each with policies and most with findings.
func large(n int) *v1alpha1.AuditReport {
	var all []v1alpha1.NamespaceAudit
	postures := []v1alpha1.Posture{v1alpha1.PostureAllowAll, v1alpha1.PostureClusterWide, v1alpha1.PosturePartial, v1alpha1.PostureRestricted, v1alpha1.PostureDenied}
	severities := []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo}
	for i := range n {
		name := fmt.Sprintf("team-%05d", i)
		var ns v1alpha1.NamespaceAudit
		switch {
		case i%10 == 0:
			ns = namespace(name, v1alpha1.VerdictFail, v1alpha1.PostureOpen, v1alpha1.PostureOpen, 0, i%40, finding("no-policy", v1alpha1.SeverityHigh))
			ns.Reason = "no NetworkPolicy"
		case i%97 == 0:
			ns = v1alpha1.NamespaceAudit{Name: name, Verdict: v1alpha1.VerdictSkipped, Reason: "excluded by --exclude"}
		default:
			ns = namespace(name, v1alpha1.VerdictPass, postures[i%5], postures[i%3], 1+i%4, i%40)
			for f := range i % 4 {
				ns.Findings = append(ns.Findings, finding(fmt.Sprintf("rule-%d", (i+f)%16), severities[(i+f)%4]))
			}
		}
		all = append(all, ns)
	}
	return audited(all...)
}
