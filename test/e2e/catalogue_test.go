package e2e

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// promised are the postures that the catalogue's entries promise, ingress and egress.
var promised = map[string][2]string{
	"allow-all":            {"allow-all", "allow-all"},
	"allow-cluster":        {"cluster-wide", "cluster-wide"},
	"default-deny":         {"denied", "denied"},
	"default-deny-ingress": {"denied", "open"},
	"default-deny-egress":  {"open", "denied"},
	"allow-same-namespace": {"restricted", "restricted"},
	"allow-dns":            {"open", "restricted"},
}

// Each entry goes to the cluster by kubectl's hands and by fix's own, and the
// audit then finds the posture that the catalogue promises. rollback takes back
// what fix made.
func TestEveryEntryKeepsItsPromise(t *testing.T) {
	for _, entry := range baseline.Catalogue {
		t.Run(entry.Name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			tm.pod("a", "web")
			want := promised[entry.Name]
			wantPosture := func(by string) {
				t.Helper()
				got := row(t, audit(t, testcluster.Auditor, ok, "-l", tm.selector()), tm.ns("a"))
				if string(got.Posture.Ingress) != want[0] || string(got.Posture.Egress) != want[1] {
					t.Errorf("%s: %s and %s, want %v", by, got.Posture.Ingress, got.Posture.Egress, want)
				}
				if finding(got, "egress-without-dns") != nil && entry.NamesDNS() {
					t.Errorf("%s: it allows DNS, and the audit does not see it", by)
				}
				tm.wantPolicies("a", entry.ObjectName())
			}

			printed := cis532(t, testcluster.Auditor, "generate", "--policy", entry.Name, "-l", tm.selector())
			wantExit(t, printed, ok)
			if applied := cluster.KubectlInput(strings.NewReader(printed.Stdout), testcluster.Admin, "apply", "--validate=strict", "-f", "-"); applied.ExitCode != 0 {
				t.Fatalf("%+v", applied)
			}
			wantPosture("by kubectl apply")
			if removed := cluster.KubectlInput(strings.NewReader(printed.Stdout), testcluster.Admin, "delete", "-f", "-"); removed.ExitCode != 0 {
				t.Fatalf("%+v", removed)
			}

			report := fix(t, testcluster.Fixer, found, "--policy", entry.Name, "--yes", "-l", tm.selector())
			if got := fixed(t, report, tm.ns("a")); !isTrue(got.Verified) || report.Policy != entry.Name {
				t.Errorf("%+v", report)
			}
			wantPosture("by fix")
			rollback(t, testcluster.Fixer, found, "-l", tm.selector())
			tm.wantPolicies("a")

			single := cis532(t, testcluster.Auditor, "policies", entry.Name, "-n", tm.ns("a"), "-o", "yaml")
			wantExit(t, single, ok)
			if applied := cluster.KubectlInput(strings.NewReader(single.Stdout), testcluster.Admin, "apply", "--validate=strict", "-f", "-"); applied.ExitCode != 0 {
				t.Fatalf("%+v", applied)
			}
			wantPosture("by policies NAME")
		})
	}
}

// In a cluster with a DNS Service its own pods and addresses are named. Whoever
// may not read it gets the usual places, and is told so.
func TestDNSOfTheClusterIsNamed(t *testing.T) {
	c := startWhole(t)
	tm := newTeamIn(t, c, "a")
	selector := map[string]string{"dns": "ours"}
	if _, err := tm.client.CoreV1().Services("kube-system").Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-dns"},
		Spec: corev1.ServiceSpec{Selector: selector, Ports: []corev1.ServicePort{
			{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP, TargetPort: intstr.FromString("dns")},
			{Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromString("dns-tcp")},
		}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "dns", Labels: selector}, Spec: podSpec()}
	pod.Spec.Containers[0].Ports = []corev1.ContainerPort{
		{Name: "dns", ContainerPort: 5454, Protocol: corev1.ProtocolUDP}, {Name: "dns-tcp", ContainerPort: 5454, Protocol: corev1.ProtocolTCP},
	}
	if _, err := tm.client.CoreV1().Pods("kube-system").Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	svc, err := tm.client.CoreV1().Services("kube-system").Get(t.Context(), "kube-dns", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"generate", "--policy", "allow-dns", tm.ns("a")},
		{"generate", "--policy", "allow-same-namespace", "-l", tm.selector()},
		{"policies", "allow-dns", "-o", "yaml"},
		{"fix", "--policy", "allow-dns", "--dry-run=server", "-o", "yaml", tm.ns("a")},
	} {
		got := on(t, c, testcluster.Fixer, args...)
		wantText(t, got.Stdout, "dns: ours", "port: 5454", svc.Spec.ClusterIP+"/32", "169.254.20.10/32")
		wantText(t, got.Stderr, "DNS: Service kube-system/kube-dns")
		wantNoText(t, got.Stdout, "openshift-dns")
	}
	got := on(t, c, testcluster.Nobody, "policies", "allow-dns", "-o", "yaml")
	wantExit(t, got, ok)
	wantText(t, got.Stdout, "openshift-dns")
	wantText(t, got.Stderr, "the cluster's DNS could not be read", "services", "by convention")
}

