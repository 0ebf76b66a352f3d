package remediate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Rollback removes what this tool made.
type Rollback struct {
	// Clients are those of the cluster.
	Clients *apiserver.Clients
	// DryRun says whether anything is removed.
	DryRun v1alpha1.DryRun
	// Consent allows removals that may newly restrict pods.
	Consent bool
	// Concurrency bounds the namespaces that are worked on at a time.
	Concurrency int
	// Reread is how the result is checked.
	Reread Reread
	// Progress is called when another namespace is done, from several goroutines; it may be nil.
	Progress func(done, total int)
}

// Run carries out a plan that was made from the inventory.
func (r *Rollback) Run(ctx context.Context, inv *inventory.Inventory, scope inventory.Scope, plan []Removal, now time.Time) *v1alpha1.RollbackReport {
	report := v1alpha1.NewRollbackReport()
	report.Metadata.CreationTimestamp = metav1.NewTime(now.UTC())
	report.Source, report.Scope, report.DryRun = inv.Source, scope.Reported(), r.DryRun
	rows := make([]v1alpha1.NamespaceRollback, len(plan))
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(max(1, r.Concurrency))
	for i := range plan {
		group.Go(func() error {
			rows[i] = r.one(ctx, plan[i])
			if r.Progress != nil {
				r.Progress(int(done.Add(1)), len(plan))
			}
			return nil
		})
	}
	_ = group.Wait()
	if r.DryRun == v1alpha1.DryRunNone {
		r.verify(ctx, plan, rows)
	}
	report.Namespaces = rows
	for _, gap := range inv.Gaps {
		if gap.Namespace == "" {
			report.Errors = append(report.Errors, gap.Err.Error())
			continue
		}
		report.Namespaces = append(report.Namespaces, v1alpha1.NamespaceRollback{
			Name: gap.Namespace, Result: v1alpha1.ResultError, Reason: gap.Err.Error(),
		})
	}
	report.Summary = summarizeRollback(report.Namespaces)
	return report
}

// one rolls back one namespace.
func (r *Rollback) one(ctx context.Context, plan Removal) v1alpha1.NamespaceRollback {
	row := v1alpha1.NamespaceRollback{Name: plan.Namespace, Kept: plan.Keep}
	switch {
	case plan.Skip != "":
		row.Result, row.Reason = v1alpha1.ResultSkipped, plan.Skip
		return row
	case len(plan.Remove) == 0:
		row.Result, row.Reason = v1alpha1.ResultKept, keptReason(plan.Keep)
		return row
	case plan.NeedsConsent() && !r.Consent && r.DryRun == v1alpha1.DryRunNone:
		row.Result = v1alpha1.ResultError
		row.Reason = fmt.Sprintf("not removed: %s, and nobody consented (--yes)", plan.Effect("would"))
		return row
	}
	var problems []string
	for _, np := range plan.Remove {
		if err := ctx.Err(); err != nil {
			problems = append(problems, notBegun(err))
			break
		}
		var err error
		if r.DryRun != v1alpha1.DryRunClient {
			err = remove(ctx, r.Clients, np, r.DryRun)
		}
		switch {
		case errors.Is(err, errGone):
			row.Kept = append(row.Kept, v1alpha1.KeptPolicy{Name: np.Name, Reason: err.Error()})
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s: %v", np.Name, err))
		default:
			row.Policies = append(row.Policies, np.Name)
		}
	}
	verb := "removed "
	if r.DryRun != v1alpha1.DryRunNone {
		verb = "would remove "
	}
	switch {
	case len(problems) > 0:
		row.Result, row.Reason = v1alpha1.ResultError, strings.Join(problems, "; ")
	case len(row.Policies) == 0:
		row.Result, row.Reason = v1alpha1.ResultKept, keptReason(row.Kept)
	default:
		row.Result, row.Reason = v1alpha1.ResultRemoved, verb+strings.Join(row.Policies, ", ")
		if plan.NeedsConsent() {
			now := "is now"
			if r.DryRun != v1alpha1.DryRunNone {
				now = "would then be"
			}
			row.Reason += fmt.Sprintf("; what %s does not allow %s cut%s", strings.Join(plan.Restricts, ", "), now, plan.extent())
		}
	}
	return row
}

func keptReason(kept []v1alpha1.KeptPolicy) string {
	texts := make([]string, len(kept))
	for i, k := range kept {
		texts[i] = fmt.Sprintf("%s: %s", k.Name, k.Reason)
	}
	return "kept " + strings.Join(texts, "; ")
}

// verify reads again after the last write whether the policies are gone.
func (r *Rollback) verify(ctx context.Context, plan []Removal, rows []v1alpha1.NamespaceRollback) {
	written := false
	for _, row := range rows {
		written = written || len(row.Policies) > 0
	}
	if !written {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyTimeout)
	defer cancel()
	now, err := r.Reread(ctx)
	for i := range rows {
		row := &rows[i]
		if len(row.Policies) == 0 {
			continue
		}
		problem := unverified(now, err, plan[i])
		gone := problem == ""
		row.Verified = &gone
		if !gone {
			row.Result = v1alpha1.ResultError
			row.Reason += ", but " + problem
		}
	}
}

// unverified says why a read after the last write does not show that a
// namespace's policies are gone; empty where it does.
func unverified(now *inventory.Inventory, err error, plan Removal) string {
	if err == nil {
		if gap := now.GapFor(plan.Namespace); gap != nil {
			err = gap.Err
		}
	}
	// That the whole namespace is gone meanwhile answers the question too.
	if err != nil && apiserver.CauseOf(err) != apiserver.CauseNotFound {
		return fmt.Sprintf("it could not be verified: %v", err)
	}
	for _, np := range plan.Remove {
		if holds(now.Namespace(plan.Namespace), np) {
			return "a read after it still shows it (a finalizer may hold it)"
		}
	}
	return ""
}

func holds(ns *inventory.Namespace, np *networkingv1.NetworkPolicy) bool {
	if ns == nil {
		return false
	}
	for _, p := range ns.Policies {
		if p.UID == np.UID {
			return true
		}
	}
	return false
}

func summarizeRollback(rows []v1alpha1.NamespaceRollback) v1alpha1.RollbackSummary {
	s := v1alpha1.RollbackSummary{Namespaces: len(rows)}
	for _, row := range rows {
		switch row.Result {
		case v1alpha1.ResultRemoved:
			s.Removed++
		case v1alpha1.ResultKept:
			s.Kept++
		case v1alpha1.ResultSkipped:
			s.Skipped++
		default:
			s.Error++
		}
	}
	return s
}
