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

// Removal is what a rollback would do in one namespace.
type Removal struct {
	// Namespace is the namespace.
	Namespace string
	// Remove are the policies that this tool made.
	Remove []*networkingv1.NetworkPolicy
	// Keep are the policies that resemble them but are somebody else's.
	Keep []v1alpha1.KeptPolicy
	// Restricts names the other policies that stay: without an allow-all beside
	// them they may cut what now passes. Empty where nothing else stays.
	Restricts []string
	// Skip says why the namespace is left alone; empty where it is not.
	Skip string
}

// PlanRollback finds what this tool made in the namespaces of an inventory,
// and what only looks like it. Namespaces with neither are left out.
func PlanRollback(inv *inventory.Inventory, scope inventory.Scope) []Removal {
	var plan []Removal
	for _, ns := range inv.Namespaces {
		r := Removal{Namespace: ns.Name}
		for _, np := range ns.Policies {
			if !resemblesOurs(np) {
				r.Restricts = append(r.Restricts, np.Name)
				continue
			}
			if reason := notOurs(np); reason != "" {
				r.Keep = append(r.Keep, v1alpha1.KeptPolicy{Name: np.Name, Reason: reason})
				r.Restricts = append(r.Restricts, np.Name)
				continue
			}
			r.Remove = append(r.Remove, np)
		}
		if len(r.Remove) == 0 && len(r.Keep) == 0 {
			continue
		}
		switch glob, excluded := scope.Excluded(ns.Name); {
		case ns.Terminating:
			r.Skip = "terminating"
		case excluded:
			r.Skip = fmt.Sprintf("excluded (%s)", glob)
		default:
			if pattern, system := inventory.SystemPattern(ns.Name); system && !scope.IncludeSystem {
				r.Skip = fmt.Sprintf("system namespace (%s): --include-system rolls it back too", pattern)
			}
		}
		plan = append(plan, r)
	}
	return plan
}

// NeedsConsent lists the namespaces in which a removal may newly restrict pods.
func NeedsConsent(plan []Removal) []string {
	var names []string
	for _, r := range plan {
		if r.Skip == "" && len(r.Remove) > 0 && len(r.Restricts) > 0 {
			names = append(names, r.Namespace)
		}
	}
	return names
}

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
	case len(plan.Restricts) > 0 && !r.Consent && r.DryRun == v1alpha1.DryRunNone:
		row.Result = v1alpha1.ResultError
		row.Reason = fmt.Sprintf("not removed: %s would newly restrict pods, and nobody consented (--yes)", strings.Join(plan.Restricts, ", "))
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
		if len(plan.Restricts) > 0 {
			now := "is now"
			if r.DryRun != v1alpha1.DryRunNone {
				now = "would then be"
			}
			row.Reason += fmt.Sprintf("; what %s does not allow %s cut", strings.Join(plan.Restricts, ", "), now)
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
