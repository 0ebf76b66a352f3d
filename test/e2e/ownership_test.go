package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// Somebody else's policy that bears our name is neither changed nor deleted,
// down to its resourceVersion.
func TestSomebodyElsesPolicyOfOurNameIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		name string
		// make leaves a policy called cis-default-allow in namespace "a" of the team.
		make func(t *testing.T, tm *team)
		// reason is why rollback keeps it.
		reason string
	}{
		{"a default deny", func(_ *testing.T, tm *team) {
			tm.create("a", denyAll(baselineName))
		}, "it does not carry the label app.kubernetes.io/managed-by=kubectl-cis532"},
		{"the automation guide's", func(_ *testing.T, tm *team) {
			tm.applyGuides("a")
		}, "it is the automation guide's: fix --replace-guide-policy makes it one that rollback removes, or delete it yourself"},
		{"the automation guide's, tracked by Argo CD", func(t *testing.T, tm *team) {
			text := strings.Replace(fmt.Sprintf(guides, tm.ns("a")), "  labels:", "  annotations: {argocd.argoproj.io/tracking-id: a}\n  labels:", 1)
			kubectlWith(t, []byte(text), "apply", "-f", "-")
		}, "it does not carry the label app.kubernetes.io/managed-by=kubectl-cis532"},
		{"one with our spec", func(_ *testing.T, tm *team) {
			tm.create("a", allowAll(baselineName))
		}, "it does not carry the label app.kubernetes.io/managed-by=kubectl-cis532"},
		{"a copy with all labels and annotations, by kubectl create", func(t *testing.T, tm *team) {
			kubectlWith(t, ours(t, tm), "create", "-f", "-")
		}, "it was not created by kubectl-cis532"},
		{"a copy with all labels and annotations, by kubectl apply", func(t *testing.T, tm *team) {
			kubectlWith(t, ours(t, tm), "apply", "-f", "-")
		}, "it is managed by kubectl apply"},
		{"a copy by server-side apply", func(t *testing.T, tm *team) {
			kubectlWith(t, ours(t, tm), "apply", "--server-side", "-f", "-")
		}, "it was not created by kubectl-cis532"},
		{"a copy by server-side apply under our field manager's name", func(t *testing.T, tm *team) {
			kubectlWith(t, ours(t, tm), "apply", "--server-side", "--field-manager=kubectl-cis532", "-f", "-")
		}, "it was not created by kubectl-cis532"},
		{"what generate printed, by kubectl apply", func(t *testing.T, tm *team) {
			generated := cis532(t, testcluster.Auditor, "generate", "-l", tm.selector())
			wantExit(t, generated, ok)
			kubectlWith(t, []byte(generated.Stdout), "apply", "-f", "-")
		}, "it is managed by kubectl apply"},
		{"ours with only one of the labels left", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"labels":{"cis-benchmark":null}}}`)
		}, "it does not carry the label cis-benchmark=5.3.2"},
		{"ours without the annotation", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"annotations":{"cis532.io/policy":null}}}`)
		}, "it does not carry the annotation cis532.io/policy"},
		{"ours without the recorded hash", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"annotations":{"cis532.io/spec-sha256":null}}}`)
		}, "it was changed after it was made"},
		{"ours, edited", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"spec":{"egress":[{"ports":[{"port":443}]}]}}`)
		}, "it was changed after it was made"},
		{"ours, tracked by Argo CD's annotation", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"annotations":{"argocd.argoproj.io/tracking-id":"shop:networking.k8s.io/NetworkPolicy:a/cis-default-allow"}}}`)
		}, "it is managed by Argo CD"},
		{"ours, tracked by Argo CD's label", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"labels":{"app.kubernetes.io/instance":"shop"}}}`)
		}, "it is managed by Argo CD or Helm"},
		{"ours, tracked by Flux", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"labels":{"kustomize.toolkit.fluxcd.io/name":"shop","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}}}`)
		}, "it is managed by Flux"},
		{"ours, adopted by Helm", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"annotations":{"meta.helm.sh/release-name":"shop","meta.helm.sh/release-namespace":"a"}}}`)
		}, "it is managed by Helm"},
		{"ours, applied server-side too", func(t *testing.T, tm *team) {
			fix(t, testcluster.Fixer, found, "-l", tm.selector())
			manifest := "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + tm.ns("a") + "}\n"
			generated := cluster.Run(strings.NewReader(manifest), plugin, "generate", "-f", "-")
			wantExit(t, generated, ok)
			kubectlWith(t, []byte(generated.Stdout), "apply", "--server-side", "--field-manager=pipeline", "-f", "-")
		}, "it was applied from a manifest too (server-side, by pipeline)"},
		{"ours, with an owner", func(t *testing.T, tm *team) {
			fixAndPatch(t, tm, `{"metadata":{"ownerReferences":[{"apiVersion":"example.com/v1","kind":"Shop","name":"main","uid":"1f0e0000-0000-4000-8000-000000000000"}]}}`)
		}, `it belongs to Shop "main"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			c.make(t, tm)
			before := tm.policies("a")
			if len(before) != 1 || before[baselineName].Name == "" {
				t.Fatalf("policies: %+v", before)
			}

			if report := fix(t, testcluster.Fixer, ok, "-l", tm.selector()); report.Summary.Pass != 1 {
				t.Errorf("fix: %+v", report.Summary)
			}
			for _, args := range [][]string{{"--dry-run=client"}, {"--dry-run=server"}, nil, {"--yes"}} {
				report := rollback(t, testcluster.Fixer, ok, append([]string{"-l", tm.selector()}, args...)...)
				row := rolledBack(t, report, tm.ns("a"))
				if row.Result != v1alpha1.ResultKept || len(row.Kept) != 1 || row.Kept[0].Name != baselineName {
					t.Fatalf("rollback %v: %+v", args, row)
				}
				wantText(t, row.Kept[0].Reason, c.reason)
				wantText(t, row.Reason, c.reason)
			}
			if diff := cmp.Diff(before, tm.policies("a")); diff != "" {
				t.Errorf("the policy was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// ours is the policy as fix creates it, with all its labels and annotations, in
// namespace "a" of the team, where it is no longer.
func ours(t *testing.T, tm *team) []byte {
	t.Helper()
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	np := tm.policies("a")[baselineName]
	rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	np.ObjectMeta = metav1.ObjectMeta{Namespace: np.Namespace, Name: np.Name, Labels: np.Labels, Annotations: np.Annotations}
	np.SetGroupVersionKind(networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"))
	text, err := yaml.Marshal(np)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// fixAndPatch fixes the team and then changes the policy of namespace "a" as somebody else.
func fixAndPatch(t *testing.T, tm *team, patch string) {
	t.Helper()
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns("a")).Patch(t.Context(), baselineName, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func kubectlWith(t *testing.T, stdin []byte, args ...string) {
	t.Helper()
	if got := cluster.KubectlInput(bytes.NewReader(stdin), testcluster.Admin, args...); got.ExitCode != 0 {
		t.Fatalf("kubectl %v: %+v", args, got)
	}
}

// A change that leaves policy and origin as they were does not make it somebody else's.
func TestOurPolicyWithAnotherLabelIsStillRolledBack(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	fixAndPatch(t, tm, `{"metadata":{"labels":{"seen-by":"somebody"},"annotations":{"note":"reviewed"}}}`)
	rollback(t, testcluster.Fixer, found, "-l", tm.selector())
	tm.wantPolicies("a")
}