// Where nobody can be asked, a policy that restricts needs --yes; a dry run does not.
func TestRestrictingFixNeedsConsent(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b")
	tm.pod("a", "web")
	if _, err := tm.client.CoreV1().Services(tm.ns("a")).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "front"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Selector: map[string]string{"app": "web"}, Ports: []corev1.ServicePort{{Port: 80}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	args := []string{"fix", "--policy", "default-deny-ingress", "-l", tm.selector()}
	for _, dryRun := range []string{"client", "server"} {
		got := cis532(t, testcluster.Fixer, append(args, "--dry-run="+dryRun)...)
		wantExit(t, got, found)
		wantText(t, got.Stderr, "cis-default-deny-ingress restricts ingress: 1 pod in 2 namespaces: "+tm.ns("a")+", "+tm.ns("b"),
			"no longer reached from outside the cluster (best effort): 1 Service of type LoadBalancer or NodePort: "+tm.ns("a")+"/front")
	}
	got := cis532(t, testcluster.Fixer, args...)
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, "nothing was written: default-deny-ingress would restrict 2 namespaces, and there is no terminal to ask on (--yes says that it is meant")
	tm.wantPolicies("a")
	tm.wantPolicies("b")
	wantExit(t, cis532(t, testcluster.Fixer, append(args, "--yes")...), found)
	tm.wantPolicies("a", "cis-default-deny-ingress")
	// Nothing is left to do: nothing is asked.
	wantExit(t, cis532(t, testcluster.Fixer, args...), ok)
}

// On a terminal fix asks, and does what the answer says.
func TestFixAsksOnATerminal(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		exit   int
		text   string
		left   []string
	}{
		"y creates":             {"y\n", found, "created cis-default-deny", []string{"cis-default-deny"}},
		"n writes nothing":      {"n\n", troubled, "nothing was written: it was not consented to", nil},
		"the end of input too":  {"\x04", troubled, "nothing was written: it was not consented to", nil},
		"Ctrl-C writes nothing": {"\x03", troubled, "interrupted: nothing was written", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			term := startOnTerminal(t, "fix", "--policy", "default-deny", "-l", tm.selector(), "--context="+testcluster.Fixer)
			until(t, "the question", func() bool { return strings.Contains(term.text(), "Create it there? [y/N]") })
			wantText(t, term.text(), "cis-default-deny restricts ingress and egress: 0 pods in 1 namespace: "+tm.ns("a"), "names would no longer be resolved")
			tm.wantPolicies("a")
			if _, err := io.WriteString(term.file, test.answer); err != nil {
				t.Fatal(err)
			}
			if exit := term.wait(t); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			wantText(t, term.text(), test.text)
			tm.wantPolicies("a", test.left...)
		})
	}
}

const twoPolicies = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, labels: {team: web}}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}
`

// The policies of a file are made in each namespace, all or none, and rolled back as any other.
func TestPolicyFile(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "full", "z")
	tm.allowPolicies("full", "object.metadata.name == 'deny'", "only one is allowed here")
	file := filepath.Join(t.TempDir(), "template.yaml")
	writeFile(t, file, twoPolicies)

	dry := fix(t, testcluster.Fixer, troubled, "--policy-file", file, "--dry-run=server", "-l", tm.selector())
	if got := fixed(t, dry, tm.ns("a")); got.Result != v1alpha1.ResultFixed || got.Reason != "would create deny, web" {
		t.Errorf("%+v", got)
	}
	report := fix(t, testcluster.Fixer, troubled, "--policy-file", file, "--yes", "-l", tm.selector())
	for _, name := range []string{"a", "z"} {
		got := fixed(t, report, tm.ns(name))
		if fmt.Sprint(got.Policies) != "[deny web]" || got.Reason != "created deny, web" || !isTrue(got.Verified) {
			t.Errorf("%+v", got)
		}
		tm.wantPolicies(name, "deny", "web")
	}
	got := fixed(t, report, tm.ns("full"))
	if got.Result != v1alpha1.ResultError {
		t.Errorf("%+v", got)
	}
	wantText(t, got.Reason, "only one is allowed here", "; deny was taken back")
	tm.wantPolicies("full")
	if report.Policy != "template.yaml" || report.Summary.Fixed != 2 || report.Summary.Error != 1 {
		t.Errorf("%+v", report)
	}
	np := tm.policies("a")["deny"]
	if np.Annotations["cis532.io/policy"] != "template.yaml" || np.Labels["team"] != "web" || np.Labels["app.kubernetes.io/managed-by"] != "kubectl-cis532" {
		t.Errorf("%+v", np.ObjectMeta)
	}
	back := rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	if back.Summary.Removed != 2 {
		t.Errorf("%+v", back)
	}
	tm.wantPolicies("a")
}

// A file that cannot be taken is refused before anything is asked of the cluster.
func TestBadPolicyFileIsRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "template.yaml")
	writeFile(t, file, twoPolicies+"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	mark, err := cluster.Mark()
	if err != nil {
		t.Fatal(err)
	}
	tm := newTeam(t)
	got := cis532(t, testcluster.Admin, "fix", "--policy-file", file, "--yes", "--as", "requests-"+tm.prefix)
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, file+`: document 3: NetworkPolicy "shop/web": metadata.namespace: Forbidden`)
	events, err := cluster.AuditLog(mark)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Impersonated == "requests-"+tm.prefix {
			t.Errorf("%s %s", e.Verb, e.RequestURI)
		}
	}
}
