package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// htmlStaticRows is how many rows stand in the page itself, for readers
// without JavaScript. The script makes its rows of the embedded document, so
// that the page does not hold ten thousand rows twice.
const htmlStaticRows = 500

// auditPage is what audit.tmpl shows.
type auditPage struct {
	htmlPage
	Report *v1alpha1.AuditReport
	// Verdicts and Isolation are the summary's pictures.
	Verdicts       htmlBar
	VerdictLegend  []htmlLegend
	Isolation      []htmlBar
	PostureLegend  []htmlLegend
	Judged         int // namespaces that have a posture
	Rules          []ruleCount
	StaticRows     []v1alpha1.NamespaceAudit
	StaticComplete bool
}

// ruleCount is a line of the table of findings.
type ruleCount struct {
	Rule, Summary        string
	Severity             v1alpha1.Severity
	Findings, Namespaces int
}

func newAuditPage(r *v1alpha1.AuditReport) (auditPage, error) {
	page, err := newHTMLPage(r, "details.js", "address.js", "table.js")
	if err != nil {
		return auditPage{}, err
	}
	page.Tone, page.Verdict, page.Statement = auditTone(r), string(r.Verdict), auditStatement(r)
	page.Title = OneLine(fmt.Sprintf("%s: CIS %s", r.Verdict, r.Control.ID))
	if r.Source.Context != "" {
		page.Title += OneLine(", " + r.Source.Context)
	}
	page.Errors, page.Warnings, page.Caveats = r.Errors, r.Warnings, auditCaveats(r)
	page.Facts = append(sourceFacts(r.Source, r.Metadata, r.Scope), pluginFact(r.NetworkPlugin))

	verdicts, ingress, egress := map[string]int{}, map[string]int{}, map[string]int{}
	p := auditPage{htmlPage: page, Report: r, Rules: countRules(r)}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		verdicts[string(ns.Verdict)]++
		if ns.Posture != nil {
			p.Judged++
			ingress[string(ns.Posture.Ingress)]++
			egress[string(ns.Posture.Egress)]++
		}
	}
	p.Verdicts = newHTMLBar("verdicts", "Verdicts", htmlVerdicts, verdicts)
	p.VerdictLegend = newHTMLLegend(htmlVerdicts, []v1alpha1.Verdict{v1alpha1.VerdictPass, v1alpha1.VerdictFail}, verdicts)
	p.Isolation = []htmlBar{
		newHTMLBar("ingress", "Ingress", htmlPostures, ingress),
		newHTMLBar("egress", "Egress", htmlPostures, egress),
	}
	p.PostureLegend = newHTMLLegend(htmlPostures, nil, ingress, egress)

	p.StaticRows = slices.Clone(r.Namespaces)
	slices.SortStableFunc(p.StaticRows, func(a, b v1alpha1.NamespaceAudit) int { return urgency(a.Verdict) - urgency(b.Verdict) })
	p.StaticComplete = len(p.StaticRows) <= htmlStaticRows
	p.StaticRows = p.StaticRows[:min(len(p.StaticRows), htmlStaticRows)]
	for i := range p.StaticRows {
		ns := &p.StaticRows[i]
		ns.Findings = slices.Clone(ns.Findings)
		slices.SortStableFunc(ns.Findings, func(a, b v1alpha1.Finding) int { return severityRank(a.Severity) - severityRank(b.Severity) })
	}
	return p, nil
}

// urgency orders verdicts: what needs somebody's attention comes first.
func urgency(v v1alpha1.Verdict) int {
	order := []v1alpha1.Verdict{
		v1alpha1.VerdictError, v1alpha1.VerdictFail, v1alpha1.VerdictAccepted, v1alpha1.VerdictExempt,
		v1alpha1.VerdictPass, v1alpha1.VerdictSkipped,
	}
	return slices.Index(order, v) // what is not known is worst
}

