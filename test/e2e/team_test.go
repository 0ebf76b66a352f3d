package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// baselineName is the name of the policy that fix creates.
const baselineName = "cis-default-allow"

// deadline bounds every wait of a test.
const deadline = 30 * time.Second

// team is the namespaces of one test. They share a prefix and a label, by which -l narrows to them.
type team struct {
	t       *testing.T
	cluster *testcluster.Cluster
	client  kubernetes.Interface
	prefix  string
}

// newTeam makes namespaces in the shared cluster.
func newTeam(t *testing.T, names ...string) *team {
	t.Helper()
	return newTeamIn(t, cluster, names...)
}

func newTeamIn(t *testing.T, c *testcluster.Cluster, names ...string) *team {
	t.Helper()
	tm := &team{t: t, cluster: c, client: adminOf(t, c), prefix: "e2e-" + strings.ToLower(rand.Text()[:8])}
	for _, name := range names {
		tm.add(name, nil)
	}
	if c == cluster {
		// Another cluster is gone with its test.
		t.Cleanup(tm.remove)
	}
	return tm
}

// adminOf is a client that may do everything.
func adminOf(t *testing.T, c *testcluster.Cluster) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// add makes another namespace, with annotations.
func (tm *team) add(name string, annotations map[string]string) {
	tm.t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: tm.ns(name), Labels: map[string]string{"team": tm.prefix}, Annotations: annotations,
	}}
	if _, err := tm.client.CoreV1().Namespaces().Create(tm.t.Context(), ns, metav1.CreateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
}

// label puts a label on a namespace.
func (tm *team) label(name, key, value string) {
	tm.t.Helper()
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": map[string]string{key: value}}})
	if err != nil {
		tm.t.Fatal(err)
	}
	_, err = tm.client.CoreV1().Namespaces().Patch(tm.t.Context(), tm.ns(name), types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
}

// ns is the namespace's whole name.
func (tm *team) ns(name string) string { return tm.prefix + "-" + name }

// selector is the label that all the namespaces have.
func (tm *team) selector() string { return "team=" + tm.prefix }

// remove takes the namespaces away. Nobody empties a namespace that is being
// deleted here, nor ends it: there are no controllers.
func (tm *team) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	list, err := tm.client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{LabelSelector: tm.selector()})
	if err != nil {
		tm.t.Errorf("clean up: %v", err)
		return
	}
	inParallel(len(list.Items), func(i int) {
		name := list.Items[i].Name
		if err := removeNamespace(ctx, tm.client, name); err != nil {
			tm.t.Errorf("clean up: namespace %q: %v", name, err)
		}
	})
}

func removeNamespace(ctx context.Context, client kubernetes.Interface, name string) error {
	err := client.NetworkingV1().NetworkPolicies(name).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if err := client.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return err
	}
	ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	ns.Spec.Finalizers, ns.Finalizers = nil, nil
	// One finalizer may be left after this where metadata had some; the cluster ends with the tests.
	if _, err = client.CoreV1().Namespaces().Finalize(ctx, ns, metav1.UpdateOptions{}); apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// allowAll is a policy that cuts nothing, as fix makes it, but somebody else's.
func allowAll(name string) *networkingv1.NetworkPolicy {
	np := denyAll(name)
	np.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
	np.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{}}
	return np
}

// denyAll is a default deny for both directions.
func denyAll(name string) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		},
	}
}

// create makes a policy as somebody else would.
func (tm *team) create(name string, np *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	tm.t.Helper()
	created, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(name)).Create(tm.t.Context(), np, metav1.CreateOptions{FieldManager: "somebody"})
	if err != nil {
		tm.t.Fatal(err)
	}
	return created
}

// policies are the names of a namespace's policies, with their objects.
func (tm *team) policies(name string) map[string]networkingv1.NetworkPolicy {
	tm.t.Helper()
	list, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(name)).List(tm.t.Context(), metav1.ListOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	all := map[string]networkingv1.NetworkPolicy{}
	for _, np := range list.Items {
		all[np.Name] = np
	}
	return all
}

// wantPolicies checks which policies a namespace has.
func (tm *team) wantPolicies(name string, want ...string) {
	tm.t.Helper()
	got := tm.policies(name)
	for _, policy := range want {
		if _, there := got[policy]; !there {
			tm.t.Errorf("namespace %q: policy %q is missing", tm.ns(name), policy)
		}
		delete(got, policy)
	}
	for policy := range maps.Keys(got) {
		tm.t.Errorf("namespace %q: policy %q should not be there", tm.ns(name), policy)
	}
}
