package remediate

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Reread reads the namespaces of a run again, as they are now.
type Reread func(context.Context) (*inventory.Inventory, error)

// Fix gives failing namespaces their policies.
type Fix struct {
	// Clients are those of the cluster.
	Clients *apiserver.Clients
	// Set is what each of them gets.
	Set baseline.Set
	// ReplaceGuides mends the automation guide's policies in place, and does nothing else.
	ReplaceGuides bool
	// Refused says of failing namespaces why they must not get it; they are reported as ERROR.
	Refused map[string]string
	// DryRun says whether anything is written.
	DryRun v1alpha1.DryRun
	// RunID marks what this run creates.
	RunID string
	// ToolVersion is written beside it.
	ToolVersion string
	// Concurrency bounds the namespaces that are worked on at a time.
	Concurrency int
	// Reread is how the result is checked.
	Reread Reread
	// Progress is called when another namespace is done, from several goroutines; it may be nil.
	Progress func(done, total int)
}

// Outcome is what a Fix did.
type Outcome struct {
	// Report says it by namespace.
	Report *v1alpha1.FixReport
	// Policies are the manifests that were created, or in a dry run would be, in the order of the report.
	Policies []*networkingv1.NetworkPolicy
}

// Run creates the policies of the namespaces that failed the audit. inv is
// what the audit judged. A context that ends stops it between two namespaces:
// what was begun is finished, checked and reported.
func (f *Fix) Run(ctx context.Context, inv *inventory.Inventory, judged *v1alpha1.AuditReport) Outcome {
	report := v1alpha1.NewFixReport()
	report.Metadata, report.Source, report.Scope, report.Errors = judged.Metadata, judged.Source, judged.Scope, judged.Errors
	report.Policy, report.DryRun = f.Set.Name, f.DryRun
	if f.DryRun == v1alpha1.DryRunNone {
		report.Run = f.RunID
	}
	outcome := Outcome{Report: report}
	if f.ReplaceGuides {
		f.replaceGuides(ctx, inv, judged, &outcome)
	} else {
		f.fillIn(ctx, inv, judged, &outcome)
	}
	report.Summary = summarizeFix(report.Namespaces)
	return outcome
}

// fillIn gives the namespaces that failed the audit what they lack.
func (f *Fix) fillIn(ctx context.Context, inv *inventory.Inventory, judged *v1alpha1.AuditReport, outcome *Outcome) {
	jobs := map[string]*job{}
	var order []*job
	for _, row := range judged.Namespaces {
		if row.Verdict == v1alpha1.VerdictFail && f.Refused[row.Name] == "" {
			j := newJob(row.Name, f.policiesFor(row.Name))
			jobs[row.Name] = j
			order = append(order, j)
		}
	}
	f.create(ctx, inv, order)
	if f.DryRun == v1alpha1.DryRunNone {
		f.verify(ctx, inv, order)
	}
	report := outcome.Report
	for _, row := range judged.Namespaces {
		j := jobs[row.Name]
		if j == nil {
			report.Namespaces = append(report.Namespaces, f.untouched(row))
			continue
		}
		report.Namespaces = append(report.Namespaces, j.row())
		if j.result == v1alpha1.ResultFixed {
			outcome.Policies = append(outcome.Policies, j.policies...)
		}
	}
}

// policiesFor are the policies as they are created: on a live object stands which run made it.
func (f *Fix) policiesFor(namespace string) []*networkingv1.NetworkPolicy {
	policies := f.Set.Policies(namespace)
	if f.DryRun == v1alpha1.DryRunNone {
		for _, np := range policies {
			np.Annotations[baseline.AnnotationRun] = f.RunID
			np.Annotations[baseline.AnnotationToolVersion] = f.ToolVersion
		}
	}
	return policies
}

// create works on all jobs, a bounded number at a time.
func (f *Fix) create(ctx context.Context, inv *inventory.Inventory, jobs []*job) {
	if f.DryRun == v1alpha1.DryRunClient {
		for _, j := range jobs {
			j.end(v1alpha1.ResultFixed, "would create %s", j.names())
		}
		return
	}
	arrivals := watchArrivals(ctx, f.Clients, inv, f.RunID, jobs)
	defer arrivals.stop()
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(max(1, f.Concurrency))
	for _, j := range jobs {
		group.Go(func() error {
			f.createOne(ctx, j, arrivals)
			if f.Progress != nil {
				f.Progress(int(done.Add(1)), len(jobs))
			}
			return nil
		})
	}
	_ = group.Wait()
}

// post creates the policy. A request that was begun is not cut off when the
// run is interrupted: its outcome would be unknown.
func (f *Fix) post(ctx context.Context, np *networkingv1.NetworkPolicy) (*networkingv1.NetworkPolicy, error) {
	opts := metav1.CreateOptions{FieldManager: baseline.FieldManager, DryRun: dryRunOption(f.DryRun), FieldValidation: metav1.FieldValidationStrict}
	var created *networkingv1.NetworkPolicy
	err := f.Clients.Do(ctx, func(ctx context.Context) error {
		return apiserver.Finish(ctx, func(ctx context.Context) error {
			var err error
			created, err = f.Clients.Kubernetes.NetworkingV1().NetworkPolicies(np.Namespace).Create(ctx, np, opts)
			return err
		})
	})
	if isTaken(err) {
		return nil, err
	}
	return created, f.Clients.Explain(policyAction("create", np.Namespace, np.Name), err)
}

func (f *Fix) get(ctx context.Context, namespace, name string) (*networkingv1.NetworkPolicy, error) {
	var np *networkingv1.NetworkPolicy
	err := f.Clients.Do(ctx, func(ctx context.Context) error {
		return apiserver.Finish(ctx, func(ctx context.Context) error {
			var err error
			np, err = f.Clients.Kubernetes.NetworkingV1().NetworkPolicies(namespace).Get(ctx, name, metav1.GetOptions{})
			return err
		})
	})
	return np, f.Clients.Explain(policyAction("get", namespace, name), err)
}

// untouched is the row of a namespace that nothing was done to.
func (f *Fix) untouched(row v1alpha1.NamespaceAudit) v1alpha1.NamespaceFix {
	untouched := v1alpha1.NamespaceFix{Name: row.Name, Result: unchanged(row.Verdict), Reason: row.Reason}
	if reason := f.Refused[row.Name]; reason != "" && row.Verdict == v1alpha1.VerdictFail {
		untouched.Reason = reason
	}
	return untouched
}

// unchanged is the result of a namespace that needed nothing.
func unchanged(v v1alpha1.Verdict) v1alpha1.Result {
	switch v {
	case v1alpha1.VerdictPass:
		return v1alpha1.ResultPass
	case v1alpha1.VerdictSkipped, v1alpha1.VerdictAccepted:
		return v1alpha1.ResultSkipped
	case v1alpha1.VerdictExempt:
		return v1alpha1.ResultExempt
	default:
		return v1alpha1.ResultError
	}
}

func summarizeFix(rows []v1alpha1.NamespaceFix) v1alpha1.FixSummary {
	s := v1alpha1.FixSummary{Namespaces: len(rows)}
	for _, row := range rows {
		switch row.Result {
		case v1alpha1.ResultPass:
			s.Pass++
		case v1alpha1.ResultFixed:
			s.Fixed++
		case v1alpha1.ResultSkipped:
			s.Skipped++
		case v1alpha1.ResultExempt:
			s.Exempt++
		default:
			s.Error++
		}
	}
	return s
}

// verifyTimeout bounds the reads and deletions after a run that was interrupted.
const verifyTimeout = 30 * time.Second
