package report

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// kubeBenchFormat is the JSON of kube-bench (kube-bench run --json), with the
// one control that this program knows, for what reads kube-bench's.
var kubeBenchFormat = Format{
	Name:       "kube-bench",
	Extensions: []string{"kube-bench.json"},
	Writes:     writes[*v1alpha1.AuditReport],
	Write: func(w io.Writer, document runtime.Object) error {
		r, ok := document.(*v1alpha1.AuditReport)
		if !ok {
			return fmt.Errorf("no kube-bench JSON of a %T", document)
		}
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(kubeBench(r))
	},
}

// The types below are kube-bench's, field for field (its package check); a
// field that it does not name in a tag is spelt as in Go there too.

// kubeBenchReport is the whole output.
type kubeBenchReport struct {
	Controls []kubeBenchControls
	Totals   kubeBenchTotals
}

// kubeBenchControls is a chapter of the benchmark.
type kubeBenchControls struct {
	ID              string           `json:"id"`
	Version         string           `json:"version"`
	DetectedVersion string           `json:"detected_version"`
	Text            string           `json:"text"`
	NodeType        string           `json:"node_type"`
	Tests           []kubeBenchGroup `json:"tests"`
	kubeBenchTotals
}

// kubeBenchTotals counts checks by status.
type kubeBenchTotals struct {
	Pass int `json:"total_pass"`
	Fail int `json:"total_fail"`
	Warn int `json:"total_warn"`
	Info int `json:"total_info"`
}

// kubeBenchGroup is a section.
type kubeBenchGroup struct {
	Section string           `json:"section"`
	Type    string           `json:"type"`
	Pass    int              `json:"pass"`
	Fail    int              `json:"fail"`
	Warn    int              `json:"warn"`
	Info    int              `json:"info"`
	Desc    string           `json:"desc"`
	Results []kubeBenchCheck `json:"results"`
}

// kubeBenchCheck is a control.
type kubeBenchCheck struct {
	TestNumber     string   `json:"test_number"`
	TestDesc       string   `json:"test_desc"`
	Audit          string   `json:"audit"`
	AuditEnv       string   `json:"AuditEnv"`
	AuditConfig    string   `json:"AuditConfig"`
	Type           string   `json:"type"`
	Remediation    string   `json:"remediation"`
	TestInfo       []string `json:"test_info"`
	Status         string   `json:"status"`
	ActualValue    string   `json:"actual_value"`
	Scored         bool     `json:"scored"`
	IsMultiple     bool     `json:"IsMultiple"`
	ExpectedResult string   `json:"expected_result"`
	Reason         string   `json:"reason,omitempty"`
}

// benchmarkVersion finds the version in the benchmark's name.
var benchmarkVersion = regexp.MustCompile(`\d+(\.\d+)+`)

// kubeBenchNames is what kube-bench calls a benchmark, and the control's chapter and section there (its cfg directory).
type kubeBenchNames struct{ prefix, chapter, section string }

// kubeBenchNamesOf finds them by the benchmark's name. Readers of kube-bench's JSON tell benchmarks apart by the version:
// EKS' 1.8 is not the CIS Kubernetes Benchmark's.
func kubeBenchNamesOf(benchmark string) kubeBenchNames {
	const policies, cni = "Kubernetes Policies", "Network Policies and CNI"
	switch {
	case strings.HasPrefix(benchmark, "CIS Amazon EKS"):
		return kubeBenchNames{"eks", "Policies", "CNI Plugin"}
	case strings.HasPrefix(benchmark, "CIS AKS"):
		return kubeBenchNames{"aks", "Policies", "CNI Plugin"}
	case strings.HasPrefix(benchmark, "CIS GKE"):
		return kubeBenchNames{"gke", policies, cni}
	case strings.HasPrefix(benchmark, "CIS Red Hat OpenShift"):
		return kubeBenchNames{"rh", policies, cni}
	default:
		return kubeBenchNames{"cis", policies, cni}
	}
}

