package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// server answers paths with JSON, writes down what it was asked, and has nothing else.
type server struct {
	mu      sync.Mutex
	answers map[string]string
	asked   []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, req.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	answer, ok := s.answers[req.URL.Path]
	switch {
	case answer == "forbidden":
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
			"message":"x is forbidden: User \"eve\" cannot get resource \"x\" in API group \"\""}`)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}`)
	default:
		_, _ = fmt.Fprint(w, answer)
	}
}

const (
	daemonSetsPath = "/apis/apps/v1/daemonsets"
	nodesPath      = "/api/v1/nodes"
	ciliumPath     = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
	amazonPath     = "/api/v1/namespaces/kube-system/configmaps/amazon-vpc-cni"
)

func daemonSet(namespace, name, container, label string) string {
	return fmt.Sprintf(`{"metadata":{"namespace":%q,"name":%q,"labels":{"k8s-app":%q}},"spec":{"template":{"spec":{"containers":[{"name":%q}]}}}}`,
		namespace, name, label, container)
}

func listOf(kind string, items ...string) string {
	apiVersion := "v1"
	if kind == "DaemonSetList" {
		apiVersion = "apps/v1"
	}
	return fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"metadata":{},"items":[%s]}`, kind, apiVersion, strings.Join(items, ","))
}

func version(text string) string { return fmt.Sprintf(`{"gitVersion":%q}`, text) }

func configMap(data map[string]string) string {
	text, _ := json.Marshal(data)
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"namespace":"kube-system","name":"cilium-config"},"data":%s}`, text)
}

