// Package fill puts the benchmark's objects into a cluster. They are as large as real ones where size is what is
// measured: pods have containers, probes, volumes and a status.
package fill

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
)

// inFlight is how many objects are made at a time: more is not faster.
const inFlight = 32

// podsPerNamespace is the ratio of the large cluster: 20,000 pods in 10,000 namespaces.
const podsPerNamespace = 2

// Name is the name of the n-th namespace.
func Name(n int) string { return fmt.Sprintf("bench-%05d", n) }

// Namespaces makes the namespaces from..to-1, with nothing in them.
func Namespaces(ctx context.Context, client kubernetes.Interface, from, to int) error {
	return each(ctx, from, to, func(ctx context.Context, n int) error {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Name(n), Labels: map[string]string{"team": fmt.Sprintf("team-%d", n%50)}}}
		_, err := client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{})
		return err
	})
}

// Policies makes a NetworkPolicy in each namespace, of four kinds in turn.
func Policies(ctx context.Context, client kubernetes.Interface, from, to int) error {
	return each(ctx, from, to, func(ctx context.Context, n int) error {
		_, err := client.NetworkingV1().NetworkPolicies(Name(n)).Create(ctx, policy(n), metav1.CreateOptions{})
		return err
	})
}

// Pods makes the pods of each namespace.
func Pods(ctx context.Context, client kubernetes.Interface, from, to int) error {
	return each(ctx, from*podsPerNamespace, to*podsPerNamespace, func(ctx context.Context, n int) error {
		_, err := client.CoreV1().Pods(Name(n/podsPerNamespace)).Create(ctx, pod(n), metav1.CreateOptions{})
		return err
	})
}

func each(ctx context.Context, from, to int, do func(context.Context, int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for n := from; n < to; n++ {
		group.Go(func() error { return do(ctx, n) })
	}
	return group.Wait()
}

// policy is an allow-all, a default deny for ingress, one that admits a neighbour, and one by label, in turn.
func policy(n int) *networkingv1.NetworkPolicy {
	np := &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "main", Labels: map[string]string{"app.kubernetes.io/part-of": "bench"}},
		Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}},
	}
	port := intstr.FromInt32(8080)
	switch n % 4 {
	case 0:
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
		np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{}}
		np.Spec.PolicyTypes = append(np.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
	case 1:
	case 2:
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
			From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{
				MatchLabels: map[string]string{"team": fmt.Sprintf("team-%d", n%50)},
			}}},
			Ports: []networkingv1.NetworkPolicyPort{{Port: &port}},
		}}
	case 3:
		np.Spec.PodSelector.MatchLabels = map[string]string{"app": "app-0"}
		np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
			From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "app-1"}}}},
		}}
	}
	return np
}

// pod is as large as most are: about 4 kB.
func pod(n int) *corev1.Pod {
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)}}, PeriodSeconds: 10}
	limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("256Mi")}
	container := corev1.Container{
		Name: "app", Image: fmt.Sprintf("registry.example.com/team/app-%d:1.%d", n%podsPerNamespace, n%17),
		Ports:         []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}, {Name: "metrics", ContainerPort: 9090}},
		Resources:     corev1.ResourceRequirements{Limits: limits, Requests: limits},
		LivenessProbe: probe, ReadinessProbe: probe,
		VolumeMounts: []corev1.VolumeMount{{Name: "config", MountPath: "/etc/app"}, {Name: "tmp", MountPath: "/tmp"}},
	}
	for i := range 12 {
		container.Env = append(container.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%02d", i), Value: fmt.Sprintf("value-%d-of-%d", i, n)})
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("app-%d-7d4b9c8f6d-%05d", n%podsPerNamespace, n),
			Labels: map[string]string{
				"app": fmt.Sprintf("app-%d", n%podsPerNamespace), "pod-template-hash": "7d4b9c8f6d",
				"app.kubernetes.io/name": "app", "app.kubernetes.io/instance": Name(n / podsPerNamespace),
			},
			Annotations: map[string]string{"checksum/config": fmt.Sprintf("%064x", n), "prometheus.io/scrape": "true"},
		},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{container},
			NodeName:   fmt.Sprintf("node-%03d", n%200),
			Volumes: []corev1.Volume{
				{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "app"}}}},
				{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			},
		},
	}
}
