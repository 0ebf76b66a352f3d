//go:build unix

package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// grant applies the manifests and binds each of the users to its role, where the
// manifests bring it. It returns when the server acts on it.
func grant(ctx context.Context, client kubernetes.Interface, dir Dir, files []string, users []user) error {
	if len(files) == 0 {
		return nil
	}
	if err := applyFiles(ctx, dir, files); err != nil {
		return err
	}
	for _, u := range users {
		if u.role == "" {
			continue
		}
		role, err := client.RbacV1().ClusterRoles().Get(ctx, u.role, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look for ClusterRole %q: %w", u.role, err)
		}
		if err := bind(ctx, client, u, role); err != nil {
			return err
		}
	}
	return nil
}

// applyFiles leaves the manifests to kubectl, which is this program under another name.
func applyFiles(ctx context.Context, dir Dir, files []string) error {
	args := []string{"--kubeconfig", dir.path(harnessFile), "apply", "--validate=strict"}
	for _, file := range files {
		args = append(args, "-f", file)
	}
	cmd := exec.CommandContext(ctx, dir.path(binDir, "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECACHEDIR="+dir.path(cacheDir), "KUBERC=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apply %s: %w: %s", strings.Join(files, ", "), err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

func bind(ctx context.Context, client kubernetes.Interface, u user, role *rbacv1.ClusterRole) error {
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "test-" + u.name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: u.name}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
	}
	if _, err := client.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("bind user %q to ClusterRole %q: %w", u.name, role.Name, err)
	}

	review := reviewOf(u, role)
	if review == nil {
		return nil
	}
	for {
		answer, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("wait for the rights of user %q: %w", u.name, err)
		}
		if answer.Status.Allowed {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the rights of user %q: %w", u.name, ctx.Err())
		case <-time.After(poll):
		}
	}
}

// reviewOf asks for something that the role allows; the authorizer learns a role
// and its binding as a whole. Nil if the role has no rule about a resource.
func reviewOf(u user, role *rbacv1.ClusterRole) *authorizationv1.SubjectAccessReview {
	for _, rule := range role.Rules {
		if len(rule.Resources) == 0 || len(rule.Verbs) == 0 || len(rule.APIGroups) == 0 {
			continue
		}
		resource, subresource, _ := strings.Cut(rule.Resources[0], "/")
		attributes := &authorizationv1.ResourceAttributes{
			Verb: rule.Verbs[0], Group: rule.APIGroups[0], Resource: resource, Subresource: subresource,
		}
		if len(rule.ResourceNames) > 0 {
			attributes.Name = rule.ResourceNames[0]
		}
		return &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: u.name, ResourceAttributes: attributes},
		}
	}
	return nil
}
