package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// A cluster may have as many applications as namespaces: stderr stays readable.
func TestManagedNamespacesAreToldInFewLines(t *testing.T) {
	row := func(name, application string, result v1alpha1.Result) v1alpha1.NamespaceFix {
		return v1alpha1.NamespaceFix{Name: name, Result: result, ManagedBy: &v1alpha1.Manager{Tool: "Argo CD", Kind: "application", Name: application}}
	}
	report := v1alpha1.NewFixReport()
	report.Namespaces = append(report.Namespaces, row("passed", "other", v1alpha1.ResultPass), v1alpha1.NamespaceFix{Name: "plain", Result: v1alpha1.ResultFixed})
	for i := range 7 {
		report.Namespaces = append(report.Namespaces, row(fmt.Sprintf("n%d", i), "many", v1alpha1.ResultFixed))
	}
	for i := range 15 {
		name := fmt.Sprintf("app-%02d", i)
		report.Namespaces = append(report.Namespaces, row(name, name, v1alpha1.ResultFixed))
	}
	var talk bytes.Buffer
	streams := Streams{Err: &talk}
	(&globals{streams: streams, kubeconfig: newKubeconfigFlags(streams), quiet: true}).explainManaged(report)
	lines := strings.Split(strings.TrimSuffix(talk.String(), "\n"), "\n")
	if len(lines) != 11 {
		t.Fatalf("%d lines:\n%s", len(lines), talk.String())
	}
	const first = `warning: 7 namespaces (n0, n1, n2, n3, n4, ...) are managed by Argo CD application "many", which may remove what its repository does not have: ` +
		`put the policy into it: kubectl cis532 generate n0 n1 n2 n3 n4 ... --output-dir DIR`
	const second = `warning: namespace app-00 is managed by Argo CD application "app-00", which may remove what its repository does not have: ` +
		`put the policy into it: kubectl cis532 generate app-00 --output-dir DIR`
	if lines[0] != first || lines[1] != second || lines[10] != "warning: 6 more applications or releases manage namespaces that got a policy: the rows say which" {
		t.Errorf("got\n%s\n%s\n%s", lines[0], lines[1], lines[10])
	}
}
