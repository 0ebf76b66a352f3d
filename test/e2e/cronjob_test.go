//go:build unix

package e2e

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

const (
	cronJobFile      = "../../deploy/cronjob.yaml"
	cronJobNamespace = "cis532-audit"
)

// cronJobCluster is a cluster to which the shipped manifests are applied, with its CronJob as the server has it.
func cronJobCluster(t *testing.T) (*testcluster.Cluster, *batchv1.CronJob) {
	t.Helper()
	c, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	// Unknown fields and values that the server would drop are errors.
	must(t, c.Kubectl(testcluster.Admin, "apply", "--validate=strict", "-f", "../../deploy/rbac-audit.yaml", "-f", cronJobFile))
	got := c.Kubectl(testcluster.Admin, "-n", cronJobNamespace, "get", "cronjob", "cis532-audit", "-o", "yaml")
	must(t, got)
	job := &batchv1.CronJob{}
	if err := yaml.UnmarshalStrict([]byte(got.Stdout), job); err != nil {
		t.Fatal(err)
	}
	return c, job
}

func must(t *testing.T, got testcluster.Result) {
	t.Helper()
	if got.ExitCode != 0 || strings.Contains(got.Stderr, "Warning") {
		t.Fatalf("exit code %d: %s", got.ExitCode, got.Stderr)
	}
}

// The namespace enforces the Pod Security Standard "restricted", and the pods of the CronJob keep it.
func TestCronJobsPodsAreRestricted(t *testing.T) {
	c, job := cronJobCluster(t)
	template := job.Spec.JobTemplate.Spec.Template
	pod := func(spec corev1.PodSpec) testcluster.Result {
		text, err := yaml.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "Pod", "metadata": map[string]string{"generateName": "audit-", "namespace": cronJobNamespace}, "spec": spec,
		})
		if err != nil {
			t.Fatal(err)
		}
		return c.KubectlInput(strings.NewReader(string(text)), testcluster.Admin, "create", "-f", "-")
	}
	must(t, pod(template.Spec))
	// The server does check it.
	privileged := template.Spec.DeepCopy()
	privileged.Containers[0].SecurityContext = nil
	if got := pod(*privileged); got.ExitCode == 0 || !strings.Contains(got.Stderr, `violates PodSecurity "restricted`) {
		t.Errorf("exit code %d: %s", got.ExitCode, got.Stderr)
	}
}

// The namespace of the audit passes it, with nothing to be said about its policy.
func TestCronJobsNamespacePassesTheAudit(t *testing.T) {
	got := cluster.Run(nil, plugin, "audit", "-f", cronJobFile, "-o", "json")
	wantExit(t, got, ok)
	r := decode[v1alpha1.AuditReport](t, got.Stdout)
	if len(r.Namespaces) != 1 || len(r.Namespaces[0].Findings) > 0 || *r.Namespaces[0].Posture != (v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureDenied, Egress: v1alpha1.PostureRestricted}) {
		t.Errorf("%+v", r.Namespaces)
	}
}

// What the CronJob runs, as the service account that it has.
func TestCronJobsServiceAccountMayAudit(t *testing.T) {
	c, job := cronJobCluster(t)
	container := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	token := c.Kubectl(testcluster.Admin, "-n", cronJobNamespace, "create", "token", job.Spec.JobTemplate.Spec.Template.Spec.ServiceAccountName)
	must(t, token)
	ca := c.Kubectl(testcluster.Admin, "config", "view", "--raw", "--minify", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}")
	must(t, ca)
	decoded := c.Run(strings.NewReader(ca.Stdout), "base64", "-d")
	must(t, decoded)

	run := func(t *testing.T, got testcluster.Result) {
		t.Helper()
		wantExit(t, got, found)
		wantNoText(t, got.Stderr, "error:", "warning:", "forbidden")
		r := decode[v1alpha1.AuditReport](t, got.Stdout)
		want := map[string]v1alpha1.Verdict{
			"default": v1alpha1.VerdictFail, "kube-node-lease": v1alpha1.VerdictSkipped, "kube-public": v1alpha1.VerdictSkipped,
			"kube-system": v1alpha1.VerdictSkipped, cronJobNamespace: v1alpha1.VerdictPass,
		}
		if diff := cmp.Diff(want, verdicts(r)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	t.Run("with a kubeconfig", func(t *testing.T) {
		authority := filepath.Join(t.TempDir(), "ca.crt")
		writeFile(t, authority, decoded.Stdout)
		run(t, c.Run(nil, plugin, append(slices.Clone(container.Args), "--kubeconfig", os.DevNull, "--server", c.Server,
			"--certificate-authority", authority, "--token", strings.TrimSpace(token.Stdout))...))
	})
	t.Run("in an image of nothing but the binary", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can change the root directory")
		}
		run(t, inImage(t, c, container, token.Stdout, decoded.Stdout))
	})
	t.Run("and nothing else", func(t *testing.T) {
		got := c.Kubectl(testcluster.Admin, "auth", "can-i", "create", "networkpolicies", "-A", "--as", "system:serviceaccount:"+cronJobNamespace+":cis532-audit")
		if got.ExitCode != found || strings.TrimSpace(got.Stdout) != "no" {
			t.Errorf("exit code %d: %s", got.ExitCode, got.Stdout)
		}
	})
}

// inImage runs a static binary as deploy/Containerfile and a kubelet would: alone in its file system, without root, with
// the service account's files and the API server's address in the environment.
func inImage(t *testing.T, c *testcluster.Cluster, container corev1.Container, token, authority string) testcluster.Result {
	t.Helper()
	image := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(image, "kubectl-cis532"), "../../cmd/kubectl-cis532")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	account := filepath.Join(image, "var/run/secrets/kubernetes.io/serviceaccount")
	if err := os.MkdirAll(account, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"token": token, "ca.crt": authority, "namespace": cronJobNamespace} {
		file := filepath.Join(account, name)
		writeFile(t, file, strings.TrimSpace(text))
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// The directory of a test is its owner's alone.
	for dir := image; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	server, err := url.Parse(c.Server)
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65532
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), "/kubectl-cis532", container.Args...)
	cmd.Env = []string{"KUBERNETES_SERVICE_HOST=" + server.Hostname(), "KUBERNETES_SERVICE_PORT=" + server.Port()}
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: image, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return testcluster.Result{Stdout: stdout.String(), Stderr: stderr.String(), ExitCode: cmd.ProcessState.ExitCode()}
}
