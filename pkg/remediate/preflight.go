package remediate

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	authorizationv1 "k8s.io/api/authorization/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
)

// Permission is something that a run must be allowed to do with NetworkPolicies.
type Permission struct {
	// Verb is the API's: create, watch, ...
	Verb string
	// Namespace is where; empty for all namespaces.
	Namespace string
}

// String is the question that kubectl answers about it.
func (p Permission) String() string {
	if p.Namespace == "" {
		return fmt.Sprintf("kubectl auth can-i %s networkpolicies.%s -A", p.Verb, networkingv1.GroupName)
	}
	return fmt.Sprintf("kubectl auth can-i %s networkpolicies.%s -n %s", p.Verb, networkingv1.GroupName, p.Namespace)
}

// Preflight asks the API server what of a run in those namespaces the user may not do, before anything is written. It asks
// once for the whole cluster, which is enough for whoever has the shipped role, and only where the answer is no for each
// namespace. What it cannot find out is not missing: the request itself will tell.
func Preflight(ctx context.Context, clients *apiserver.Clients, verbs, namespaces []string, concurrency int) []Permission {
	if len(namespaces) == 0 {
		return nil
	}
	missing := make([][]Permission, len(verbs))
	var group errgroup.Group
	for i, verb := range verbs {
		group.Go(func() error {
			if allowed, known := may(ctx, clients, Permission{Verb: verb}); allowed || !known {
				return nil
			}
			missing[i] = eachMissing(ctx, clients, verb, namespaces, concurrency)
			return nil
		})
	}
	_ = group.Wait()
	var all []Permission
	for _, some := range missing {
		all = append(all, some...)
	}
	return all
}

// eachMissing lists the namespaces in which the user may not do it.
func eachMissing(ctx context.Context, clients *apiserver.Clients, verb string, namespaces []string, concurrency int) []Permission {
	denied := make([]bool, len(namespaces))
	var group errgroup.Group
	group.SetLimit(max(1, concurrency))
	for i, namespace := range namespaces {
		group.Go(func() error {
			allowed, known := may(ctx, clients, Permission{verb, namespace})
			denied[i] = known && !allowed
			return nil
		})
	}
	_ = group.Wait()
	var missing []Permission
	for i, namespace := range namespaces {
		if denied[i] {
			missing = append(missing, Permission{verb, namespace})
		}
	}
	return missing
}

// may asks about one permission; an empty namespace asks about all. known is false where the server does not say.
func may(ctx context.Context, clients *apiserver.Clients, p Permission) (allowed, known bool) {
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: p.Namespace, Verb: p.Verb, Group: networkingv1.GroupName, Resource: "networkpolicies",
		},
	}}
	tries := 0
	err := clients.Do(ctx, func(ctx context.Context) error {
		answer, err := clients.Kubernetes.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err == nil {
			// An authorizer that could not decide has not said no.
			allowed, known = answer.Status.Allowed, answer.Status.Allowed || answer.Status.EvaluationError == ""
			return nil
		}
		tries++
		if tries < maxReviewTries {
			return err
		}
		return nil
	})
	return allowed, known && err == nil
}

// maxReviewTries bounds how often a question that nothing hangs on is asked again.
const maxReviewTries = 3
