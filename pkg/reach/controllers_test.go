package reach_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

// deployment is one with its ReplicaSet, as a dump of a cluster has it.
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}
`

// replicas are its pods, on different sides of a block.
const replicas = `
apiVersion: v1
kind: Pod
metadata: {name: web-1-a, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}]}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1-b, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}]}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.9.1}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1-gone, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}]}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.3, phase: Failed}
`

const around = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i, ports: [{name: sql, containerPort: 5432}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: idle, namespace: data}
spec: {replicas: 0, selector: {matchLabels: {app: idle}}, template: {metadata: {labels: {app: idle}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const blocked = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]}
`

func TestControllersInManifestsAreThePodsThatTheyWouldMake(t *testing.T) {
	answers{
		{"a Deployment", "shop/deploy/web data/sts/db 5432", "shop/deployment/web data/statefulset/db 5432/TCP allowed"},
		{"its ReplicaSet, which is not counted beside it, can be named", "shop/rs/web-1 data/sts/db 5432", "shop/replicaset/web-1 data/statefulset/db 5432/TCP allowed"},
		{"a port's name comes from the template", "shop/deploy/web data/sts/db sql", "shop/deployment/web data/statefulset/db 5432/TCP allowed"},
		{"replicas 0 make no pod", "data/deploy/idle data/sts/db 5432", "error: source data/deployment/idle not found"},
		{"a Service picks the template", "data/sts/db shop/svc/web 80", "data/statefulset/db shop/deployment/web 80/TCP allowed via shop/service/web 80/TCP"},
	}.check(t, cluster(t, deployment, around))
	answers{
		{"a template's address is not known", "shop/deploy/web data/sts/db 5432", "shop/deployment/web data/statefulset/db 5432/TCP unknown"},
	}.check(t, cluster(t, deployment, around, blocked))
}

func TestPodsInADumpStandForTheirController(t *testing.T) {
	c := cluster(t, deployment, replicas, around, blocked)
	both := `
shop/pod/web-1-a data/statefulset/db 5432/TCP allowed
shop/pod/web-1-b data/statefulset/db 5432/TCP denied`
	answers{
		{"a Deployment is its pods, without the finished one", "shop/deploy/web data/sts/db 5432", both},
		{"so is its ReplicaSet", "shop/rs/web-1 data/sts/db 5432", both},
		{"a pod whose controller is in the input can be named", "shop/web-1-b data/sts/db 5432", "shop/pod/web-1-b data/statefulset/db 5432/TCP denied"},
		{"and so by its address", "10.0.0.1 data/sts/db 5432", "shop/pod/web-1-a data/statefulset/db 5432/TCP allowed"},
		{"a Service picks the pods, not the template", "data/sts/db shop/svc/web 80", `
data/statefulset/db shop/pod/web-1-a 80/TCP allowed via shop/service/web 80/TCP
data/statefulset/db shop/pod/web-1-b 80/TCP allowed via shop/service/web 80/TCP`},
	}.check(t, c)
	// The two pods are told apart by a block, so that each has rows of its own.
	if diff := cmp.Diff([]string{"data/statefulset/db", "shop/pod/web-1-a", "shop/pod/web-1-b"}, sources(t, c)); diff != "" {
		t.Errorf("workloads of the matrix (-want +got):\n%s", diff)
	}
	// Without the block they are one, under their Deployment's name.
	if diff := cmp.Diff([]string{"data/statefulset/db", "shop/deployment/web"}, sources(t, cluster(t, deployment, replicas, around))); diff != "" {
		t.Errorf("workloads of the matrix (-want +got):\n%s", diff)
	}
}

// sources are the workloads of a matrix.
func sources(t *testing.T, c *reach.Cluster) []string {
	t.Helper()
	m, err := c.Matrix(reach.Port{Number: 5432, Protocol: "TCP"}, "")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for e := range m.Entries() {
		names = append(names, e.From)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Live, controllers are only names for pods; where there are none, they say what a pod would be like.
func TestControllersBesideLivePods(t *testing.T) {
	inv := read(t, strings.Join([]string{deployment, replicas, around, blocked}, "\n---\n"))
	live := &inventory.Inventory{Namespaces: inv.Namespaces, Services: inv.Services}
	for _, w := range inv.Workloads {
		w.Owned = false
		if w.Kind == "pod" {
			live.Workloads = append(live.Workloads, w)
		} else {
			live.Templates = append(live.Templates, w)
		}
	}
	c := reach.New(live)
	answers{
		{"a Deployment is its pods", "shop/deploy/web 203.0.113.1 443", `
shop/pod/web-1-a 203.0.113.1 443/TCP allowed
shop/pod/web-1-b 203.0.113.1 443/TCP allowed`},
		{"a StatefulSet without pods is what one would be like", "shop/web-1-a data/sts/db 5432", "shop/pod/web-1-a data/statefulset/db 5432/TCP allowed"},
	}.check(t, c)
	m, err := c.Matrix(reach.Port{}, "")
	if err != nil || m.Workloads() != 1 {
		t.Errorf("%d workloads, %v, want only the Deployment's pods", m.Workloads(), err)
	}
}
