package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
)

var update = flag.Bool("update", false, "write the golden files anew")

var now = metav1.NewTime(time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC))

// invocations are the flags by which every view is printed.
var invocations = [][]string{
	nil, {"-o", "table"}, {"-o", "wide"}, {"-o", "name"}, {"-o", "json"}, {"-o", "yaml"}, {"-o", "kyaml"},
	{"--no-headers"}, {"-o", "wide", "--no-headers"},
	{"-o", "jsonpath={.kind}"}, {"-o", "jsonpath-as-json={.kind}"}, {"-o", "go-template={{.kind}}"}, {"--template", "{{.apiVersion}}"},
	{"-o", "custom-columns=NAME:.name,RESULT:.result,NAMESPACE:.metadata.namespace"}, {"-o", "custom-columns=NAME:.name", "--no-headers"},
	{"--sort-by", "{.reason}"}, {"--sort-by", "{.metadata.namespace}"}, {"--sort-by", "{.reason}", "-o", "yaml"}, {"--sort-by", "{.metadata.namespace}", "-o", "name"},
	{"--failing"}, {"--failing", "-o", "wide"}, {"--failing", "-o", "name"}, {"--failing", "-o", "json"},
}

// kinds are the views of the verbs that change a cluster, and of what they make.
var kinds = []struct {
	name      string
	documents Documents
	failing   bool
	view      func() View
}{
	{"fix", DocumentsBesideRows, true, func() View { return Fix(fixReport(v1alpha1.DryRunNone), policies("shop", "orders")) }},
	{"fix-dry-run", DocumentsBesideRows, true, func() View { return Fix(fixReport(v1alpha1.DryRunServer), policies("shop", "orders")) }},
	{"fix-nothing", DocumentsBesideRows, true, func() View { return Fix(v1alpha1.NewFixReport(), nil) }},
	{"rollback", DocumentsOfRows, true, func() View { return Rollback(rollbackReport(v1alpha1.DryRunNone)) }},
	{"rollback-dry-run", DocumentsOfRows, true, func() View { return Rollback(rollbackReport(v1alpha1.DryRunClient)) }},
	{"rollback-nothing", DocumentsOfRows, true, func() View { return Rollback(v1alpha1.NewRollbackReport()) }},
	{"policies", DocumentsOfRows, false, func() View { return Policies(policies("shop", "orders")) }},
}

// TestGolden compares every view in every format with testdata/golden/VIEW.txt.
func TestGolden(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			var got strings.Builder
			for _, args := range invocations {
				flags := NewPrintFlags(kind.failing)
				flags.Documents = kind.documents
				fmt.Fprintf(&got, "$ %s\n%s\n", strings.Join(args, " "), printed(flags, args, kind.view(), TableOptions{}, false))
			}
			compare(t, filepath.Join("testdata", "golden", kind.name+".txt"), got.String())
		})
	}
}

// printed is what a view looks like with flags, and the error that they make.
func printed(flags *PrintFlags, args []string, v View, table TableOptions, terminal bool) string {
	cmd := &cobra.Command{}
	flags.AddFlags(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		return fmt.Sprintf("[%v]\n", err)
	}
	printer, err := flags.ToPrinter(table, terminal)
	if err != nil {
		return fmt.Sprintf("[refused: %v]\n", err)
	}
	var b strings.Builder
	err = printer.Print(v, &b)
	text := b.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "[no newline]\n"
	}
	if err != nil {
		text += fmt.Sprintf("[error: %v]\n", err)
	}
	return text
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func yes(b bool) *bool { return &b }

func fixReport(dryRun v1alpha1.DryRun) *v1alpha1.FixReport {
	r := v1alpha1.NewFixReport()
	r.Metadata.CreationTimestamp = now
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443"}
	r.Scope, r.Policy, r.DryRun, r.Run = v1alpha1.ScopeFull, "allow-all", dryRun, "20261115T120000Z-0badcafe"
	r.Namespaces = []v1alpha1.NamespaceFix{
		{Name: "kube-system", Result: v1alpha1.ResultSkipped, Reason: "system namespace (kube-system)"},
		{Name: "legacy-erp", Result: v1alpha1.ResultExempt, Reason: "until it is replaced, SEC-1432"},
		{Name: "orders", Result: v1alpha1.ResultFixed, Reason: "created cis-default-allow", Policies: []string{"cis-default-allow"}, Verified: yes(true)},
		{Name: "payments", Result: v1alpha1.ResultPass},
		{Name: "quota", Result: v1alpha1.ResultError, Reason: "create NetworkPolicy \"cis-default-allow\": exceeded quota: \x1b[31mno\u009b"},
		{Name: "shop", Result: v1alpha1.ResultFixed, Reason: "created cis-default-allow", Policies: []string{"cis-default-allow"}, Verified: yes(false)},
	}
	r.Summary = v1alpha1.FixSummary{Namespaces: 6, Pass: 1, Fixed: 2, Skipped: 1, Exempt: 1, Error: 1}
	return r
}

func rollbackReport(dryRun v1alpha1.DryRun) *v1alpha1.RollbackReport {
	r := v1alpha1.NewRollbackReport()
	r.Metadata.CreationTimestamp = now
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443"}
	r.Scope, r.DryRun = v1alpha1.ScopeFull, dryRun
	r.Namespaces = []v1alpha1.NamespaceRollback{
		{Name: "data", Result: v1alpha1.ResultKept, Reason: "cis-default-allow: its spec was changed", Kept: []v1alpha1.KeptPolicy{{Name: "cis-default-allow", Reason: "its spec was changed"}}},
		{Name: "orders", Result: v1alpha1.ResultRemoved, Reason: "removed cis-default-allow", Policies: []string{"cis-default-allow"}, Verified: yes(true)},
		{Name: "shop", Result: v1alpha1.ResultError, Reason: "delete NetworkPolicy \"cis-default-allow\": forbidden"},
	}
	r.Summary = v1alpha1.RollbackSummary{Namespaces: 3, Removed: 1, Kept: 1, Error: 1}
	return r
}

func policies(namespaces ...string) []*networkingv1.NetworkPolicy {
	entry, _ := baseline.Lookup(baseline.DefaultEntry)
	all := make([]*networkingv1.NetworkPolicy, len(namespaces))
	for i, namespace := range namespaces {
		all[i] = entry.Policy(namespace)
	}
	return all
}
