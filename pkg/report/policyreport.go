package report

import (
	"io"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// policyReportFormat is the report API of the policy working group
// (wgpolicyk8s.io), from which that of openreports.io has come.
var policyReportFormat = Format{
	Name:       "policyreport",
	Extensions: []string{"policyreport.yaml", "policyreport.yml"},
	Writes:     writes[*v1alpha1.AuditReport],
	Write: func(w io.Writer, document runtime.Object) error {
		return writeClusterReports(w, document, func(meta metav1.ObjectMeta, summary openreports.ReportSummary, results []openreports.ReportResult) any {
			return &clusterPolicyReport{
				TypeMeta:   metav1.TypeMeta{APIVersion: "wgpolicyk8s.io/v1alpha2", Kind: "ClusterPolicyReport"},
				ObjectMeta: meta, Summary: summary, Results: results,
			}
		})
	},
}

// clusterPolicyReport is a ClusterPolicyReport, without the fields that are not used. Its results are the same in both
// APIs.
type clusterPolicyReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Summary           openreports.ReportSummary  `json:"summary"`
	Results           []openreports.ReportResult `json:"results"`
}
