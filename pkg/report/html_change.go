package report

import (
	"fmt"
	"slices"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// changePage is what change.tmpl shows: the record of a run of fix or rollback,
// for the same folder as the audit.
type changePage struct {
	htmlPage
	Kind, Heading string
	Rows          []changeRow
}

// changeRow is what became of one namespace.
type changeRow struct {
	Name, Reason, ManagedBy, Verified string
	Result                            v1alpha1.Result
	Policies                          []string
}

func newFixPage(r *v1alpha1.FixReport) (changePage, error) {
	page, err := newHTMLPage(r)
	if err != nil {
		return changePage{}, err
	}
	p := changePage{htmlPage: page, Kind: r.Kind, Heading: "NetworkPolicies that were created"}
	p.Statement, _ = FixSummary(r, "", "")
	p.Errors, p.Facts = r.Errors, changeFacts(r.Source, r.Metadata, r.Scope, r.DryRun, r.Run)
	p.Facts = append(p.Facts, htmlFact{Name: "Policy", Text: r.Policy})
	unverified := 0
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		row := changeRow{
			Name: ns.Name, Result: ns.Result, Policies: ns.Policies, Verified: htmlVerified(ns.Verified),
			Reason: dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultFixed, r.DryRun),
		}
		if ns.ManagedBy != nil {
			row.ManagedBy = ns.ManagedBy.String()
		}
		if ns.Verified != nil && !*ns.Verified {
			unverified++
		}
		p.Rows = append(p.Rows, row)
	}
	p.conclude(r.DryRun, r.Scope, r.Summary.Error, unverified)
	if r.DryRun != v1alpha1.DryRunNone {
		p.Heading = "NetworkPolicies that would be created"
	}
	return p, nil
}

func newRollbackPage(r *v1alpha1.RollbackReport) (changePage, error) {
	page, err := newHTMLPage(r)
	if err != nil {
		return changePage{}, err
	}
	p := changePage{htmlPage: page, Kind: r.Kind, Heading: "NetworkPolicies that were removed"}
	p.Statement, _ = RollbackSummary(r, "")
	p.Errors, p.Facts = r.Errors, changeFacts(r.Source, r.Metadata, r.Scope, r.DryRun, r.Run)
	unverified := 0
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		if ns.Verified != nil && !*ns.Verified {
			unverified++
		}
		p.Rows = append(p.Rows, changeRow{
			Name: ns.Name, Result: ns.Result, Policies: ns.Policies, Verified: htmlVerified(ns.Verified),
			Reason: dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultRemoved, r.DryRun),
		})
	}
	p.conclude(r.DryRun, r.Scope, r.Summary.Error, unverified)
	if r.DryRun != v1alpha1.DryRunNone {
		p.Heading = "NetworkPolicies that would be removed"
	}
	return p, nil
}

// resultUrgency orders results: what went wrong comes first, then what was
// changed, and last what was left alone.
func resultUrgency(r v1alpha1.Result) int {
	order := []v1alpha1.Result{
		v1alpha1.ResultError, v1alpha1.ResultFixed, v1alpha1.ResultRemoved, v1alpha1.ResultKept,
		v1alpha1.ResultExempt, v1alpha1.ResultPass, v1alpha1.ResultSkipped,
	}
	return slices.Index(order, r) // what is not known is worst
}

// conclude sums up. Only a run that wrote all that it meant to, and saw it
// again, looks like success.
func (p *changePage) conclude(dryRun v1alpha1.DryRun, scope v1alpha1.Scope, failed, unverified int) {
	p.Tone, p.Verdict = "pass", "DONE"
	if dryRun != v1alpha1.DryRunNone {
		p.Tone, p.Verdict = "caution", "DRY RUN"
		p.Caveats = append(p.Caveats, "Dry run: nothing was written.")
	}
	if scope != v1alpha1.ScopeFull {
		p.Caveats = append(p.Caveats, "Partial scope: the run was narrowed to some namespaces. This report says nothing about the others.")
	}
	if unverified > 0 {
		p.Tone = "caution"
		p.Caveats = append(p.Caveats, fmt.Sprintf("Not verified: in %s the last read did not show what was written.", Count(unverified, "namespace")))
	}
	if failed > 0 || len(p.Errors) > 0 {
		p.Tone, p.Verdict = "error", "INCOMPLETE"
	}
	slices.SortStableFunc(p.Rows, func(a, b changeRow) int { return resultUrgency(a.Result) - resultUrgency(b.Result) })
	p.Title = OneLine(fmt.Sprintf("%s: %s", p.Verdict, p.Kind))
}

// changeFacts are the facts of a run that may write.
func changeFacts(source v1alpha1.Source, metadata v1alpha1.ReportMetadata, scope v1alpha1.Scope, dryRun v1alpha1.DryRun, run string) []htmlFact {
	facts := sourceFacts(source, metadata, scope)
	if run != "" {
		facts = append(facts, htmlFact{Name: "Run", Text: run})
	}
	return append(facts, htmlFact{Name: "Dry run", Text: string(dryRun)})
}

// htmlVerified says in words what the last read showed.
func htmlVerified(v *bool) string {
	switch {
	case v == nil:
		return ""
	case *v:
		return "yes"
	default:
		return "no"
	}
}
