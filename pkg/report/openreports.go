package report

import (
	"io"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
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
		return writeClusterReports(w, document, "apiVersion: "+openreports.SchemeGroupVersion.String()+"\nkind: ClusterReport\nsource: "+toolName+"\n")
	},
}
