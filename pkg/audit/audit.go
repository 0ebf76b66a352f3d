package audit

import (
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/control"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// Audit is an inventory that is ready to be judged.
type Audit struct {
	inv   *inventory.Inventory
	opts  Options
	facts *rules.Facts
}

// New prepares an audit of an inventory. Its namespaces are those in scope, as inventory.Narrow leaves them.
func New(inv *inventory.Inventory, opts Options) *Audit {
	a := &Audit{inv: inv, opts: opts, facts: rules.NewFacts(inv, opts.Now)}
	if a.facts.Plugin = networkplugin.Recognise(inv.NetworkPlugin); opts.NetworkPlugin != nil {
		a.facts.Plugin = *opts.NetworkPlugin
	}
	return a
}

// Needs says which facts the findings hang on beside those that are always read. They may be added to the inventory
// before Report is called.
func (a *Audit) Needs() rules.Needs { return a.facts.Needs() }

// Run judges an inventory with what it holds.
func Run(inv *inventory.Inventory, opts Options) *v1alpha1.AuditReport {
	return New(inv, opts).Report()
}

// Report judges the inventory.
func (a *Audit) Report() *v1alpha1.AuditReport {
	inv, opts := a.inv, a.opts
	report := v1alpha1.NewAuditReport()
	report.Metadata.CreationTimestamp = metav1.NewTime(opts.Now.UTC())
	report.Control = a.benchmark().Control()
	report.Source = inv.Source
	report.Source.ServerVersion = inv.NetworkPlugin.ServerVersion
	report.NetworkPlugin = a.facts.Plugin
	report.Scope = opts.Scope.Reported()
	report.Warnings = warnings(inv)
	for _, gap := range inv.Gaps {
		if gap.Namespace == "" || inv.Namespace(gap.Namespace) == nil || len(inv.Namespace(gap.Namespace).Policies) > 0 {
			report.Errors = append(report.Errors, gap.Err.Error())
		}
	}
	report.Namespaces = a.namespaces()
	report.Summary = summarize(report.Namespaces)
	report.Verdict = verdict(report, len(inv.Gaps) > 0)
	report.Rules = rules.Texts(report.Namespaces)
	return report
}

// namespacesAtOnce is how many namespaces are judged in one go: one is a matter of microseconds.
const namespacesAtOnce = 64

// namespaces are the rows of all namespaces. They are judged in parallel: none hangs on another's row.
func (a *Audit) namespaces() []v1alpha1.NamespaceAudit {
	rows := make([]v1alpha1.NamespaceAudit, len(a.inv.Namespaces))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < len(rows); from += namespacesAtOnce {
		group.Go(func() error {
			for i := from; i < min(from+namespacesAtOnce, len(rows)); i++ {
				rows[i] = a.namespace(a.inv.Namespaces[i])
			}
			return nil
		})
	}
	_ = group.Wait()
	return rows
}

// benchmark is the one to report by. Manifests show no cluster that one could be recognised by.
func (a *Audit) benchmark() control.Benchmark {
	switch {
	case a.opts.Benchmark != "":
		return a.opts.Benchmark
	case a.inv.Source.Kind != v1alpha1.SourceCluster:
		return control.CIS
	}
	return control.Recognise(control.Facts{
		ServerVersion: a.inv.NetworkPlugin.ServerVersion, Server: a.inv.Source.Server, APIGroups: a.inv.APIGroups,
	})
}

// namespace is the row of one namespace.
func (a *Audit) namespace(ns *inventory.Namespace) v1alpha1.NamespaceAudit {
	row, problem := judge(a.inv, ns, a.opts)
	row.ManagedBy = inventory.ManagerOf(ns.Labels, ns.Annotations)
	subject := a.facts.Namespace(ns)
	accept(subject, a.facts.Plugin, a.opts.Accept, &row)
	subject.Verdict, subject.ExemptionProblem = row.Verdict, problem
	judged := row.Verdict == v1alpha1.VerdictPass || row.Verdict == v1alpha1.VerdictFail || row.Verdict == v1alpha1.VerdictAccepted
	if judged || row.Verdict == v1alpha1.VerdictExempt {
		describe(subject, &row)
	}
	if judged || row.Verdict == v1alpha1.VerdictExempt {
		for _, p := range subject.Others() {
			row.OtherPolicies = append(row.OtherPolicies, v1alpha1.ObjectReference{APIVersion: p.APIVersion, Kind: p.Kind, Name: p.Name})
		}
	}
	row.Findings = rules.Check(subject, judged)
	if row.Reason == "" && slices.ContainsFunc(row.Findings, func(f v1alpha1.Finding) bool { return f.Rule == rules.BaselineOnly.ID }) {
		row.Reason = "baseline only"
	}
	if row.Verdict == v1alpha1.VerdictPass && subject.AllowsByRanges() {
		row.Reason = strings.TrimPrefix(row.Reason+"; allow-all is "+rules.AllByRanges, "; ")
	}
	if row.Verdict == v1alpha1.VerdictPass && allGoing(ns.Policies) {
		row.Reason = strings.TrimPrefix(row.Reason+"; its policies are being deleted", "; ")
	}
	return row
}

// allGoing says that each policy is being deleted and only waits for a finalizer.
// Until then it is in force and the letter is met; afterwards it is not.
func allGoing(policies []*networkingv1.NetworkPolicy) bool {
	return !slices.ContainsFunc(policies, func(np *networkingv1.NetworkPolicy) bool { return np.DeletionTimestamp == nil })
}

// warnings are what is doubtful about the facts, and what could not be read of those that do not decide.
func warnings(inv *inventory.Inventory) []string {
	all := slices.Clone(inv.Warnings)
	for _, unknown := range []struct {
		err  error
		what string
	}{
		{inv.WorkloadsUnknown, "the isolation behind the verdicts is unknown"},
		{inv.TemplatesUnknown, "policies and peers that match no pod of today are not reported"},
		{inv.DNS.Unknown, "DNS is looked for in its usual places"},
	} {
		if unknown.err != nil {
			all = append(all, unknown.err.Error()+": "+unknown.what)
		}
	}
	for _, gap := range inv.OtherPoliciesUnknown {
		all = append(all, gap.Err.Error()+": whether policies of that kind have a say is unknown")
	}
	return all
}

func summarize(rows []v1alpha1.NamespaceAudit) v1alpha1.AuditSummary {
	s := v1alpha1.AuditSummary{Namespaces: len(rows)}
	for _, row := range rows {
		switch row.Verdict {
		case v1alpha1.VerdictPass:
			s.Pass++
		case v1alpha1.VerdictFail:
			s.Fail++
		case v1alpha1.VerdictAccepted:
			s.Accepted++
		case v1alpha1.VerdictSkipped:
			s.Skipped++
		case v1alpha1.VerdictExempt:
			s.Exempt++
		case v1alpha1.VerdictError:
			s.Error++
		}
	}
	return s
}

// verdict is the whole report's: ERROR beats FAIL beats PASS, and a run that
// judged nothing has shown nothing.
func verdict(report *v1alpha1.AuditReport, gaps bool) v1alpha1.Verdict {
	s := report.Summary
	switch {
	case s.Error > 0 || gaps:
		return v1alpha1.VerdictError
	case s.Pass+s.Fail+s.Accepted+s.Exempt == 0:
		report.Errors = append(report.Errors, nothingJudged(report.Namespaces))
		return v1alpha1.VerdictError
	case s.Fail > 0:
		return v1alpha1.VerdictFail
	default:
		return v1alpha1.VerdictPass
	}
}

func nothingJudged(rows []v1alpha1.NamespaceAudit) string {
	if len(rows) == 0 {
		return "no namespace was judged: none is in scope (check names and -l)"
	}
	text := "no namespace was judged: every one in scope was skipped"
	if slices.ContainsFunc(rows, func(row v1alpha1.NamespaceAudit) bool { return strings.HasPrefix(row.Reason, systemNamespace) }) {
		text += " (--include-system judges system namespaces)"
	}
	return text
}
