//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// poll is the pause between two looks at something that will soon be so.
const poll = 20 * time.Millisecond

var errEnded = errors.New("kube-apiserver ended")

// waitReady waits until the server serves and has made what every cluster begins
// with: its namespaces and the bootstrap roles.
func waitReady(ctx context.Context, client kubernetes.Interface, server *apiServer) error {
	var last error
	for {
		// /readyz speaks for the post-start hooks too, and those make the bootstrap roles.
		if last = ready(ctx, client); last == nil {
			return nil
		}
		select {
		case <-server.Done():
			return fmt.Errorf("%w: %w", errEnded, server.Err())
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver is not ready: %w (%w)", ctx.Err(), last)
		case <-time.After(poll):
		}
	}
}

func ready(ctx context.Context, client kubernetes.Interface) error {
	if err := client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
		return err
	}
	for _, name := range []string{
		metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic, "kube-node-lease",
	} {
		if _, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{}); err != nil {
			return err
		}
	}
	if _, err := client.CoreV1().Services(metav1.NamespaceDefault).Get(ctx, "kubernetes", metav1.GetOptions{}); err != nil {
		return err
	}
	_, err := client.RbacV1().ClusterRoles().Get(ctx, "cluster-admin", metav1.GetOptions{})
	return err
}
