package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// podSpec is one container with one named port.
func podSpec() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{
		Name: "c", Image: "registry.example.com/c:1", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
	}}}
}

// run makes a pod and then its status, as a kubelet would.
func (tm *team) run(namespace, name, app, ip string, owner *metav1.OwnerReference) {
	tm.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": app}}, Spec: podSpec()}
	if owner != nil {
		pod.OwnerReferences = []metav1.OwnerReference{*owner}
	}
	pods := tm.client.CoreV1().Pods(tm.ns(namespace))
	created, err := pods.Create(tm.t.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	created.Status.Phase, created.Status.PodIP, created.Status.PodIPs = corev1.PodRunning, ip, []corev1.PodIP{{IP: ip}}
	if _, err := pods.UpdateStatus(tm.t.Context(), created, metav1.UpdateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
}

// deploy makes a Deployment and its ReplicaSet, as the controllers would, and gives the reference for their pods.
func (tm *team) deploy(namespace, name, app string) *metav1.OwnerReference {
	tm.t.Helper()
	apps, yes := tm.client.AppsV1(), true
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: selector.MatchLabels}, Spec: podSpec()}
	deployment, err := apps.Deployments(tm.ns(namespace)).Create(tm.t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{Selector: selector, Template: template},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	set, err := apps.ReplicaSets(tm.ns(namespace)).Create(tm.t.Context(), &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: name + "-1", OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "Deployment", Name: name, UID: deployment.UID, Controller: &yes},
		}},
		Spec: appsv1.ReplicaSetSpec{Selector: selector, Template: template},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	return &metav1.OwnerReference{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: set.Name, UID: set.UID, Controller: &yes}
}

// newReachTeam is a web Deployment with two pods, and an API that only it may
// call, on the port named http, behind a Service.
//
// Addresses are the cluster's: each test has its own, which begin with net.
func newReachTeam(t *testing.T, net string) *team {
	t.Helper()
	tm := newTeam(t, "shop", "api")
	web := tm.deploy("shop", "web", "web")
	tm.run("shop", "web-1-a", "web", net+".1", web)
	tm.run("shop", "web-1-b", "web", net+".2", web)
	tm.run("shop", "cart", "cart", net+".3", nil)
	tm.run("api", "api", "api", net+".4", nil)
	_, err := tm.client.CoreV1().Services(tm.ns("api")).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "api"},
		Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "api"}, Ports: []corev1.ServicePort{
			{Name: "http", Port: 80, TargetPort: intstr.FromString("http")},
		}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	http := intstr.FromString("http")
	np := denyAll("api")
	np.Spec.PolicyTypes = np.Spec.PolicyTypes[:1]
	np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
		From: []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: tm.ns("shop")}},
			PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		}},
		Ports: []networkingv1.NetworkPolicyPort{{Port: &http}},
	}}
	tm.create("api", np)
	return tm
}

func TestReachOnALiveCluster(t *testing.T) {
	t.Parallel()
	tm := newReachTeam(t, "10.7.1")
	shop, api := tm.ns("shop"), tm.ns("api")
	for _, c := range []struct {
		name string
		args []string
		exit int
		want []string
	}{
		{"a Deployment is its pods, a Service its pod and target port", []string{shop + "/deploy/web", api + "/svc/api", "80"}, ok, []string{
			shop + "/pod/web-1-a allowed " + api + "/pod/api 8080/TCP egress: no policy selects the source; ingress: " + api + "/api ingress[0]",
			shop + "/pod/web-1-b allowed " + api + "/pod/api 8080/TCP",
		}},
		{"so is a ReplicaSet", []string{shop + "/rs/web-1", api + "/api", "8080"}, ok, []string{shop + "/pod/web-1-b allowed"}},
		{"another pod may not", []string{shop + "/cart", api + "/api", "8080"}, found, []string{"denied", "ingress: no rule of " + api + "/api"}},
		{"a pod's address is that pod", []string{"10.7.1.1", "10.7.1.4", "http"}, ok, []string{shop + "/pod/web-1-a allowed " + api + "/pod/api 8080/TCP"}},
		{"an address outside is not", []string{"192.0.2.1", api + "/api", "8080"}, found, []string{"denied"}},
		{"all that is allowed", []string{shop + "/web-1-a", api + "/api"}, ok, []string{"TCP 8080"}},
		{"a matrix has the Deployment once", []string{"--matrix", "8080", "-n", api}, ok, []string{
			shop + "/deployment/web allowed 8080/TCP " + api + "/pod/api", shop + "/pod/cart denied 8080/TCP " + api + "/pod/api",
		}},
		{"what is not there", []string{shop + "/wbe", api + "/api", "8080"}, troubled, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cis532(t, testcluster.Auditor, append([]string{"reach"}, c.args...)...)
			wantExit(t, got, c.exit)
			wantText(t, unaligned(got.Stdout), c.want...)
			wantNoText(t, got.Stderr, "warning:")
		})
	}
}

