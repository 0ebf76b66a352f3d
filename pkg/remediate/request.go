package remediate

import (
	"context"
	"errors"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
)

func policyAction(verb, namespace, name string) apiserver.Action {
	return apiserver.Action{Verb: verb, Resource: "networkpolicies.networking.k8s.io", Namespace: namespace, Name: name}
}

func dryRunOption(d v1alpha1.DryRun) []string {
	if d == v1alpha1.DryRunServer {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// isTaken says that a name exists already. An answer that says so because the
// namespace is being deleted, say, is another.
func isTaken(err error) bool {
	return apierrors.IsAlreadyExists(err)
}

// notBegun says why the run ended before a namespace's turn came.
func notBegun(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "not begun: the time was up (--timeout): run the command again"
	}
	return "interrupted before it was done: run the command again"
}

// remove deletes exactly the object that was read: not one that took its name
// since, and not one that somebody has changed since.
func remove(ctx context.Context, clients *apiserver.Clients, np *networkingv1.NetworkPolicy, dryRun v1alpha1.DryRun) error {
	opts := metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{UID: &np.UID, ResourceVersion: &np.ResourceVersion},
		DryRun:        dryRunOption(dryRun),
	}
	// A try that failed may have done its work, and only the answer was lost.
	ctx, mayBeDone := apiserver.Doubt(ctx)
	err := clients.Do(ctx, func(ctx context.Context) error {
		err := apiserver.Finish(ctx, func(ctx context.Context) error {
			return clients.Kubernetes.NetworkingV1().NetworkPolicies(np.Namespace).Delete(ctx, np.Name, opts)
		})
		if apierrors.IsNotFound(err) && mayBeDone.Load() {
			return nil
		}
		if err != nil && apierrors.ReasonForError(err) == metav1.StatusReasonUnknown {
			mayBeDone.Store(true) // an answer that could not be read to its end
		}
		return err
	})
	switch {
	case apierrors.IsNotFound(err):
		return errGone
	case apierrors.IsConflict(err):
		return errChanged
	}
	return clients.Explain(policyAction("delete", np.Namespace, np.Name), err)
}

var (
	// errGone : the object was no longer there.
	errGone = errors.New("it was already gone")
	// errChanged : the object is not the one that was read.
	errChanged = errors.New("it was changed meanwhile")
)
