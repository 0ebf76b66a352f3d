package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// What generate writes, kubectl builds and applies; then nothing fails, and
// another run changes neither the files nor their list.
func TestATreeIsAppliedByKubectl(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "shop", "payments")
	// One namespace's name is special in a directory, and the same for every test.
	special, err := tm.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: "kustomization", Labels: map[string]string{"team": tm.prefix},
	}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "policies")
	generate := []string{"generate", "-l", tm.selector(), "--output-dir", dir}

	got := cis532(t, testcluster.Auditor, generate...)
	wantExit(t, got, ok)
	wantText(t, got.Stderr, "3 new", "kustomization.yaml lists 3", "next: kubectl apply -k "+dir)

	built := cluster.Kubectl(testcluster.Admin, "kustomize", dir)
	if built.ExitCode != 0 || strings.Count(built.Stdout, "kind: NetworkPolicy") != 3 {
		t.Fatalf("kubectl kustomize: %+v", built)
	}
	for _, dryRun := range []string{"--dry-run=server", "--dry-run=none"} {
		if applied := cluster.Kubectl(testcluster.Admin, "apply", "-k", dir, dryRun); applied.ExitCode != 0 || applied.Stderr != "" {
			t.Fatalf("kubectl apply -k %s: %+v", dryRun, applied)
		}
	}
	for name, verdict := range verdicts(audit(t, testcluster.Auditor, ok, "-l", tm.selector())) {
		if verdict != v1alpha1.VerdictPass {
			t.Errorf("%s: %s", name, verdict)
		}
	}

	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("files: %v, %v", files, err)
	}
	for _, file := range files {
		if err := os.Chtimes(file, past, past); err != nil {
			t.Fatal(err)
		}
	}
	wantExit(t, cis532(t, testcluster.Auditor, generate...), ok)
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || !info.ModTime().Equal(past) {
			t.Errorf("%s was written again, or is gone: %v", file, err)
		}
	}

	// A new namespace joins those that pass by now.
	tm.add("new", nil)
	wantExit(t, cis532(t, testcluster.Auditor, generate...), ok)
	if applied := cluster.Kubectl(testcluster.Admin, "apply", "-k", dir); applied.ExitCode != 0 || strings.Count(applied.Stdout, "unchanged") != 3 || strings.Count(applied.Stdout, "created") != 1 {
		t.Errorf("kubectl apply -k: %+v", applied)
	}
	for _, source := range [][]string{{"-k", dir}, {"-R", "-f", dir}} {
		offline := cluster.Run(nil, plugin, append([]string{"audit", "-o", "json"}, source...)...)
		wantExit(t, offline, ok)
		if r := decode[v1alpha1.AuditReport](t, offline.Stdout); r.Summary.Pass != 4 {
			t.Errorf("audit %v: %+v (with %s)", source, r.Summary, special.Name)
		}
	}
}

// Every form in which generate prints manifests is one that kubectl apply takes.
func TestEveryFormOfManifestsIsApplied(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b")
	for _, format := range []string{"yaml", "json", "kyaml"} {
		for _, scope := range [][]string{{tm.ns("a")}, {tm.ns("a"), tm.ns("b")}} {
			got := cis532(t, testcluster.Auditor, append([]string{"generate", "-o", format}, scope...)...)
			wantExit(t, got, ok)
			applied := cluster.KubectlInput(strings.NewReader(got.Stdout), testcluster.Admin, "apply", "--dry-run=server", "-f", "-")
			if applied.ExitCode != 0 || strings.Count(applied.Stdout, "created (server dry run)") != len(scope) {
				t.Errorf("-o %s of %d: %+v", format, len(scope), applied)
			}
		}
	}
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	for _, format := range []string{"yaml", "json", "kyaml", "name"} {
		got := cis532(t, testcluster.Auditor, "generate", "-o", format, "-l", tm.selector())
		wantExit(t, got, ok)
		if got.Stdout != "" {
			t.Errorf("-o %s of none: %q", format, got.Stdout)
		}
	}
}

// Policies of namespaces that a GitOps tool manages belong in Git: fix says so, or leaves them to it.
func TestFixOfNamespacesThatAGitOpsToolManages(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "plain")
	tm.add("argo", map[string]string{"argocd.argoproj.io/tracking-id": "shop:/Namespace:argocd/" + tm.ns("argo")})
	tm.add("flux", nil)
	tm.label("flux", "kustomize.toolkit.fluxcd.io/name", "apps")
	tm.label("flux", "kustomize.toolkit.fluxcd.io/namespace", "flux-system")
	const belongs = "would create cis-default-allow; managed by Argo CD application \"shop\": the policy belongs in Git"

	report := fix(t, testcluster.Fixer, found, "-l", tm.selector(), "--dry-run=server")
	row := fixed(t, report, tm.ns("argo"))
	if row.Result != v1alpha1.ResultFixed || row.Reason != belongs || row.ManagedBy == nil || row.ManagedBy.Tool != "Argo CD" {
		t.Errorf("argo: %+v", row)
	}
	if row := fixed(t, report, tm.ns("plain")); row.Reason != "would create cis-default-allow" || row.ManagedBy != nil {
		t.Errorf("plain: %+v", row)
	}

	got := cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--skip-gitops-managed", "--dry-run=client")
	wantExit(t, got, found)
	wantText(t, got.Stderr, "next: kubectl cis532 fix -l "+tm.selector()+" --skip-gitops-managed --context "+testcluster.Fixer+"\n")

	got = cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--skip-gitops-managed")
	wantExit(t, got, found)
	wantText(t, unaligned(got.Stdout),
		tm.ns("argo")+" SKIPPED managed by Argo CD application \"shop\": its policy belongs in Git",
		tm.ns("flux")+" SKIPPED managed by Flux Kustomization \"flux-system/apps\"",
		tm.ns("plain")+" FIXED created")
	wantText(t, got.Stderr, "1 fixed", "2 skipped")
	wantNoText(t, got.Stderr, "warning")
	tm.wantPolicies("argo")
	tm.wantPolicies("flux")
	tm.wantPolicies("plain", baselineName)

	// What is left is skipped: there is nothing to change.
	wantExit(t, cis532(t, testcluster.Fixer, "fix", "-l", tm.selector(), "--skip-gitops-managed"), ok)

	got = cis532(t, testcluster.Fixer, "fix", "-l", tm.selector())
	wantExit(t, got, found)
	wantText(t, got.Stderr, "warning: namespace "+tm.ns("argo")+" is managed by Argo CD application \"shop\"",
		"kubectl cis532 generate "+tm.ns("flux")+" --context "+testcluster.Fixer+" --output-dir")
	tm.wantPolicies("argo", baselineName)
	tm.wantPolicies("flux", baselineName)
}