// The names that a matrix prints are tests that hold on the same cluster.
func TestReachExpectOnALiveCluster(t *testing.T) {
	t.Parallel()
	tm := newReachTeam(t, "10.7.2")
	names := cis532(t, testcluster.Auditor, "reach", "--matrix", "8080", "-n", tm.ns("api"), "-o", "name")
	wantExit(t, names, ok)
	file := filepath.Join(t.TempDir(), "connections.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var own []string
	for line := range strings.Lines(names.Stdout) {
		if strings.Count(line, tm.prefix) == 2 {
			own = append(own, line)
		}
	}
	if len(own) != 4 {
		t.Fatalf("%d pairs, want those of two workloads with the API: %q", len(own), own)
	}
	write(strings.Join(own, ""))
	got := cis532(t, testcluster.Auditor, "reach", "--expect", file)
	wantExit(t, got, ok)
	wantText(t, got.Stderr, "4 of 4 agree")

	write("# wrong on purpose\n" + tm.ns("shop") + "/cart " + tm.ns("api") + "/svc/api 80 allow\n")
	got = cis532(t, testcluster.Auditor, "reach", "--expect", file, "-o", "json")
	wantExit(t, got, found)
	want := []v1alpha1.Mismatch{{
		Line: 2, From: tm.ns("shop") + "/cart", To: tm.ns("api") + "/svc/api", Port: "80", Expected: v1alpha1.ReachAllowed, Got: v1alpha1.ReachDenied,
		Decided: "ingress: no rule of " + tm.ns("api") + "/api",
	}}
	if diff := cmp.Diff(want, decode[v1alpha1.ReachExpectations](t, got.Stdout).Mismatches); diff != "" {
		t.Errorf("mismatches (-want +got):\n%s", diff)
	}
}

func TestReachWithoutPermissionsNamesThem(t *testing.T) {
	t.Parallel()
	got := cis532(t, testcluster.Nobody, "reach", "a/b", "c/d", "80")
	wantExit(t, got, troubled)
	if got.Stdout != "" {
		t.Errorf("an answer without evidence: %s", got.Stdout)
	}
	wantText(t, got.Stderr, "explain rbac-audit | kubectl apply -f -")
	for _, what := range []string{"namespaces at the cluster scope", "networkpolicies.networking.k8s.io in all namespaces", "services in all namespaces", "pods in all namespaces"} {
		wantText(t, got.Stderr, "error: cannot list "+what+`: forbidden for user "nobody"`)
	}
	// Controllers are only names: one warning for all of their kinds.
	if n := strings.Count(got.Stderr, "warning:"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, got.Stderr)
	}
	wantText(t, got.Stderr, "deployments.apps", "cronjobs.batch")
}

func TestReachOnlyReads(t *testing.T) {
	t.Parallel()
	tm := newReachTeam(t, "10.7.3")
	file := filepath.Join(t.TempDir(), "connections.txt")
	if err := os.WriteFile(file, []byte(tm.ns("shop")+"/cart "+tm.ns("api")+"/api 8080 deny\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"reach", tm.ns("shop") + "/deploy/web", tm.ns("api") + "/svc/api", "80"},
		{"reach", "--matrix", "80", "-n", tm.ns("api")},
		{"reach", "--expect", file},
	} {
		for _, e := range requests(t, tm, ok, args...) {
			if e.Verb != "list" && e.RequestURI != "/apis" || strings.Contains(e.RequestURI, "resourceVersion=0") {
				t.Errorf("%v: %s %s", args, e.Verb, e.RequestURI)
			}
		}
	}
}
