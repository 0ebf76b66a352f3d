package remediate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// job is the work on one namespace and what became of it. All its policies are
// made, or none.
type job struct {
	namespace string
	// policies are the objects that are created.
	policies []*networkingv1.NetworkPolicy
	// created are the server's answers, one for each of policies; nil where nothing
	// was created, or the answer was lost.
	created  []*networkingv1.NetworkPolicy
	result   v1alpha1.Result
	reason   string
	verified *bool
}

func newJob(namespace string, policies []*networkingv1.NetworkPolicy) *job {
	return &job{namespace: namespace, policies: policies, created: make([]*networkingv1.NetworkPolicy, len(policies))}
}

func (j *job) end(result v1alpha1.Result, format string, args ...any) {
	j.result, j.reason = result, fmt.Sprintf(format, args...)
}

// names lists the policies, for messages.
func (j *job) names() string { return strings.Join(namesOf(j.policies), ", ") }

// anyCreated says that the server has answered that something was created.
func (j *job) anyCreated() bool { return len(present(j.created)) > 0 }

func (j *job) row() v1alpha1.NamespaceFix {
	row := v1alpha1.NamespaceFix{Name: j.namespace, Result: j.result, Reason: j.reason, Verified: j.verified}
	if j.result == v1alpha1.ResultFixed {
		row.Policies = namesOf(j.policies)
	}
	return row
}

func namesOf(policies []*networkingv1.NetworkPolicy) []string {
	names := make([]string, len(policies))
	for i, np := range policies {
		names[i] = np.Name
	}
	return names
}

// present are those that are not nil.
func present(policies []*networkingv1.NetworkPolicy) []*networkingv1.NetworkPolicy {
	var all []*networkingv1.NetworkPolicy
	for _, np := range policies {
		if np != nil {
			all = append(all, np)
		}
	}
	return all
}

// createOne makes the policies of one namespace. One that cannot be made takes
// those before it back.
func (f *Fix) createOne(ctx context.Context, j *job, arrivals *arrivals) {
	for i := range j.policies {
		if f.createNext(ctx, j, i, arrivals) {
			continue
		}
		f.undo(ctx, j, present(j.created))
		return
	}
	if f.DryRun == v1alpha1.DryRunServer {
		j.end(v1alpha1.ResultFixed, "would create %s", j.names())
		return
	}
	j.end(v1alpha1.ResultFixed, "created %s", j.names())
}

// createNext makes the i-th policy of a namespace, or says why it could not.
func (f *Fix) createNext(ctx context.Context, j *job, i int, arrivals *arrivals) bool {
	np := j.policies[i]
	if err := ctx.Err(); err != nil {
		j.end(v1alpha1.ResultError, "%s", notBegun(err))
		return false
	}
	if name := arrivals.in(j.namespace); name != "" {
		j.end(v1alpha1.ResultPass, "NetworkPolicy %q appeared meanwhile", name)
		return false
	}
	created, err := f.post(ctx, np)
	if isTaken(err) {
		existing, getErr := f.get(ctx, j.namespace, np.Name)
		switch {
		case getErr != nil:
			j.end(v1alpha1.ResultError, "NetworkPolicy %q appeared meanwhile, and cannot be read: %v", np.Name, getErr)
			return false
		case f.DryRun == v1alpha1.DryRunServer || existing.Annotations[baseline.AnnotationRun] != f.RunID:
			j.end(v1alpha1.ResultPass, "NetworkPolicy %q appeared meanwhile, made by somebody else", np.Name)
			return false
		}
		// The answer to our own request was lost on its way.
		created, err = existing, nil
	}
	switch {
	case apiserver.CauseOf(err) == apiserver.CauseTerminating:
		j.end(v1alpha1.ResultSkipped, "terminating")
	case err != nil:
		j.end(v1alpha1.ResultError, "%v", err)
	case f.DryRun == v1alpha1.DryRunServer:
	default:
		j.created[i] = created
	}
	if err == nil && !isAsSent(np, created) {
		// Nobody has consented to what was made of it, and what it cuts is unknown.
		j.end(v1alpha1.ResultError, "an admission webhook or policy changes the spec of %s", np.Name)
		return false
	}
	return err == nil
}

// isAsSent says that a policy has the spec that was sent, as the API server defaults it.
func isAsSent(sent, now *networkingv1.NetworkPolicy) bool {
	return apiequality.Semantic.DeepEqual(validation.Default(sent).Spec, now.Spec)
}

// undo removes what this run created of a set that cannot be had whole, and adds
// to the reason what became of it. Also a run that was interrupted leaves no
// half of a set.
func (f *Fix) undo(ctx context.Context, j *job, policies []*networkingv1.NetworkPolicy) {
	if len(policies) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyTimeout)
	defer cancel()
	undone, err := f.takeAway(ctx, policies)
	if len(undone) > 0 {
		j.reason += fmt.Sprintf("; %s %s taken back", strings.Join(undone, ", "), was(len(undone)))
	}
	if err != nil {
		j.result = v1alpha1.ResultError
		j.reason += fmt.Sprintf("; what was created could not be taken back: %v", err)
	}
	clear(j.created)
}

// takeAway removes policies, and returns the names of those that are gone.
func (f *Fix) takeAway(ctx context.Context, policies []*networkingv1.NetworkPolicy) (gone []string, err error) {
	for _, np := range policies {
		if removeErr := remove(ctx, f.Clients, np, v1alpha1.DryRunNone); removeErr != nil && !errors.Is(removeErr, errGone) {
			err = errors.Join(err, fmt.Errorf("%s: %w", np.Name, removeErr))
			continue
		}
		gone = append(gone, np.Name)
	}
	return gone, err
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// findOurs finds the objects that this run created, one for each of the job's
// policies: by UID, or where the answer was lost by the run's id. What is not
// there is nil.
func (f *Fix) findOurs(ns *inventory.Namespace, j *job) []*networkingv1.NetworkPolicy {
	found := make([]*networkingv1.NetworkPolicy, len(j.policies))
	if ns == nil {
		return found
	}
	for i, wanted := range j.policies {
		for _, np := range ns.Policies {
			if j.created[i] != nil && np.UID == j.created[i].UID ||
				j.created[i] == nil && np.Name == wanted.Name && np.Annotations[baseline.AnnotationRun] == f.RunID {
				found[i] = np
			}
		}
	}
	return found
}
