package manifests_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

func read(t *testing.T, text string) *inventory.Inventory {
	t.Helper()
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// workloads lists the pods that count, as "ref labels".
func workloads(inv *inventory.Inventory) []string {
	var refs []string
	for _, w := range inv.Workloads {
		if !w.Owned && !w.Finished {
			refs = append(refs, w.Ref()+" "+fmt.Sprint(w.Labels["app"]))
		}
	}
	slices.Sort(refs)
	return refs
}

const template = `template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}`

func TestEveryKindThatMakesPodsCountsAsAPod(t *testing.T) {
	for _, tt := range []struct{ apiVersion, kind, spec string }{
		{"apps/v1", "Deployment", template},
		{"apps/v1", "ReplicaSet", template},
		{"apps/v1", "StatefulSet", template},
		{"apps/v1", "DaemonSet", template},
		{"v1", "ReplicationController", template},
		{"batch/v1", "Job", template},
		{"batch/v1", "CronJob", "jobTemplate: {spec: {" + template + "}}"},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			object := func(spec string) string {
				return fmt.Sprintf("{apiVersion: %s, kind: %s, metadata: {name: x, namespace: shop}, spec: {%s}}", tt.apiVersion, tt.kind, spec)
			}
			want := []string{"shop/" + strings.ToLower(tt.kind) + "/x web"}
			if diff := cmp.Diff(want, workloads(read(t, object(tt.spec)))); diff != "" {
				t.Errorf("workloads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoReplicasAreNoPod(t *testing.T) {
	for _, tt := range []struct{ apiVersion, kind, spec string }{
		{"apps/v1", "Deployment", "replicas: 0, " + template},
		{"apps/v1", "ReplicaSet", "replicas: 0, " + template},
		{"apps/v1", "StatefulSet", "replicas: 0, " + template},
		{"v1", "ReplicationController", "replicas: 0"},
		{"batch/v1", "Job", "parallelism: 0, " + template},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			inv := read(t, fmt.Sprintf("{apiVersion: %s, kind: %s, metadata: {name: x, namespace: shop}, spec: {%s}}", tt.apiVersion, tt.kind, tt.spec))
			if got := workloads(inv); len(got) > 0 {
				t.Errorf("workloads %v, want none", got)
			}
			if inv.Namespace("shop") == nil {
				t.Error("its namespace is there all the same")
			}
		})
	}
}

// owned is the metadata of an object with a controller.
func owned(name, apiVersion, kind, owner string) string {
	return fmt.Sprintf("{name: %s, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: %s, kind: %s, name: %s, uid: u, controller: true}]}", name, apiVersion, kind, owner)
}

func TestWhatAControllerInTheInputOwnsIsNotCountedTwice(t *testing.T) {
	deployment := "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {" + template + "}}"
	replicaSet := "{apiVersion: apps/v1, kind: ReplicaSet, metadata: " + owned("web-1", "apps/v1", "Deployment", "web") + ", spec: {" + template + "}}"
	pod := func(name string) string {
		return "{apiVersion: v1, kind: Pod, metadata: " + owned(name, "apps/v1", "ReplicaSet", "web-1") + ", spec: {containers: [{name: c, image: i}]}}"
	}
	for _, tt := range []struct {
		name      string
		documents []string
		want      []string
	}{
		{"a pod whose controller is not there", []string{pod("a"), pod("b")}, []string{"shop/pod/a web", "shop/pod/b web"}},
		{"pods of a replica set", []string{pod("a"), pod("b"), replicaSet}, []string{"shop/replicaset/web-1 web"}},
		{"all three", []string{deployment, replicaSet, pod("a")}, []string{"shop/deployment/web web"}},
		{"the owner comes last", []string{pod("a"), replicaSet, deployment}, []string{"shop/deployment/web web"}},
		{"a controller of the same name elsewhere", []string{strings.ReplaceAll(replicaSet, "shop", "payments"), pod("a")},
			[]string{"payments/replicaset/web-1 web", "shop/pod/a web"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, workloads(read(t, strings.Join(tt.documents, "\n---\n")))); diff != "" {
				t.Errorf("workloads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatHasFinishedDoesNotCount(t *testing.T) {
	pod := func(phase string) string {
		return "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {containers: []}, status: {phase: " + phase + "}}"
	}
	job := func(condition string) string {
		return "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: shop}, spec: {" + template + "}, status: {conditions: [{type: " + condition + ", status: 'True'}]}}"
	}
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"a running pod":     {pod("Running"), 1},
		"a pending pod":     {pod("Pending"), 1},
		"a succeeded pod":   {pod("Succeeded"), 0},
		"a failed pod":      {pod("Failed"), 0},
		"a suspended job":   {job("Suspended"), 1},
		"a complete job":    {job("Complete"), 0},
		"a job that failed": {job("Failed"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := workloads(read(t, tt.text)); len(got) != tt.want {
				t.Errorf("workloads %v, want %d", got, tt.want)
			}
		})
	}
}

func TestANamespaceExistsIfAnythingLivesInIt(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"declared", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", "shop(declared)"},
		{"a built-in kind", "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}}", "shop"},
		{"an unknown kind", "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: shop}}", "shop"},
		{"an unknown kind without namespace may live in none", "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}", ""},
		{"a built-in kind without namespace", "{apiVersion: v1, kind: Secret, metadata: {name: s}}", "default"},
		{"a cluster-scoped kind", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r, namespace: shop}}", ""},
		{"a list of anything", "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}}, {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: payments}}]}]}", "payments(declared) shop"},
		{"a typed list whose items leave out their kind", "{apiVersion: v1, kind: NamespaceList, items: [{metadata: {name: shop}}]}", "shop(declared)"},
		{"a null document", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\nnull\n", "shop(declared)"},
		{"a generated name", "{apiVersion: v1, kind: Pod, metadata: {generateName: p-, namespace: shop}, spec: {containers: []}}", "shop"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := read(t, tt.text)
			var got []string
			for _, ns := range inv.Namespaces {
				name := ns.Name
				if ns.Declared {
					name += "(declared)"
				}
				if ns.Labels["kubernetes.io/metadata.name"] != ns.Name {
					t.Errorf("labels of %s: %v", ns.Name, ns.Labels)
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("namespaces %v, want %q", got, tt.want)
			}
			if tt.want != "" && len(inv.Gaps) > 0 {
				t.Errorf("gaps: %v", inv.Gaps)
			}
		})
	}
}

// The label of the name is the API server's, whatever a manifest says.
func TestTheNameLabelIsTheName(t *testing.T) {
	inv := read(t, "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {kubernetes.io/metadata.name: other, team: a}}}")
	if diff := cmp.Diff(map[string]string{"kubernetes.io/metadata.name": "shop", "team": "a"}, inv.Namespaces[0].Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

func TestABoundOnWhatIsRead(t *testing.T) {
	text := "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
	for bound, want := range map[int64]string{
		int64(len(text)):     "",
		int64(len(text)) - 1: fmt.Sprintf("read standard input: larger than %d bytes", len(text)-1),
	} {
		_, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(text), MaxBytes: bound})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("with a bound of %d: %q, want %q", bound, got, want)
		}
	}
}

func TestReadOfAURL(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ns.yaml" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprint(w, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")
	}))
	defer server.Close()
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{server.URL + "/ns.yaml"}})
	if err != nil || inv.Namespace("shop") == nil {
		t.Errorf("%v, %v", inv, err)
	}
	_, err = manifests.Read(context.Background(), manifests.Options{Paths: []string{server.URL + "/missing.yaml"}})
	if want := "read " + server.URL + "/missing.yaml: the server answered 404 Not Found"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = manifests.Read(canceled, manifests.Options{Paths: []string{server.URL + "/ns.yaml"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the run was cancelled", err)
	}
}
