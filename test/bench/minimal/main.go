// Command minimal is what the benchmark compares with: the least that a client-go program needs to make the same
// requests, as fast as it can, and nothing else.
//
//	minimal list              the lists that an audit makes, in parallel
//	minimal create FILE       a NetworkPolicy in each namespace that FILE names, a line each
//	minimal delete FILE       and their deletion
//
// It prints how many requests it sent and how many objects they were about.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// inFlight is the best of 4, 8, 16, 32 and 64, which are nearly alike.
const inFlight = 16

// requests counts what was sent, objects what it was about.
var requests, objects atomic.Int64

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "minimal:", err)
		os.Exit(1)
	}
	fmt.Printf("requests %d objects %d\n", requests.Load(), objects.Load())
}

func run(ctx context.Context, args []string) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	config.QPS = -1
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return counter{next} })
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "list":
		meta, err := metadata.NewForConfigAndClient(metadata.ConfigFor(config), httpClient)
		if err != nil {
			return err
		}
		return list(ctx, client, meta)
	case len(args) == 2 && args[0] == "create":
		return each(ctx, args[1], func(ctx context.Context, namespace string) error {
			_, err := client.NetworkingV1().NetworkPolicies(namespace).Create(ctx, allowAll(), metav1.CreateOptions{})
			return err
		})
	case len(args) == 2 && args[0] == "delete":
		return each(ctx, args[1], func(ctx context.Context, namespace string) error {
			return client.NetworkingV1().NetworkPolicies(namespace).Delete(ctx, allowAll().Name, metav1.DeleteOptions{})
		})
	}
	return fmt.Errorf("usage: minimal list | create FILE | delete FILE")
}

// list makes the lists of an audit, each in one piece: the namespaces and the pods by their metadata.
func list(ctx context.Context, client kubernetes.Interface, meta metadata.Interface) error {
	var group errgroup.Group
	group.Go(func() error {
		policies, err := client.NetworkingV1().NetworkPolicies("").List(ctx, metav1.ListOptions{})
		if err == nil {
			objects.Add(int64(len(policies.Items)))
		}
		return err
	})
	for _, l := range []struct{ resource, fields string }{
		{"namespaces", ""},
		{"pods", "status.phase!=Succeeded,status.phase!=Failed"},
		{"pods", "status.phase!=Succeeded,status.phase!=Failed,spec.hostNetwork=true"},
	} {
		group.Go(func() error {
			all, err := meta.Resource(corev1.SchemeGroupVersion.WithResource(l.resource)).List(ctx, metav1.ListOptions{FieldSelector: l.fields})
			if err == nil {
				objects.Add(int64(len(all.Items)))
			}
			return err
		})
	}
	return group.Wait()
}

func allowAll() *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "cis-default-allow"},
		Spec: networkingv1.NetworkPolicySpec{
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{}},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		},
	}
}

// each does something in each namespace of a file, several at a time.
func each(ctx context.Context, path string, do func(context.Context, string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		namespace := lines.Text()
		objects.Add(1)
		group.Go(func() error { return do(ctx, namespace) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return lines.Err()
}

// counter counts requests.
type counter struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c counter) RoundTrip(req *http.Request) (*http.Response, error) {
	requests.Add(1)
	return c.next.RoundTrip(req)
}
