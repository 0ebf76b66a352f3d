package remediate

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// replaceGuides mends the automation guide's policy in place, where it is the
// guide's to the letter: its rules become those of Set, which bears its name.
// It takes the place of create and verify in a Fix.
func (f *Fix) replaceGuides(ctx context.Context, inv *inventory.Inventory, judged *v1alpha1.AuditReport, outcome *Outcome) {
	jobs := map[string]*job{}
	var order []*job
	for _, row := range judged.Namespaces {
		ns := inv.Namespace(row.Name)
		if ns == nil || row.Verdict != v1alpha1.VerdictPass || guidesPolicy(ns) == nil {
			continue
		}
		j := newJob(row.Name, f.policiesFor(row.Name))
		jobs[row.Name] = j
		if reason := f.Refused[row.Name]; reason != "" {
			j.end(v1alpha1.ResultError, "%s", reason)
		} else if reason := notMended(ns); reason != "" {
			j.end(v1alpha1.ResultSkipped, "the guide's rules are left: %s", reason)
		} else if other := undone(ns); other != "" {
			j.end(v1alpha1.ResultError, "not replaced: beside it is NetworkPolicy %q, and an allow-all would undo what that restricts", other)
		} else {
			order = append(order, j)
		}
	}
	f.updateAll(ctx, inv, order)
	if f.DryRun == v1alpha1.DryRunNone {
		f.verifyReplaced(ctx, inv, order)
	}
	for _, row := range judged.Namespaces {
		j := jobs[row.Name]
		if j == nil {
			untouched := v1alpha1.NamespaceFix{Name: row.Name, Result: unchanged(row.Verdict), Reason: row.Reason}
			if row.Verdict == v1alpha1.VerdictFail {
				untouched.Result, untouched.Reason = v1alpha1.ResultSkipped, "no NetworkPolicy: fix without --replace-guide-policy gives it one"
			}
			outcome.Report.Namespaces = append(outcome.Report.Namespaces, untouched)
			continue
		}
		outcome.Report.Namespaces = append(outcome.Report.Namespaces, j.row())
		if j.result == v1alpha1.ResultFixed {
			outcome.Policies = append(outcome.Policies, j.policies...)
		}
	}
}

// HasGuides says that a namespace has a policy with the name and the rules of the automation guide's.
func HasGuides(ns *inventory.Namespace) bool { return guidesPolicy(ns) != nil }

func guidesPolicy(ns *inventory.Namespace) *networkingv1.NetworkPolicy {
	for _, np := range ns.Policies {
		if np.Name == baseline.GuidesName && baseline.HasGuideSpec(np) {
			return np
		}
	}
	return nil
}

// kubectlApplied is left on an object by kubectl apply, which the guide's script runs: it does not keep what it applied.
const kubectlApplied = "kubectl.kubernetes.io/last-applied-configuration"

// notMended says why a policy with the guide's rules is not the guide's own; empty where it is.
func notMended(ns *inventory.Namespace) string {
	np := guidesPolicy(ns)
	if manager := inventory.ManagerOf(np.Labels, np.Annotations); manager != nil {
		return fmt.Sprintf("%s is managed by %s (%s): mend it there", np.Name, manager, manager.Evidence)
	}
	for _, tracker := range trackers {
		_, label := np.Labels[tracker.key]
		_, annotation := np.Annotations[tracker.key]
		if (label || annotation) && tracker.key != kubectlApplied {
			return fmt.Sprintf("%s is managed by %s (%s): mend it there", np.Name, tracker.owner, tracker.key)
		}
	}
	applier := applierOf(np)
	switch {
	case applier != "":
		return fmt.Sprintf("%s was applied server-side by %s: mend it there", np.Name, applier)
	case len(np.OwnerReferences) > 0:
		return fmt.Sprintf("%s belongs to %s %q: mend it there", np.Name, np.OwnerReferences[0].Kind, np.OwnerReferences[0].Name)
	case !baseline.IsGuides(np):
		return fmt.Sprintf("%s has labels that the guide's script does not give", np.Name)
	case np.DeletionTimestamp != nil:
		return np.Name + " is being deleted"
	}
	for key := range np.Annotations {
		if key != kubectlApplied {
			return fmt.Sprintf("%s has the annotation %s, which the guide's script does not give", np.Name, key)
		}
	}
	return ""
}

// undone names a policy beside the guide's that restricts something.
func undone(ns *inventory.Namespace) string {
	for _, np := range ns.Policies {
		if np.Name != baseline.GuidesName && len(baseline.NewSet("", []*networkingv1.NetworkPolicy{np}).Restricts()) > 0 {
			return np.Name
		}
	}
	return ""
}

