package reach_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/reach"
)

const suggestible = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f, uid: u, controller: true}]}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: toolbox, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: shop}
spec: {containers: [{name: c, image: i}]}
status: {phase: Succeeded}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gateway, namespace: payments}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: runner, namespace: jobs}
spec: {containers: [{name: c, image: i}]}`

func TestSuggest(t *testing.T) {
	inv := read(t, suggestible)
	for _, tt := range []struct {
		name, text, namespace string
		destination           bool
		want                  string
	}{
		{"a controller stands for its pods, and Services make no connections", "shop/", "", false, "shop/deployment/web shop/pod/toolbox"},
		{"a destination may be a Service", "shop/", "", true, "shop/deployment/web shop/pod/toolbox shop/service/web"},
		{"all pods, once pods are asked for", "shop/pod/", "", false, "shop/pod/toolbox shop/pod/web-1"},
		{"a kind stays as the user writes it", "shop/deploy/", "", false, "shop/deploy/web"},
		{"a short kind with the beginning of a name", "shop/po/w", "", false, "shop/po/web-1"},
		{"the beginning of a pod's name", "shop/we", "", false, "shop/web-1"},
		{"the beginning of a kind", "shop/s", "", true, "shop/service/web"},
		{"the default namespace is not written out", "", "shop", false, "deployment/web pod/toolbox"},
		{"a kind in the default namespace", "svc/", "shop", true, "svc/web"},
		{"a pod of the default namespace", "web", "shop", false, "web-1"},
		{"another namespace than the default", "payments/", "shop", false, "payments/pod/gateway"},
		{"the default namespace, written out all the same", "shop/deploy", "shop", false, "shop/deployment/web"},
		{"a namespace that is called like a kind", "jobs/", "", false, "jobs/pod/runner"},
		{"a namespace that does not exist", "shops/", "", false, ""},
		{"a kind that does not exist", "shop/ingress/", "", false, ""},
		{"too many parts", "shop/deploy/web/", "", false, ""},
		{"an address", "10.0.0.1", "shop", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := reach.Suggest(inv, tt.text, tt.namespace, tt.destination)
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tt.text, diff)
			}
			for _, word := range got {
				if _, err := reach.ParseRef(word, tt.namespace); err != nil {
					t.Errorf("what is suggested is refused: %v", err)
				}
			}
		})
	}
}

func TestEndpointNamespace(t *testing.T) {
	for _, tt := range []struct{ name, text, namespace, want string }{
		{"nothing is written", "", "", ""},
		{"the namespace is not complete", "sho", "", ""},
		{"a slash ends it", "shop/", "", "shop"},
		{"the default", "we", "shop", "shop"},
		{"a kind of the default", "deploy/w", "shop", "shop"},
		{"another than the default", "data/", "shop", "data"},
		{"a kind is a namespace where there is no default", "jobs/", "", "jobs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := reach.EndpointNamespace(tt.text, tt.namespace); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