// auditTone is the colour of the whole verdict. That of success is only for a
// whole audit in which something passed and nothing speaks against it.
func auditTone(r *v1alpha1.AuditReport) string {
	switch {
	case r.Verdict == v1alpha1.VerdictError || len(r.Errors) > 0 || r.Summary.Error > 0:
		return "error"
	case r.Verdict == v1alpha1.VerdictFail || r.Summary.Fail > 0:
		return "fail"
	case r.Verdict != v1alpha1.VerdictPass || len(auditCaveats(r)) > 0:
		return "caution"
	default:
		return "pass"
	}
}

// auditCaveats are what limits a verdict, beside its warnings.
func auditCaveats(r *v1alpha1.AuditReport) []string {
	var caveats []string
	if r.Scope != v1alpha1.ScopeFull {
		caveats = append(caveats, "Partial scope: the run was narrowed to some namespaces. This report says nothing about the others.")
	}
	if r.NetworkPlugin.Enforcement == v1alpha1.EnforcementNotEnforced {
		caveats = append(caveats, "Not enforced: the cluster's network plugin does not enforce NetworkPolicies. They stop no traffic.")
	}
	if r.Summary.Pass+r.Summary.Accepted == 0 && r.Summary.Fail == 0 {
		caveats = append(caveats, "No namespace passed: none was judged, or all are skipped or exempt.")
	}
	return caveats
}

// auditStatement is the verdict as a sentence.
func auditStatement(r *v1alpha1.AuditReport) string {
	counts := fmt.Sprintf("%s: %s.", numbered(r.Summary.Namespaces, "namespace"), verdictCounts(r.Summary, number))
	switch {
	case auditTone(r) == "error":
		return "The audit is incomplete, and says nothing about the whole. " + counts
	case r.Summary.Fail > 0:
		verb := "have"
		if r.Summary.Fail == 1 {
			verb = "has"
		}
		return fmt.Sprintf("%s %s no NetworkPolicy. %s", numbered(r.Summary.Fail, "namespace"), verb, counts)
	default:
		return "No namespace fails. " + counts
	}
}

// pluginFact says what is known of the network plugin.
func pluginFact(plugin v1alpha1.NetworkPlugin) htmlFact {
	fact := htmlFact{Name: "Network plugin", Text: plugin.Name, More: plugin.Evidence}
	if fact.Text == "" {
		fact.Text = "not recognised"
	}
	switch plugin.Enforcement {
	case v1alpha1.EnforcementEnforced:
		fact.Text += ", enforces NetworkPolicies"
	case v1alpha1.EnforcementNotEnforced:
		fact.Text += ", does not enforce NetworkPolicies"
	default:
		fact.Text += ", enforcement unknown"
	}
	return fact
}

// countRules counts the findings by rule and severity, the worst first. The
// rule that only repeats the verdict does not count, as in the table's summary.
func countRules(r *v1alpha1.AuditReport) []ruleCount {
	summaries := map[string]string{}
	for _, rule := range r.Rules {
		summaries[rule.ID] = rule.Summary
	}
	index := map[string]int{}
	var rules []ruleCount
	for i := range r.Namespaces {
		seen := map[string]bool{}
		for _, f := range r.Namespaces[i].Findings {
			if f.Rule == noPolicy {
				continue
			}
			key := string(f.Severity) + "/" + f.Rule
			at, ok := index[key]
			if !ok {
				at = len(rules)
				index[key] = at
				rules = append(rules, ruleCount{Rule: f.Rule, Summary: summaries[f.Rule], Severity: f.Severity})
			}
			rules[at].Findings++
			if !seen[key] {
				rules[at].Namespaces++
				seen[key] = true
			}
		}
	}
	slices.SortStableFunc(rules, func(a, b ruleCount) int {
		if d := severityRank(a.Severity) - severityRank(b.Severity); d != 0 {
			return d
		}
		if d := b.Findings - a.Findings; d != 0 {
			return d
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	return rules
}