// updateAll works on all jobs, a bounded number at a time.
func (f *Fix) updateAll(ctx context.Context, inv *inventory.Inventory, jobs []*job) {
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(max(1, f.Concurrency))
	for _, j := range jobs {
		group.Go(func() error {
			f.update(ctx, j, guidesPolicy(inv.Namespace(j.namespace)))
			if f.Progress != nil {
				f.Progress(int(done.Add(1)), len(jobs))
			}
			return nil
		})
	}
	_ = group.Wait()
}

// update replaces exactly the object that was read: not one that took its name
// since, and not one that somebody has changed since.
func (f *Fix) update(ctx context.Context, j *job, old *networkingv1.NetworkPolicy) {
	if err := ctx.Err(); err != nil {
		j.end(v1alpha1.ResultError, "%s", notBegun(err))
		return
	}
	if f.DryRun == v1alpha1.DryRunClient {
		j.end(v1alpha1.ResultFixed, "would replace the rules of %s", old.Name)
		return
	}
	mended := j.policies[0].DeepCopy()
	mended.UID, mended.ResourceVersion, mended.Finalizers = old.UID, old.ResourceVersion, old.Finalizers
	opts := metav1.UpdateOptions{FieldManager: baseline.FieldManager, DryRun: dryRunOption(f.DryRun), FieldValidation: metav1.FieldValidationStrict}
	var updated *networkingv1.NetworkPolicy
	err := f.Clients.Do(ctx, func(ctx context.Context) error {
		return apiserver.Finish(ctx, func(ctx context.Context) error {
			var err error
			updated, err = f.Clients.Kubernetes.NetworkingV1().NetworkPolicies(j.namespace).Update(ctx, mended, opts)
			return err
		})
	})
	if apierrors.IsConflict(err) && f.DryRun == v1alpha1.DryRunNone {
		// The answer to our own request may have been lost on its way.
		now, getErr := f.get(ctx, j.namespace, old.Name)
		if getErr == nil && now.UID == old.UID && now.Annotations[baseline.AnnotationRun] == f.RunID {
			updated, err = now, nil
		}
	}
	switch {
	case apierrors.IsConflict(err):
		j.end(v1alpha1.ResultError, "%s %v: run the command again", old.Name, errChanged)
	case apierrors.IsNotFound(err):
		j.end(v1alpha1.ResultError, "%s was removed meanwhile", old.Name)
	case err != nil:
		j.end(v1alpha1.ResultError, "%v", f.Clients.Explain(policyAction("update", j.namespace, old.Name), err))
	case f.DryRun == v1alpha1.DryRunServer && !isAsSent(mended, updated):
		j.end(v1alpha1.ResultError, "an admission webhook or policy changes the spec of %s", old.Name)
	case f.DryRun == v1alpha1.DryRunServer:
		j.end(v1alpha1.ResultFixed, "would replace the rules of %s", old.Name)
	default:
		j.created[0] = updated
		j.end(v1alpha1.ResultFixed, "replaced the rules of %s", old.Name)
	}
}

// verifyReplaced reads the namespaces again after the last write.
func (f *Fix) verifyReplaced(ctx context.Context, before *inventory.Inventory, jobs []*job) {
	var written []*job
	for _, j := range jobs {
		if j.anyCreated() {
			written = append(written, j)
		}
	}
	if len(written) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyTimeout)
	defer cancel()
	now, err := f.Reread(ctx)
	for _, j := range written {
		problem := fmt.Sprintf("it could not be verified: %v", err)
		if err == nil {
			problem = f.replacedBadly(before, now, j)
		}
		verified := problem == ""
		j.verified = &verified
		if !verified {
			j.end(v1alpha1.ResultError, "%s, but %s", j.reason, problem)
		}
	}
}

// replacedBadly says what a read after the last write finds wrong; empty where nothing is.
func (f *Fix) replacedBadly(before, now *inventory.Inventory, j *job) string {
	ns := now.Namespace(j.namespace)
	found := f.findOurs(ns, j)
	if found[0] == nil {
		return whereGone(now, ns, j)
	}
	if problem := differs(ns, j.policies, found); problem != "" {
		return problem
	}
	if other := arrived(before.Namespace(j.namespace), ns, found); other != "" {
		return fmt.Sprintf("NetworkPolicy %q appeared meanwhile, and an allow-all beside it undoes what it restricts", other)
	}
	return ""
}
