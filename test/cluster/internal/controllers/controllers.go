// Package controllers runs two of kube-controller-manager's controllers: the one
// that empties and removes deleted namespaces, and the one that counts what
// resource quotas limit. They are Kubernetes' own code, without the manager around
// them and all that it would pull into the build.
package controllers

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiserver/pkg/quota/v1/generic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/klog/v2/textlogger"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/namespace"
	"k8s.io/kubernetes/pkg/controller/resourcequota"
	"k8s.io/kubernetes/pkg/quota/v1/install"
)

const (
	resync  = 5 * time.Minute
	workers = 10
)

// Start runs the controllers until ctx is done. They log to the file at logPath.
func Start(ctx context.Context, config *rest.Config, logPath string) error {
	log, err := os.Create(logPath)
	if err != nil {
		return fmt.Errorf("make log: %w", err)
	}
	ctx = klog.NewContext(ctx, textlogger.NewLogger(textlogger.NewConfig(textlogger.Output(log))))
	// Some of what they call logs without a context.
	klog.LogToStderr(false)
	klog.SetOutput(log)

	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	metadataClient, err := metadata.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make metadata client: %w", err)
	}
	typed := informers.NewSharedInformerFactory(client, resync)
	untyped := metadatainformer.NewSharedInformerFactory(metadataClient, resync)
	discover := client.Discovery().ServerPreferredNamespacedResources

	namespaces := namespace.NewNamespaceController(
		ctx, client, metadataClient, discover, typed.Core().V1().Namespaces(), resync, corev1.FinalizerKubernetes)

	quotaConfig, err := install.NewQuotaConfigurationForControllers(generic.ListerFuncForResourceFunc(typed.ForResource), typed)
	if err != nil {
		return fmt.Errorf("configure resource quotas: %w", err)
	}
	started := make(chan struct{})
	quotas, err := resourcequota.NewController(ctx, &resourcequota.ControllerOptions{
		QuotaClient:               client.CoreV1(),
		ResourceQuotaInformer:     typed.Core().V1().ResourceQuotas(),
		ResyncPeriod:              controller.StaticResyncPeriodFunc(resync),
		InformerFactory:           informerfactory.NewInformerFactory(typed, untyped),
		ReplenishmentResyncPeriod: func() time.Duration { return resync },
		DiscoveryFunc:             discover,
		IgnoredResourcesFunc:      quotaConfig.IgnoredResources,
		InformersStarted:          started,
		Registry:                  generic.NewRegistry(quotaConfig.Evaluators()),
		UpdateFilter:              install.DefaultUpdateFilter(),
	})
	if err != nil {
		return fmt.Errorf("make resource quota controller: %w", err)
	}

	typed.Start(ctx.Done())
	untyped.Start(ctx.Done())
	close(started)
	go namespaces.Run(ctx, workers)
	go quotas.Run(ctx, workers)
	go quotas.Sync(ctx, discover, 30*time.Second)
	return nil
}
