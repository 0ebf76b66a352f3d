package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// maxClusterReport bounds the results of one object, in bytes of JSON: kubectl
// apply keeps the whole object in an annotation, and the API server takes
// 262,144 bytes of those.
const maxClusterReport = 200 << 10

// maxReportMessage bounds a single text in a result.
const maxReportMessage = 8 << 10

// writeClusterReports writes an audit as documents of a YAML stream, as many as its size needs. Each result is a line
// of JSON, which is YAML too: a writer of block style takes seconds for 10,000 namespaces. header is what an object
// begins with.
//
// They are cluster-scoped, as what they judge is: Namespace objects. A report in each namespace would be thousands of
// objects to apply, and none for a namespace that is not there, or on its way out.
func writeClusterReports(w io.Writer, document runtime.Object, header string) error {
	r, ok := document.(*v1alpha1.AuditReport)
	if !ok {
		return fmt.Errorf("no reports of a %T", document)
	}
	out := &clusterReports{out: bufio.NewWriter(w), header: header, name: clusterReportName(r), control: r.Control.ID}
	timestamp := metav1.Timestamp{Seconds: r.Metadata.CreationTimestamp.Unix()}
	policy := "cis-" + r.Control.ID
	add := func(result openreports.ReportResult) error {
		result.Source, result.Policy, result.Timestamp = toolName, policy, timestamp
		result.Category = r.Control.Benchmark
		result.Description = shortened(OneLine(result.Description), maxReportMessage)
		for key, value := range result.Properties {
			if result.Properties[key] = shortened(OneLine(value), maxReportMessage); value == "" {
				delete(result.Properties, key)
			}
		}
		return out.add(result)
	}
	for _, problem := range r.Errors {
		if err := add(openreports.ReportResult{Rule: "evidence", Result: "error", Severity: "high", Scored: true, Description: problem}); err != nil {
			return err
		}
	}
	for i := range r.Namespaces {
		for _, result := range namespaceResults(&r.Namespaces[i]) {
			if err := add(result); err != nil {
				return err
			}
		}
	}
	if out.parts == 0 || len(out.results) > 0 {
		if err := out.end(); err != nil {
			return err
		}
	}
	return out.out.Flush()
}

// clusterReportName is the name of the first object. A run over some namespaces has another than one over all, and so
// has one that only shows what fails: it must not take its place when it is applied.
func clusterReportName(r *v1alpha1.AuditReport) string {
	name := "cis-" + r.Control.ID
	if r.Scope != v1alpha1.ScopePartial && len(r.Namespaces) == r.Summary.Namespaces {
		return name
	}
	sum := sha256.New()
	for i := range r.Namespaces {
		_, _ = fmt.Fprintln(sum, r.Namespaces[i].Name)
	}
	return name + "-" + hex.EncodeToString(sum.Sum(nil))[:10]
}

// clusterReports fills one object after the other.
type clusterReports struct {
	out     *bufio.Writer
	header  string
	name    string
	control string
	parts   int
	size    int
	summary openreports.ReportSummary
	results [][]byte
}

// add adds a result, and begins a new object where it has no room in this one.
func (c *clusterReports) add(result openreports.ReportResult) error {
	data, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	data = escapeUnprintable(data)
	if c.size+len(data) > maxClusterReport && len(c.results) > 0 {
		if err := c.end(); err != nil {
			return err
		}
	}
	c.size += len(data)
	c.results = append(c.results, data)
	switch result.Result {
	case "pass":
		c.summary.Pass++
	case "fail":
		c.summary.Fail++
	case "warn":
		c.summary.Warn++
	case "skip":
		c.summary.Skip++
	default:
		c.summary.Error++
	}
	return nil
}

// reportLabel has the name of the first object in all objects of a report, so that kubectl apply --prune finds the parts
// that an earlier and larger one has left.
const reportLabel = "cis532.io/report"

// end writes the object.
func (c *clusterReports) end() error {
	c.parts++
	name := c.name
	if c.parts > 1 {
		name = fmt.Sprintf("%s-part-%d", c.name, c.parts)
	}
	meta := metav1.ObjectMeta{Name: name, Labels: map[string]string{
		"app.kubernetes.io/managed-by": toolName, "cis-benchmark": c.control, reportLabel: c.name,
	}}
	head, err := json.Marshal(meta)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	counts, err := json.Marshal(c.summary)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if c.parts > 1 {
		_, _ = c.out.WriteString("---\n")
	}
	_, _ = fmt.Fprintf(c.out, "%smetadata: %s\nsummary: %s\nresults:", c.header, head, counts)
	if len(c.results) == 0 {
		_, _ = c.out.WriteString(" []")
	}
	for _, result := range c.results {
		_, _ = fmt.Fprintf(c.out, "\n- %s", result)
	}
	c.size, c.summary, c.results = 0, openreports.ReportSummary{}, nil
	return c.out.WriteByte('\n') // it has the errors of all writes before
}

// verdictResults are the verdicts as the report APIs name them. ACCEPTED has no word there; the properties have it.
var verdictResults = map[v1alpha1.Verdict]openreports.Result{
	v1alpha1.VerdictPass: "pass", v1alpha1.VerdictAccepted: "pass", v1alpha1.VerdictFail: "fail",
	v1alpha1.VerdictSkipped: "skip", v1alpha1.VerdictExempt: "skip", v1alpha1.VerdictError: "error",
}

// verdictTexts are what is said of a namespace without a reason.
var verdictTexts = map[v1alpha1.Verdict]string{v1alpha1.VerdictPass: "the namespace has a NetworkPolicy", v1alpha1.VerdictFail: "no NetworkPolicy"}

// namespaceResults are the verdict of a namespace, scored, and a warning for each finding. The finding that is the
// failure itself is one with the verdict.
func namespaceResults(ns *v1alpha1.NamespaceAudit) []openreports.ReportResult {
	subject := []corev1.ObjectReference{{APIVersion: "v1", Kind: "Namespace", Name: OneLine(ns.Name)}}
	verdict := openreports.ReportResult{
		Rule: noPolicy, Result: cmp.Or(verdictResults[ns.Verdict], "error"), Scored: true, Subjects: subject,
		Description: cmp.Or(ns.Reason, verdictTexts[ns.Verdict], string(ns.Verdict)), Properties: map[string]string{"verdict": string(ns.Verdict), "reason": ns.Reason},
	}
	if verdict.Result == "error" {
		verdict.Severity = "high"
	}
	if ns.Posture != nil {
		verdict.Properties["ingress"], verdict.Properties["egress"] = string(ns.Posture.Ingress), string(ns.Posture.Egress)
	}
	results := make([]openreports.ReportResult, 1, 1+len(ns.Findings))
	for _, f := range ns.Findings {
		if f.Rule == noPolicy && ns.Verdict == v1alpha1.VerdictFail {
			verdict.Severity, verdict.Description, verdict.Properties["remedy"] = openreports.ResultSeverity(f.Severity), f.Message, f.Remedy
			continue
		}
		results = append(results, openreports.ReportResult{
			Rule: f.Rule, Result: "warn", Severity: openreports.ResultSeverity(f.Severity), Subjects: subject,
			Description: f.Message, Properties: map[string]string{"remedy": f.Remedy},
		})
	}
	results[0] = verdict
	return results
}
