package report

import (
	"io"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// openReportsFormat is the report API of openreports.io, ready for kubectl
// apply: what dashboards such as Policy Reporter show.
var openReportsFormat = Format{
	Name:       "openreports",
	Extensions: []string{"openreports.yaml", "openreports.yml"},
	Writes:     writes[*v1alpha1.AuditReport],
	Write: func(w io.Writer, document runtime.Object) error {
		return writeClusterReports(w, document, func(meta metav1.ObjectMeta, summary openreports.ReportSummary, results []openreports.ReportResult) any {
			return &openreports.ClusterReport{
				TypeMeta:   metav1.TypeMeta{APIVersion: openreports.SchemeGroupVersion.String(), Kind: "ClusterReport"},
				ObjectMeta: meta, Source: toolName, Summary: summary, Results: results,
			}
		})
	},
}
