package live_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
)

// policyServer has namespaces and NetworkPolicies, no pods, and of other kinds what it is told: a body, or a status.
type policyServer struct {
	mutex  sync.Mutex
	bodies map[string]string
	// statuses answer in place of a body.
	statuses map[string]int
	asked    []string
}

func (s *policyServer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	path := req.URL.Path
	if next := req.URL.Query().Get("continue"); next != "" {
		path += "?" + next
	}
	s.asked = append(s.asked, path)
	w.Header().Set("Content-Type", "application/json")
	body, found := s.bodies[path]
	status := s.statuses[path]
	switch {
	case status == 0 && !found && strings.HasPrefix(path, "/api/v1/namespaces/"):
		_, _ = fmt.Fprintf(w, `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":%q}}`, strings.TrimPrefix(path, "/api/v1/namespaces/"))
		return
	case status == 0 && !found && (path == "/api/v1/namespaces" || strings.HasSuffix(path, "/networkpolicies") && strings.HasPrefix(path, "/apis/networking.k8s.io/")):
		if path == "/api/v1/namespaces" {
			body = `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{},"items":[]}`
		} else {
			body = `{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{},"items":[]}`
		}
	case status == 0 && !found:
		status = http.StatusNotFound
	}
	reasons := map[int]string{http.StatusNotFound: "NotFound", http.StatusForbidden: "Forbidden", http.StatusServiceUnavailable: "ServiceUnavailable"}
	if status != 0 {
		w.WriteHeader(status)
		body = fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"message":"x is forbidden: User \"eve\" cannot list resource \"x\""}`,
			reasons[status], status)
	}
	_, _ = fmt.Fprint(w, body)
}

// served is the answer to /apis.
func served(groupVersions ...string) string {
	var groups []string
	for _, gv := range groupVersions {
		group, version, _ := strings.Cut(gv, "/")
		groups = append(groups, fmt.Sprintf(`{"name":%q,"versions":[{"groupVersion":%q,"version":%q}]}`, group, gv, version))
	}
	return `{"kind":"APIGroupList","apiVersion":"v1","groups":[` + strings.Join(groups, ",") + `]}`
}

// items is a list of objects of one kind, each given as its name, or NAMESPACE/NAME.
func items(apiVersion, kind, spec string, names ...string) string {
	var all []string
	for _, name := range names {
		namespace := ""
		if before, after, ok := strings.Cut(name, "/"); ok {
			namespace, name = before, after
		}
		all = append(all, fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"name":%q,"namespace":%q,"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":%s}`,
			apiVersion, kind, name, namespace, spec))
	}
	return fmt.Sprintf(`{"apiVersion":%q,"kind":"%sList","metadata":{},"items":[%s]}`, apiVersion, kind, strings.Join(all, ","))
}

const (
	ciliumList       = "/apis/cilium.io/v2/ciliumnetworkpolicies"
	clusterwideList  = "/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies"
	calicoList       = "/apis/projectcalico.org/v3/networkpolicies"
	calicoGlobalList = "/apis/projectcalico.org/v3/globalnetworkpolicies"
	storedList       = "/apis/crd.projectcalico.org/v1/networkpolicies"
	storedGlobalList = "/apis/crd.projectcalico.org/v1/globalnetworkpolicies"
)

