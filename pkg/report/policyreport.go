package report

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// policyReportFormat is the report API of the policy working group
// (wgpolicyk8s.io), from which that of openreports.io has come: its results are
// the same.
var policyReportFormat = Format{
	Name:       "policyreport",
	Extensions: []string{"policyreport.yaml", "policyreport.yml"},
	Writes:     writes[*v1alpha1.AuditReport],
	Write: func(w io.Writer, document runtime.Object) error {
		return writeClusterReports(w, document, "apiVersion: wgpolicyk8s.io/v1alpha2\nkind: ClusterPolicyReport\n")
	},
}