func TestTheNetworkPluginIsRecognisedWithFewRequests(t *testing.T) {
	calico := daemonSet("calico-system", "calico-node", "calico-node", "calico-node")
	cilium := daemonSet("kube-system", "cilium", "cilium-agent", "cilium")
	proxy := daemonSet("kube-system", "kube-proxy", "kube-proxy", "kube-proxy")
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    v1alpha1.NetworkPlugin
		// asked are the requests beside those for the DaemonSets and the version.
		asked []string
	}{
		{
			name:    "a plugin without settings takes two",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList", proxy, calico), "/version": version("v1.34.1")},
			want:    v1alpha1.NetworkPlugin{Name: "calico", Enforcement: v1alpha1.EnforcementEnforced, Evidence: "DaemonSet calico-system/calico-node"},
		},
		{
			name: "a ConfigMap that decides is read too",
			answers: map[string]string{
				daemonSetsPath: listOf("DaemonSetList", cilium), "/version": version("v1.34.1"), ciliumPath: configMap(map[string]string{"enable-policy": "never"}),
			},
			want:  v1alpha1.NetworkPlugin{Name: "cilium", Enforcement: v1alpha1.EnforcementNotEnforced, Evidence: `DaemonSet kube-system/cilium: enable-policy is "never"`},
			asked: []string{ciliumPath},
		},
		{
			name:    "a ConfigMap that does not exist is no error",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList", cilium), "/version": version("v1.34.1")},
			want: v1alpha1.NetworkPlugin{
				Name: "cilium", Enforcement: v1alpha1.EnforcementEnforced, Evidence: "DaemonSet kube-system/cilium: enable-policy is not set, which switches it on",
			},
			asked: []string{ciliumPath},
		},
		{
			name:    "a ConfigMap that may not be read leaves it unknown",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList", cilium), "/version": version("v1.34.1"), ciliumPath: "forbidden"},
			want: v1alpha1.NetworkPlugin{
				Name: "cilium", Enforcement: v1alpha1.EnforcementUnknown,
				Evidence: `DaemonSet kube-system/cilium: whether it is switched on is in a ConfigMap: cannot get configmaps "cilium-config" in namespace "kube-system": forbidden for user "eve"`,
			},
			asked: []string{ciliumPath},
		},
		{
			name:    "DaemonSets that may not be listed leave it unknown",
			answers: map[string]string{daemonSetsPath: "forbidden", "/version": version("v1.34.1")},
			want:    v1alpha1.NetworkPlugin{Enforcement: v1alpha1.EnforcementUnknown, Evidence: `cannot list daemonsets.apps in all namespaces: forbidden for user "eve"`},
		},
		{
			name: "on k3s the nodes are read",
			answers: map[string]string{
				daemonSetsPath: listOf("DaemonSetList"), "/version": version("v1.34.4+k3s1"),
				nodesPath: listOf("NodeList", `{"metadata":{"name":"cp","annotations":{"k3s.io/node-args":"[\"server\"]"}},"status":{"nodeInfo":{"kubeletVersion":"v1.34.4+k3s1"}}}`),
			},
			want:  v1alpha1.NetworkPlugin{Name: "k3s", Enforcement: v1alpha1.EnforcementEnforced, Evidence: "Node cp: k3s was started without --disable-network-policy"},
			asked: []string{nodesPath},
		},
		{
			name:    "on k3s nodes that may not be listed leave it unknown",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList"), "/version": version("v1.34.4+k3s1"), nodesPath: "forbidden"},
			want: v1alpha1.NetworkPlugin{
				Name: "k3s", Enforcement: v1alpha1.EnforcementUnknown,
				Evidence: `server version v1.34.4+k3s1: whether its policy controller is on is an annotation of nodes: cannot list nodes at the cluster scope: forbidden for user "eve"`,
			},
			asked: []string{nodesPath},
		},
		{
			name:    "on EKS without a DaemonSet of a plugin Auto Mode is looked for",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList", proxy), "/version": version("v1.33.4-eks-99d6cc0")},
			want:    v1alpha1.NetworkPlugin{Enforcement: v1alpha1.EnforcementUnknown, Evidence: "no network plugin was recognised among 1 DaemonSet of system namespaces"},
			asked:   []string{amazonPath},
		},
		{
			name:    "a version that may not be read is said where it matters",
			answers: map[string]string{daemonSetsPath: listOf("DaemonSetList", proxy), "/version": "forbidden"},
			want: v1alpha1.NetworkPlugin{
				Enforcement: v1alpha1.EnforcementUnknown,
				Evidence:    `no network plugin was recognised among 1 DaemonSet of system namespaces; cannot get /version: forbidden for user "eve"`,
			},
			asked: []string{amazonPath},
		},
	} {
		for _, names := range [][]string{nil, {"shop", "payments"}} {
			t.Run(fmt.Sprint(tt.name, " ", names), func(t *testing.T) {
				s := &server{answers: tt.answers}
				inv, err := reader(t, s).Read(t.Context(), live.Options{Names: names, NetworkPlugin: true})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, networkplugin.Recognise(inv.NetworkPlugin)); diff != "" {
					t.Errorf("plugin (-want +got):\n%s", diff)
				}
				asked := slices.DeleteFunc(s.asked, func(path string) bool {
					return path == "/api/v1/namespaces" || slices.Contains([]string{"shop", "payments"}, strings.TrimPrefix(path, "/api/v1/namespaces/")) ||
						strings.HasSuffix(path, "/networkpolicies")
				})
				slices.Sort(asked)
				want := append([]string{daemonSetsPath, "/version"}, tt.asked...)
				slices.Sort(want)
				if diff := cmp.Diff(want, asked); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestWhatNobodyAskedForIsNotRead(t *testing.T) {
	s := &server{}
	if _, err := reader(t, s).Read(t.Context(), live.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range s.asked {
		if path == daemonSetsPath || path == "/version" {
			t.Errorf("asked for %s", path)
		}
	}
}

func TestAnInterruptedRunDoesNotWaitForTheNetworkPlugin(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := reader(t, &server{}).Read(ctx, live.Options{NetworkPlugin: true}); apiserver.CauseOf(err) != apiserver.CauseInterrupted {
		t.Errorf("got %v", err)
	}
}

func reader(t *testing.T, s *server) *live.Reader {
	t.Helper()
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	config := &rest.Config{Host: web.URL, QPS: -1}
	return live.NewReader(&apiserver.Clients{
		Kubernetes: kubernetes.NewForConfigOrDie(config), Metadata: metadata.NewForConfigOrDie(config), Server: web.URL,
	}, 4)
}