func TestPoliciesOfOtherKindsAreRead(t *testing.T) {
	cilium := items("cilium.io/v2", "CiliumNetworkPolicy", `{"endpointSelector":{}}`, "shop/b", "shop/a")
	firstPage := strings.Replace(items("cilium.io/v2", "CiliumNetworkPolicy", `{"endpointSelector":{}}`, "shop/a"), `"metadata":{},"items"`, `"metadata":{"continue":"more"},"items"`, 1)
	secondPage := items("cilium.io/v2", "CiliumNetworkPolicy", `{"endpointSelector":{}}`, "shop/b")
	calico := items("projectcalico.org/v3", "GlobalNetworkPolicy", `{}`, "deny")
	stored := items("crd.projectcalico.org/v1", "GlobalNetworkPolicy", `{}`, "default.deny")
	empty := func(apiVersion, kind string) string { return items(apiVersion, kind, "{}") }
	for _, tt := range []struct {
		name     string
		names    []string
		bodies   map[string]string
		statuses map[string]int
		want     []string
		gaps     []string
		// asked are the requests, each once; nil leaves them unchecked.
		asked []string
	}{
		{
			name:   "a cluster without such kinds costs one request",
			bodies: map[string]string{"/apis": served("apps/v1", "policy/v1")},
			asked:  []string{"/apis"},
		},
		{
			name:   "a version that is not read is a gap",
			bodies: map[string]string{"/apis": served("cilium.io/v3", "policy.networking.k8s.io/v1alpha1", "policy.networking.k8s.io/v1beta1")},
			gaps: []string{"| policies of cilium.io/v3 cannot be read by this version of the program",
				"| policies of policy.networking.k8s.io/v1beta1 cannot be read by this version of the program"},
			asked: []string{"/apis", "/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies", "/apis/policy.networking.k8s.io/v1alpha1/baselineadminnetworkpolicies"},
		},
		{
			name:   "not where what is read is served too",
			bodies: map[string]string{"/apis": served("cilium.io/v2", "cilium.io/v2alpha1", "policy.networking.k8s.io/v1alpha1")},
		},
		{
			name:   "a kind is listed once, and one that is not there has none",
			bodies: map[string]string{"/apis": served("cilium.io/v2"), ciliumList: cilium},
			want:   []string{"CiliumNetworkPolicy shop/a", "CiliumNetworkPolicy shop/b"},
			asked:  []string{"/apis", clusterwideList, ciliumList},
		},
		{
			name:   "all pages are read",
			bodies: map[string]string{"/apis": served("cilium.io/v2"), ciliumList: firstPage, ciliumList + "?more": secondPage},
			want:   []string{"CiliumNetworkPolicy shop/a", "CiliumNetworkPolicy shop/b"},
		},
		{
			name:  "named namespaces are read one by one, and what lives in none once",
			names: []string{"shop", "payments"},
			bodies: map[string]string{
				"/apis": served("cilium.io/v2"), "/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies": cilium,
				"/apis/cilium.io/v2/namespaces/payments/ciliumnetworkpolicies": empty("cilium.io/v2", "CiliumNetworkPolicy"),
				clusterwideList: items("cilium.io/v2", "CiliumClusterwideNetworkPolicy", `{"endpointSelector":{}}`, "all"),
			},
			want: []string{"CiliumClusterwideNetworkPolicy all", "CiliumNetworkPolicy shop/a", "CiliumNetworkPolicy shop/b"},
			asked: []string{"/apis", clusterwideList, "/apis/cilium.io/v2/namespaces/payments/ciliumnetworkpolicies",
				"/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies"},
		},
		{
			name:   "Calico's are read as they are written",
			bodies: map[string]string{"/apis": served("projectcalico.org/v3", "crd.projectcalico.org/v1"), calicoList: empty("projectcalico.org/v3", "NetworkPolicy"), calicoGlobalList: calico, storedGlobalList: stored},
			want:   []string{"GlobalNetworkPolicy deny"},
			asked:  []string{"/apis", calicoGlobalList, calicoList},
		},
		{
			name:     "or else as they are stored",
			bodies:   map[string]string{"/apis": served("projectcalico.org/v3", "crd.projectcalico.org/v1"), storedList: empty("crd.projectcalico.org/v1", "NetworkPolicy"), storedGlobalList: stored},
			statuses: map[string]int{calicoList: http.StatusForbidden, calicoGlobalList: http.StatusServiceUnavailable},
			want:     []string{"GlobalNetworkPolicy default.deny"},
			asked:    []string{"/apis", storedGlobalList, storedList, calicoGlobalList, calicoList},
		},
		{
			name:     "what is forbidden is a gap that names the permission",
			bodies:   map[string]string{"/apis": served("cilium.io/v2"), ciliumList: cilium},
			statuses: map[string]int{clusterwideList: http.StatusForbidden},
			want:     []string{"CiliumNetworkPolicy shop/a", "CiliumNetworkPolicy shop/b"},
			gaps:     []string{`| cannot list ciliumclusterwidenetworkpolicies.cilium.io in all namespaces: forbidden for user "eve"`},
		},
		{
			name:     "in a named namespace too",
			names:    []string{"shop"},
			bodies:   map[string]string{"/apis": served("cilium.io/v2")},
			statuses: map[string]int{"/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies": http.StatusForbidden},
			gaps:     []string{`shop| cannot list ciliumnetworkpolicies.cilium.io in namespace "shop": forbidden for user "eve"`},
		},
		{
			name:     "a server that stays down is not waited for",
			bodies:   map[string]string{"/apis": served("projectcalico.org/v3"), calicoList: empty("projectcalico.org/v3", "NetworkPolicy")},
			statuses: map[string]int{calicoGlobalList: http.StatusServiceUnavailable},
			gaps:     []string{`| cannot list globalnetworkpolicies.projectcalico.org in all namespaces: x is forbidden: User "eve" cannot list resource "x"`},
		},
		{
			name:     "without the list of groups every kind is tried",
			bodies:   map[string]string{ciliumList: cilium},
			statuses: map[string]int{"/apis": http.StatusForbidden},
			want:     []string{"CiliumNetworkPolicy shop/a", "CiliumNetworkPolicy shop/b"},
		},
		{
			name:   "an object that cannot be read is a gap",
			bodies: map[string]string{"/apis": served("cilium.io/v2"), ciliumList: items("cilium.io/v2", "CiliumNetworkPolicy", `{"endpointSelector":[]}`, "shop/a")},
			gaps:   []string{`shop| ciliumnetworkpolicies.cilium.io "shop/a": spec.endpointSelector: Invalid type: it must not be a list`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := &policyServer{bodies: tt.bodies, statuses: tt.statuses}
			web := httptest.NewServer(server)
			defer web.Close()
			inv, err := live.NewReader(clientsOf(t, web), 4).Read(context.Background(), live.Options{Names: tt.names, OtherPolicies: true})
			if err != nil {
				t.Fatal(err)
			}
			var policies, gaps []string
			for _, p := range inv.OtherPolicies {
				policies = append(policies, p.String())
			}
			for _, gap := range inv.OtherPoliciesUnknown {
				gaps = append(gaps, gap.Namespace+"| "+gap.Err.Error())
			}
			if diff := cmp.Diff([][]string{tt.want, tt.gaps}, [][]string{policies, gaps}); diff != "" {
				t.Errorf("policies and gaps (-want +got):\n%s", diff)
			}
			if tt.asked == nil {
				return
			}
			asked := slices.DeleteFunc(server.asked, func(path string) bool {
				return strings.HasPrefix(path, "/api/v1/") || strings.HasPrefix(path, "/apis/networking.k8s.io/")
			})
			slices.Sort(asked)
			if diff := cmp.Diff(tt.asked, asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPoliciesOfOtherKindsAreOnlyReadOnRequest(t *testing.T) {
	server := &policyServer{}
	web := httptest.NewServer(server)
	defer web.Close()
	if _, err := live.NewReader(clientsOf(t, web), 4).Read(context.Background(), live.Options{}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(server.asked, "/apis") {
		t.Errorf("asked %v", server.asked)
	}
}

func clientsOf(t *testing.T, server *httptest.Server) *apiserver.Clients {
	t.Helper()
	config := &rest.Config{Host: server.URL, QPS: -1}
	clients := &apiserver.Clients{Server: server.URL}
	var err error
	if clients.Kubernetes, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if clients.Metadata, err = metadata.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if clients.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return clients
}