func kubeBench(r *v1alpha1.AuditReport) kubeBenchReport {
	chapter, section := kubeBenchSection(r.Control.ID)
	own := kubeBenchNamesOf(r.Control.Benchmark)
	about := fmt.Sprintf("Level %d", r.Control.Level)
	if r.Control.Assessment != "" {
		about += ", " + OneLine(r.Control.Assessment)
	}
	check := kubeBenchCheck{
		TestNumber: r.Control.ID, TestDesc: fmt.Sprintf("%s (%s)", OneLine(r.Control.Title), about),
		Audit: OneLine(r.Control.Audit), Remediation: OneLine(r.Control.Remediation),
		TestInfo: kubeBenchFindings(r), ActualValue: kubeBenchNamespaces(r), Scored: true, IsMultiple: true,
		ExpectedResult: "each namespace has a NetworkPolicy",
	}
	var totals kubeBenchTotals
	if r.Verdict == v1alpha1.VerdictPass {
		check.Status, totals.Pass = "PASS", 1
	} else {
		// kube-bench has no ERROR: a scored check that cannot be run fails, with the reason.
		check.Status, totals.Fail = "FAIL", 1
		check.Reason = kubeBenchReason(r)
	}
	group := kubeBenchGroup{
		Section: section, Desc: own.section, Pass: totals.Pass, Fail: totals.Fail, Results: []kubeBenchCheck{check},
	}
	return kubeBenchReport{
		Controls: []kubeBenchControls{{
			ID: chapter, Version: strings.TrimSuffix(own.prefix+"-"+benchmarkVersion.FindString(r.Control.Benchmark), "-"), DetectedVersion: minorVersion(r.Source.ServerVersion),
			Text: own.chapter, NodeType: "policies", Tests: []kubeBenchGroup{group}, kubeBenchTotals: totals,
		}},
		Totals: totals,
	}
}

// kubeBenchSection is chapter and section of a control: 5 and 5.3 of 5.3.2.
func kubeBenchSection(id string) (chapter, section string) {
	parts := strings.Split(id, ".")
	return parts[0], strings.Join(parts[:min(len(parts), 2)], ".")
}

// minorVersion is 1.36 of v1.36.3.
func minorVersion(gitVersion string) string {
	parts := strings.Split(strings.TrimPrefix(gitVersion, "v"), ".")
	return strings.Join(parts[:min(len(parts), 2)], ".")
}

// kubeBenchReason says why the control did not pass.
func kubeBenchReason(r *v1alpha1.AuditReport) string {
	s := r.Summary
	parts := append([]string{fmt.Sprintf("%d of %s failed", s.Fail, Count(s.Namespaces, "namespace"))}, rest(s.Error, "could not be judged")...)
	for _, problem := range r.Errors {
		parts = append(parts, OneLine(problem))
	}
	return string(r.Verdict) + ": " + strings.Join(parts, "; ")
}

// kubeBenchNamespaces is a line for each namespace, as audits of kube-bench
// with several values print them: namespace: NAME verdict: VERDICT reason: REASON.
func kubeBenchNamespaces(r *v1alpha1.AuditReport) string {
	var b strings.Builder
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		fmt.Fprintf(&b, "namespace: %s verdict: %s", OneLine(ns.Name), ns.Verdict)
		if ns.Reason != "" {
			fmt.Fprintf(&b, " reason: %s", OneLine(ns.Reason))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// kubeBenchFindings is what kube-bench has room for beside the verdict: what to
// do, then each finding as NAMESPACE: [SEVERITY] RULE: MESSAGE.
func kubeBenchFindings(r *v1alpha1.AuditReport) []string {
	info := []string{}
	if r.Control.Remediation != "" {
		info = append(info, OneLine(r.Control.Remediation))
	}
	for i := range r.Namespaces {
		for _, f := range r.Namespaces[i].Findings {
			info = append(info, OneLine(r.Namespaces[i].Name)+": "+findingText(f))
		}
	}
	return info
}
