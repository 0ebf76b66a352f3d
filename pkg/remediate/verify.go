package remediate

import (
	"context"
	"errors"

	networkingv1 "k8s.io/api/networking/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// verify reads the namespaces again after the last write and says of each job
// whether its policy is there as it was meant. Where somebody else's policy
// appeared beside ours, ours is taken back: together they would allow all that
// the other one is meant to cut.
func (f *Fix) verify(ctx context.Context, before *inventory.Inventory, jobs []*job) {
	if !needsReread(jobs) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyTimeout)
	defer cancel()
	now, err := f.Reread(ctx)
	for _, j := range jobs {
		if err != nil {
			if j.created != nil {
				no := false
				j.verified = &no
				j.end(v1alpha1.ResultError, "created %s, but it could not be verified: %v", j.policy.Name, err)
			}
			continue
		}
		f.verifyOne(ctx, before, now, j)
	}
}

// needsReread says that a request may have changed something, or that a result
// rests on a policy that somebody else made meanwhile.
func needsReread(jobs []*job) bool {
	for _, j := range jobs {
		if j.created != nil || j.result == v1alpha1.ResultError || j.result == v1alpha1.ResultPass {
			return true
		}
	}
	return false
}

func (f *Fix) verifyOne(ctx context.Context, before, now *inventory.Inventory, j *job) {
	ns := now.Namespace(j.namespace)
	found := f.findOurs(ns, j)
	if found == nil && j.created == nil {
		if j.result == v1alpha1.ResultPass && (ns == nil || len(ns.Policies) == 0) {
			j.end(v1alpha1.ResultError, "%s, but a read after it shows none: run the command again", j.reason)
		}
		return
	}
	yes, no := true, false
	j.verified = &no
	gap := now.GapFor(j.namespace)
	switch {
	case found != nil:
	case gap != nil && apiserver.CauseOf(gap.Err) == apiserver.CauseNotFound:
		j.end(v1alpha1.ResultError, "created %s, but the namespace was deleted meanwhile", j.policy.Name)
		return
	case gap != nil:
		j.end(v1alpha1.ResultError, "created %s, but it could not be verified: %v", j.policy.Name, gap.Err)
		return
	case ns == nil:
		j.end(v1alpha1.ResultError, "created %s, but the namespace was deleted meanwhile, or is no longer in scope", j.policy.Name)
		return
	default:
		j.end(v1alpha1.ResultError, "created %s, but it is no longer there: somebody removed it", j.policy.Name)
		return
	}
	if other := arrived(before.Namespace(j.namespace), ns, found); other != "" {
		f.takeBack(ctx, j, found, other)
		return
	}
	switch {
	case found.DeletionTimestamp != nil:
		j.end(v1alpha1.ResultError, "created %s, but it is being deleted", j.policy.Name)
	case !apiequality.Semantic.DeepEqual(validation.Default(j.policy).Spec, found.Spec):
		j.end(v1alpha1.ResultError, "created %s, but its spec is not what was sent: an admission webhook or policy may have changed it", j.policy.Name)
	case !ns.Declared:
		j.end(v1alpha1.ResultError, "created %s, but it could not be verified: whether the namespace is being deleted is unknown", j.policy.Name)
	case ns.Terminating:
		j.end(v1alpha1.ResultError, "created %s, but the namespace is now being deleted", j.policy.Name)
	default:
		j.verified = &yes
		j.end(v1alpha1.ResultFixed, "created %s", j.policy.Name)
	}
}

// findOurs finds the object that this run created: by UID, or where the
// answer was lost by the run's id.
func (f *Fix) findOurs(ns *inventory.Namespace, j *job) *networkingv1.NetworkPolicy {
	if ns == nil {
		return nil
	}
	for _, np := range ns.Policies {
		if j.created != nil && np.UID == j.created.UID {
			return np
		}
		if j.created == nil && np.Name == j.policy.Name && np.Annotations[baseline.AnnotationRun] == f.RunID {
			return np
		}
	}
	return nil
}

// arrived returns the name of a policy that is in the namespace now, was not
// before, and is not ours.
func arrived(before, now *inventory.Namespace, ours *networkingv1.NetworkPolicy) string {
	known := map[string]bool{}
	if before != nil {
		for _, np := range before.Policies {
			known[string(np.UID)] = true
		}
	}
	for _, np := range now.Policies {
		if np.UID != ours.UID && !known[string(np.UID)] {
			return np.Name
		}
	}
	return ""
}

func (f *Fix) takeBack(ctx context.Context, j *job, ours *networkingv1.NetworkPolicy, other string) {
	err := remove(ctx, f.Clients, ours, v1alpha1.DryRunNone)
	if err != nil && !errors.Is(err, errGone) {
		j.end(v1alpha1.ResultError, "NetworkPolicy %q appeared meanwhile, and %s beside it could not be taken back: %v", other, j.policy.Name, err)
		return
	}
	j.verified = nil
	j.end(v1alpha1.ResultPass, "NetworkPolicy %q appeared meanwhile: %s was taken back", other, j.policy.Name)
}
