package report

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/control"
)

// largeReport is the audit of n namespaces, with two findings each.
func largeReport(n int) *v1alpha1.AuditReport {
	r := v1alpha1.NewAuditReport()
	r.Metadata.CreationTimestamp = now
	r.Control, r.Scope, r.Verdict = control.CIS.Control(), v1alpha1.ScopeFull, v1alpha1.VerdictFail
	r.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://10.0.0.1:6443"}
	r.Summary = v1alpha1.AuditSummary{Namespaces: n, Fail: n}
	for i := range n {
		name := fmt.Sprintf("team-%05d", i)
		r.Namespaces = append(r.Namespaces, v1alpha1.NamespaceAudit{
			Name: name, Verdict: v1alpha1.VerdictFail, Reason: "no NetworkPolicy",
			Posture: &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureOpen, Egress: v1alpha1.PostureOpen},
			NewPod:  &v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureOpen, Egress: v1alpha1.PostureOpen},
			Pods:    &v1alpha1.PodCounts{Total: 7},
			Findings: []v1alpha1.Finding{
				{Rule: "no-policy", Severity: v1alpha1.SeverityHigh, Message: fmt.Sprintf("namespace %q has no NetworkPolicy", name), Remedy: "kubectl cis532 fix " + name + " --dry-run=server"},
				{Rule: "host-network", Severity: v1alpha1.SeverityInfo, Message: "1 pod is on the host network, which no NetworkPolicy can isolate: daemonset/node-exporter"},
			},
		})
	}
	return r
}

// BenchmarkFormats writes the audit of 10,000 namespaces in each format.
func BenchmarkFormats(b *testing.B) {
	r := largeReport(10000)
	for _, format := range FileFormats(r) {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			var size bytes.Buffer
			if err := WriteFile(&size, format, r); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size.Len()))
			for b.Loop() {
				if err := WriteFile(io.Discard, format, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size.Len())/1e6, "MB-written")
		})
	}
}
