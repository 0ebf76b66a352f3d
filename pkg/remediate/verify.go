package remediate

import (
	"context"
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
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
			if j.anyCreated() {
				no := false
				j.verified = &no
				j.end(v1alpha1.ResultError, "created %s, but it could not be verified: %v", j.names(), err)
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
		if j.anyCreated() || j.result == v1alpha1.ResultError || j.result == v1alpha1.ResultPass {
			return true
		}
	}
	return false
}

func (f *Fix) verifyOne(ctx context.Context, before, now *inventory.Inventory, j *job) {
	ns := now.Namespace(j.namespace)
	found := f.findOurs(ns, j)
	ours := present(found)
	switch {
	case len(ours) == 0 && !j.anyCreated():
		if j.result == v1alpha1.ResultPass && (ns == nil || len(ns.Policies) == 0) {
			j.end(v1alpha1.ResultError, "%s, but a read after it shows none: run the command again", j.reason)
		}
		return
	case len(ours) < len(j.policies) && j.result != v1alpha1.ResultFixed:
		// The set could not be made, and the answer to one of its requests was lost.
		f.undo(ctx, j, ours)
		return
	}
	no := false
	j.verified = &no
	if len(ours) == 0 {
		j.end(v1alpha1.ResultError, "created %s, but %s", j.names(), whereGone(now, ns, j))
		return
	}
	if other := arrived(before.Namespace(j.namespace), ns, ours); other != "" {
		f.takeBack(ctx, j, ours, other)
		return
	}
	if problem := differs(ns, j.policies, found); problem != "" {
		j.end(v1alpha1.ResultError, "created %s, but %s", j.names(), problem)
		return
	}
	yes := true
	j.verified = &yes
	j.end(v1alpha1.ResultFixed, "created %s%s", j.names(), toStay(found))
}

// toStay says which of the policies a rollback will not know for this tool's,
// since admission took a label or an annotation from them, say.
func toStay(made []*networkingv1.NetworkPolicy) string {
	var note strings.Builder
	for _, np := range made {
		if reason := notOurs(np); reason != "" {
			fmt.Fprintf(&note, "; rollback will not remove %s: %s", np.Name, reason)
		}
	}
	return note.String()
}

// whereGone says why none of what was created is to be seen.
func whereGone(now *inventory.Inventory, ns *inventory.Namespace, j *job) string {
	switch gap := now.GapFor(j.namespace); {
	case gap != nil && apiserver.CauseOf(gap.Err) == apiserver.CauseNotFound:
		return "the namespace was deleted meanwhile"
	case gap != nil:
		return fmt.Sprintf("it could not be verified: %v", gap.Err)
	case ns == nil:
		return "the namespace was deleted meanwhile, or is no longer in scope"
	case len(j.policies) > 1:
		return "they are no longer there: somebody removed them"
	default:
		return "it is no longer there: somebody removed it"
	}
}

// differs says what keeps the policies from being what was meant; empty where
// they are. found is one for each of the policies, nil where it is not there.
func differs(ns *inventory.Namespace, wanted, found []*networkingv1.NetworkPolicy) string {
	for i, np := range found {
		// Of several, the one that is meant is named.
		subject, its := "it", "its"
		if len(found) > 1 {
			subject, its = wanted[i].Name, wanted[i].Name+"'s"
		}
		switch {
		case np == nil:
			return subject + " is no longer there: somebody removed it"
		case np.DeletionTimestamp != nil:
			return subject + " is being deleted"
		case !isAsSent(wanted[i], np):
			return its + " spec is not what was sent: an admission webhook or policy may have changed it"
		}
	}
	switch {
	case !ns.Declared:
		return "it could not be verified: whether the namespace is being deleted is unknown"
	case ns.Terminating:
		return "the namespace is now being deleted"
	}
	return ""
}

// arrived returns the name of a policy that is in the namespace now, was not
// before, and is not ours.
func arrived(before, now *inventory.Namespace, ours []*networkingv1.NetworkPolicy) string {
	known := map[types.UID]bool{}
	for _, np := range ours {
		known[np.UID] = true
	}
	if before != nil {
		for _, np := range before.Policies {
			known[np.UID] = true
		}
	}
	for _, np := range now.Policies {
		if !known[np.UID] {
			return np.Name
		}
	}
	return ""
}

func (f *Fix) takeBack(ctx context.Context, j *job, ours []*networkingv1.NetworkPolicy, other string) {
	gone, err := f.takeAway(ctx, ours)
	if err != nil {
		j.end(v1alpha1.ResultError, "NetworkPolicy %q appeared meanwhile, and what was created beside it could not be taken back: %v", other, err)
		return
	}
	j.verified = nil
	// Another run of this tool may have taken the other one back, too, because it saw ours.
	switch _, err := f.get(ctx, j.namespace, other); {
	case apiserver.CauseOf(err) == apiserver.CauseNotFound:
		j.end(v1alpha1.ResultError, "NetworkPolicy %q appeared meanwhile, %s %s taken back, and then it was gone: run the command again",
			other, strings.Join(gone, ", "), was(len(gone)))
		return
	case err != nil:
		j.end(v1alpha1.ResultError, "NetworkPolicy %q appeared meanwhile, %s %s taken back, and whether it is still there is unknown: %v",
			other, strings.Join(gone, ", "), was(len(gone)), err)
		return
	}
	j.end(v1alpha1.ResultPass, "NetworkPolicy %q appeared meanwhile: %s %s taken back", other, strings.Join(gone, ", "), was(len(gone)))
}
