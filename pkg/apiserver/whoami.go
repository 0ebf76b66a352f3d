package apiserver

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Whoami is the user that the server takes the requests for, as `kubectl auth whoami` has it; empty where the server does not
// say: the API is there since Kubernetes 1.28.
func (c *Clients) Whoami(ctx context.Context) string {
	review, err := c.Kubernetes.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return ""
	}
	return review.Status.UserInfo.Username
}
