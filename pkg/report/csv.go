package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// csvFormat is for spreadsheets: a row for each namespace (or connection), its
// columns always the same and in the same order, RFC 4180. What a spreadsheet
// would take for a formula is quoted.
var csvFormat = Format{
	Name: "csv",
	Writes: writesAny(writes[*v1alpha1.AuditReport], writes[*v1alpha1.FixReport], writes[*v1alpha1.RollbackReport],
		writes[*v1alpha1.ReachReport], writes[*v1alpha1.ReachMatrix], writes[*v1alpha1.ReachExpectations]),
	Write: writeCSV,
}

func writeCSV(w io.Writer, document runtime.Object) error {
	buffered := bufio.NewWriter(w)
	out := &csvWriter{Writer: csv.NewWriter(buffered)}
	out.UseCRLF = true
	var err error
	switch r := document.(type) {
	case *v1alpha1.AuditReport:
		err = out.audit(r)
	case *v1alpha1.FixReport:
		err = out.fix(r)
	case *v1alpha1.RollbackReport:
		err = out.rollback(r)
	case *v1alpha1.ReachReport:
		err = out.reach(r)
	case *v1alpha1.ReachMatrix:
		err = out.matrix(r)
	case *v1alpha1.ReachExpectations:
		err = out.expectations(r)
	default:
		err = fmt.Errorf("no CSV of a %T", document)
	}
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// csvWriter writes rows of texts that may come from anywhere.
type csvWriter struct {
	*csv.Writer
	cells []string
}

// row writes one row, each cell made safe.
func (w *csvWriter) row(cells ...string) error {
	w.cells = w.cells[:0]
	for _, cell := range cells {
		w.cells = append(w.cells, csvCell(cell))
	}
	return w.Write(w.cells)
}

// csvCell keeps a text from being more than text: no control characters but
// line breaks, and no formula. A spreadsheet shows the apostrophe in front of
// one and computes nothing. Where the language of a spreadsheet separates cells
// by semicolons, one inside of a text begins a cell too, and a line break a row.
func csvCell(text string) string {
	text = escape(text, func(r rune) bool { return r == '\n' })
	var safe strings.Builder
	begins, from := true, 0
	for i, r := range text {
		switch r {
		case ';', '\n':
			begins = true
		case '=', '+', '-', '@', '＝', '＋', '－', '＠': // those of East Asian keyboards are wide
			if begins {
				safe.WriteString(text[from:i] + "'")
				from = i
			}
			begins = false
		case ' ', '\u00a0', '\u3000', '"', '\'':
		default:
			begins = false
		}
	}
	if safe.Len() == 0 {
		return text
	}
	return safe.String() + text[from:]
}

func (w *csvWriter) audit(r *v1alpha1.AuditReport) error {
	columns := []string{
		"namespace", "verdict", "reason", "ingress", "egress", "new_pod_ingress", "new_pod_egress",
		"pods", "pods_selected_ingress", "pods_selected_egress", "pods_restricted_ingress", "pods_restricted_egress", "pods_host_network",
		"policies", "policy_names", "other_policies", "managed_by", "exempt_until",
		"high", "medium", "low", "info", "rules", "findings", "declared_in", "control", "source", "checked_at",
	}
	err := w.Write(columns)
	control, source, checked := controlText(r.Control), sourceText(r.Source), csvTime(r.Metadata)
	// Rows are all that a sheet has: what is wrong with the run as a whole is one of no namespace.
	for _, problem := range r.Errors {
		row := make([]string, len(columns))
		for column, value := range map[string]string{
			"verdict": string(v1alpha1.VerdictError), "reason": problem, "control": control, "source": source, "checked_at": checked,
		} {
			row[slices.Index(columns, column)] = value
		}
		err = errors.Join(err, w.row(row...))
	}
	for i := range r.Namespaces {
		if err != nil {
			return err
		}
		ns := &r.Namespaces[i]
		row := append(make([]string, 0, 28), ns.Name, string(ns.Verdict), ns.Reason)
		row = append(row, csvPosture(ns.Posture)...)
		row = append(row, csvPosture(ns.NewPod)...)
		row = append(row, csvPods(ns.Pods)...)
		row = append(row, csvPolicies(ns)...)
		row = append(row, csvFindings(ns.Findings)...)
		row = append(row, declaredText(ns.DeclaredIn), control, source, checked)
		err = w.row(row...)
	}
	return err
}

func csvTime(m v1alpha1.ReportMetadata) string {
	if m.CreationTimestamp.IsZero() {
		return ""
	}
	return m.CreationTimestamp.UTC().Format(time.RFC3339)
}

func csvPosture(p *v1alpha1.DirectionalPosture) []string {
	if p == nil {
		return []string{"", ""}
	}
	return []string{string(p.Ingress), string(p.Egress)}
}

func csvPods(p *v1alpha1.PodCounts) []string {
	if p == nil {
		return make([]string, 6)
	}
	cells := make([]string, 0, 6)
	for _, n := range []int{p.Total, p.SelectedIngress, p.SelectedEgress, p.RestrictedIngress, p.RestrictedEgress, p.HostNetwork} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

// csvPolicies are the policies of a namespace, what manages it and until when it is exempt. Where the namespace was
// not looked into, their number is empty, not 0.
func csvPolicies(ns *v1alpha1.NamespaceAudit) []string {
	cells := make([]string, 5)
	if ns.Posture != nil {
		cells[0] = strconv.Itoa(len(ns.Policies))
	}
	names := make([]string, len(ns.Policies))
	for i, p := range ns.Policies {
		names[i] = p.Name
	}
	cells[1] = strings.Join(names, "\n")
	others := make([]string, len(ns.OtherPolicies))
	for i, p := range ns.OtherPolicies {
		others[i] = p.Kind + " " + p.Name
	}
	cells[2] = strings.Join(others, "\n")
	if ns.ManagedBy != nil {
		cells[3] = ns.ManagedBy.String()
	}
	if ns.Exemption != nil {
		cells[4] = ns.Exemption.Until
	}
	return cells
}

func csvFindings(findings []v1alpha1.Finding) []string {
	var count [4]int
	for _, f := range findings {
		if i := severityRank(f.Severity); i < len(count) {
			count[i]++
		}
	}
	cells := make([]string, 0, len(count)+2)
	for _, n := range count {
		cells = append(cells, strconv.Itoa(n))
	}
	return append(cells, strings.ReplaceAll(findingIDs(findings), ",", "\n"), findingTexts(findings))
}

// declaredText is FILE:LINE, or nothing.
func declaredText(d *v1alpha1.DeclaredIn) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", d.File, d.Line)
}

func (w *csvWriter) fix(r *v1alpha1.FixReport) error {
	err := w.Write([]string{"namespace", "result", "reason", "policies", "verified", "managed_by", "policy", "dry_run", "run", "source", "done_at"})
	for _, problem := range r.Errors {
		err = errors.Join(err, w.row("", string(v1alpha1.ResultError), problem, "", "", "", r.Policy, string(r.DryRun), r.Run, sourceText(r.Source), csvTime(r.Metadata)))
	}
	for i := range r.Namespaces {
		if err != nil {
			return err
		}
		ns := &r.Namespaces[i]
		manager := ""
		if ns.ManagedBy != nil {
			manager = ns.ManagedBy.String()
		}
		err = w.row(ns.Name, string(ns.Result), ns.Reason, strings.Join(ns.Policies, "\n"), verified(ns.Verified), manager,
			r.Policy, string(r.DryRun), r.Run, sourceText(r.Source), csvTime(r.Metadata))
	}
	return err
}

func (w *csvWriter) rollback(r *v1alpha1.RollbackReport) error {
	err := w.Write([]string{"namespace", "result", "reason", "policies", "kept", "verified", "dry_run", "run", "source", "done_at"})
	for _, problem := range r.Errors {
		err = errors.Join(err, w.row("", string(v1alpha1.ResultError), problem, "", "", "", string(r.DryRun), r.Run, sourceText(r.Source), csvTime(r.Metadata)))
	}
	for i := range r.Namespaces {
		if err != nil {
			return err
		}
		ns := &r.Namespaces[i]
		kept := make([]string, len(ns.Kept))
		for j, k := range ns.Kept {
			kept[j] = k.Name + ": " + OneLine(k.Reason)
		}
		err = w.row(ns.Name, string(ns.Result), ns.Reason, strings.Join(ns.Policies, "\n"), strings.Join(kept, "\n"), verified(ns.Verified),
			string(r.DryRun), r.Run, sourceText(r.Source), csvTime(r.Metadata))
	}
	return err
}
