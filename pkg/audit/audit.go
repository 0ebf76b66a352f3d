package audit

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Run judges an inventory. Its namespaces are those in scope, as
// inventory.Narrow leaves them.
func Run(inv *inventory.Inventory, opts Options) *v1alpha1.AuditReport {
	report := v1alpha1.NewAuditReport()
	report.Metadata.CreationTimestamp = metav1.NewTime(opts.Now.UTC())
	report.Control = Control
	report.Source = inv.Source
	report.Scope = opts.Scope.Reported()
	report.Warnings = inv.Warnings
	for _, gap := range inv.Gaps {
		if gap.Namespace == "" || inv.Namespace(gap.Namespace) == nil || len(inv.Namespace(gap.Namespace).Policies) > 0 {
			report.Errors = append(report.Errors, gap.Err.Error())
		}
	}
	if inv.WorkloadsUnknown != nil {
		report.Warnings = append(report.Warnings, inv.WorkloadsUnknown.Error()+": the isolation behind the verdicts is unknown")
	}
	iso := newIsolation(inv)
	for _, ns := range inv.Namespaces {
		row := judge(inv, ns, opts)
		if row.Verdict == v1alpha1.VerdictPass || row.Verdict == v1alpha1.VerdictFail || row.Verdict == v1alpha1.VerdictExempt {
			iso.describe(ns, &row)
		}
		if row.Reason == "" && row.Verdict == v1alpha1.VerdictPass && baselineOnly(row) {
			row.Reason = "baseline only"
		}
		report.Namespaces = append(report.Namespaces, row)
	}
	report.Summary = summarize(report.Namespaces)
	report.Verdict = verdict(report, len(inv.Gaps) > 0)
	return report
}

func summarize(rows []v1alpha1.NamespaceAudit) v1alpha1.AuditSummary {
	s := v1alpha1.AuditSummary{Namespaces: len(rows)}
	for _, row := range rows {
		switch row.Verdict {
		case v1alpha1.VerdictPass:
			s.Pass++
		case v1alpha1.VerdictFail:
			s.Fail++
		case v1alpha1.VerdictSkipped:
			s.Skipped++
		case v1alpha1.VerdictExempt:
			s.Exempt++
		case v1alpha1.VerdictError:
			s.Error++
		}
	}
	return s
}

// verdict is the whole report's: ERROR beats FAIL beats PASS, and a run that
// judged nothing has shown nothing.
func verdict(report *v1alpha1.AuditReport, gaps bool) v1alpha1.Verdict {
	s := report.Summary
	switch {
	case s.Error > 0 || gaps:
		return v1alpha1.VerdictError
	case s.Pass+s.Fail+s.Exempt == 0:
		report.Errors = append(report.Errors, nothingJudged(report.Namespaces))
		return v1alpha1.VerdictError
	case s.Fail > 0:
		return v1alpha1.VerdictFail
	default:
		return v1alpha1.VerdictPass
	}
}

func nothingJudged(rows []v1alpha1.NamespaceAudit) string {
	if len(rows) == 0 {
		return "no namespace was judged: none is in scope (check names and -l)"
	}
	text := "no namespace was judged: every one in scope was skipped"
	if slices.ContainsFunc(rows, func(row v1alpha1.NamespaceAudit) bool { return strings.HasPrefix(row.Reason, systemNamespace) }) {
		text += " (--include-system judges system namespaces)"
	}
	return text
}

// baselineOnly says that the policies of a passing namespace isolate nothing:
// the letter is met, no pod is.
func baselineOnly(row v1alpha1.NamespaceAudit) bool {
	return row.NewPod.Ingress == v1alpha1.PostureAllowAll && row.NewPod.Egress == v1alpha1.PostureAllowAll &&
		row.Posture.Ingress == v1alpha1.PostureAllowAll && row.Posture.Egress == v1alpha1.PostureAllowAll
}
