package live

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/version"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// maxOptional is how long an audit waits for what it can do without, retries included.
const maxOptional = 15 * time.Second

// readServer reads what the network plugin can be recognised by, or of that only the server's version.
func (r *Reader) readServer(ctx context.Context, opts Options) networkplugin.Facts {
	if opts.NetworkPlugin {
		return r.readNetworkPlugin(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, maxOptional)
	defer cancel()
	// Where the server cannot be asked the verdict's requests say so.
	version, _ := r.getServerVersion(ctx)
	return networkplugin.Facts{ServerVersion: version}
}

// readNetworkPlugin reads what the network plugin can be recognised by: a list
// of DaemonSets and the server's version, then the few ConfigMaps that decide,
// and on k3s a list of nodes. The number of requests does not grow with the
// cluster. All of it is optional: what fails is a line of Unread.
func (r *Reader) readNetworkPlugin(ctx context.Context) networkplugin.Facts {
	ctx, cancel := context.WithTimeout(ctx, maxOptional)
	defer cancel()
	var facts networkplugin.Facts
	var daemonSetsErr, versionErr error
	var group errgroup.Group
	group.Go(func() error { facts.DaemonSets, daemonSetsErr = r.listPluginDaemonSets(ctx); return nil })
	group.Go(func() error { facts.ServerVersion, versionErr = r.getServerVersion(ctx); return nil })
	_ = group.Wait()
	facts.Complete = daemonSetsErr == nil
	note := func(err error) {
		if err != nil {
			facts.Unread = append(facts.Unread, err.Error())
		}
	}
	note(daemonSetsErr)
	note(versionErr)
	if fatal(daemonSetsErr, versionErr) != nil {
		return facts
	}
	for _, name := range networkplugin.ConfigMaps(facts) {
		cm, err := r.getConfigMap(ctx, name)
		if cm != nil {
			facts.ConfigMaps = append(facts.ConfigMaps, cm)
		}
		note(err)
	}
	if facts.NeedsNodes() {
		var err error
		facts.Nodes, err = r.listPluginNodes(ctx)
		note(err)
	}
	return facts
}

// listPluginDaemonSets lists all DaemonSets at once, as plugins live in different
// namespaces, and keeps those that can be one's.
func (r *Reader) listPluginDaemonSets(ctx context.Context) ([]*appsv1.DaemonSet, error) {
	var kept []*appsv1.DaemonSet
	action := apiserver.Action{Verb: "list", Resource: "daemonsets.apps"}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Kubernetes.AppsV1().DaemonSets("").List(ctx, opts)
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			kept = nil
		}
		for i := range list.Items {
			if ds := &list.Items[i]; networkplugin.MayRunIn(ds.Namespace) {
				kept = append(kept, networkplugin.Trim(ds))
			}
		}
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// getConfigMap returns nil without an error where there is none of that name.
func (r *Reader) getConfigMap(ctx context.Context, name types.NamespacedName) (*corev1.ConfigMap, error) {
	var cm *corev1.ConfigMap
	err := r.clients.Do(ctx, func(ctx context.Context) (err error) {
		cm, err = r.clients.Kubernetes.CoreV1().ConfigMaps(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{})
		return err
	})
	err = r.clients.Explain(apiserver.Action{Verb: "get", Resource: "configmaps", Namespace: name.Namespace, Name: name.Name}, err)
	switch {
	case err == nil:
		return cm, nil
	case apiserver.CauseOf(err) == apiserver.CauseNotFound:
		return nil, nil
	default:
		return nil, err
	}
}

func (r *Reader) listPluginNodes(ctx context.Context) ([]*corev1.Node, error) {
	var nodes []*corev1.Node
	action := apiserver.Action{Verb: "list", Resource: "nodes"}
	err := r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		list, err := r.clients.Kubernetes.CoreV1().Nodes().List(ctx, opts)
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			nodes = nil
		}
		for i := range list.Items {
			nodes = append(nodes, networkplugin.TrimNode(&list.Items[i]))
		}
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	return nodes, nil
}

// getServerVersion asks for /version, which everybody may read. The discovery
// client would not say who is forbidden to where somebody is.
func (r *Reader) getServerVersion(ctx context.Context) (string, error) {
	var info version.Info
	err := r.clients.Do(ctx, func(ctx context.Context) error {
		result := r.clients.Kubernetes.Discovery().RESTClient().Get().AbsPath("/version").Do(ctx)
		if err := result.Error(); err != nil {
			return err
		}
		text, err := result.Raw()
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &info)
	})
	return info.GitVersion, r.clients.Explain(apiserver.Action{Verb: "get", Resource: "/version"}, err)
}
