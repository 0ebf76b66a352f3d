package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// documents draws a few objects that do not contradict each other.
func documents(t *rapid.T) []string {
	var docs []string
	for _, ns := range []string{"shop", "payments", "kube-system", "dev"} {
		if rapid.Bool().Draw(t, "declared") {
			exempt := rapid.SampledFrom([]string{"", "annotations: {cis532.io/exempt: mesh}"}).Draw(t, "annotations")
			docs = append(docs, fmt.Sprintf("{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {team: a}, %s}}", ns, exempt))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "policies") {
			spec := rapid.SampledFrom([]string{
				"podSelector: {}", "podSelector: {}, ingress: [{}]", "podSelector: {matchLabels: {app: a}}, egress: [{}]",
				"podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]",
			}).Draw(t, "spec")
			docs = append(docs, fmt.Sprintf("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p%d, namespace: %s}, spec: {%s}}", i, ns, spec))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "pods") {
			app := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "app")
			owner := rapid.SampledFrom([]string{"", "ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: rs, uid: u, controller: true}]"}).Draw(t, "owner")
			docs = append(docs, fmt.Sprintf("{apiVersion: v1, kind: Pod, metadata: {name: pod%d, namespace: %s, labels: {app: %s}, %s}, spec: {containers: []}}", i, ns, app, owner))
		}
		if rapid.Bool().Draw(t, "replica set") {
			docs = append(docs, fmt.Sprintf("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs, namespace: %s}, spec: {template: {metadata: {labels: {app: b}}, spec: {containers: []}}}}", ns))
		}
	}
	return docs
}

// judged is what a report says, whatever it was read from.
func judged(t *rapid.T, paths ...string) *v1alpha1.AuditReport {
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	report := audit.Run(inv, audit.Options{Now: now})
	report.Source = v1alpha1.Source{}
	if len(report.Namespaces) == 0 {
		report.Errors = nil // they name the files
	}
	return report
}

// Neither the order of documents nor the files that they are in say anything.
func TestOrderAndFilesSayNothing(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	places := cmpopts.IgnoreTypes(v1alpha1.DeclaredIn{}) // of them alone the files are to say
	rapid.Check(t, func(t *rapid.T) {
		runs++
		docs := documents(t)
		write := func(name string, docs []string) string {
			path := filepath.Join(dir, fmt.Sprint(runs), name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.Join(docs, "\n---\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			return path
		}
		want := judged(t, write("whole.yaml", docs))
		shuffled := rapid.Permutation(docs).Draw(t, "shuffled")
		if diff := cmp.Diff(want, judged(t, write("shuffled.yaml", shuffled)), places); diff != "" {
			t.Errorf("in another order (-want +got):\n%s", diff)
		}
		for i, doc := range shuffled {
			write(fmt.Sprintf("split/%d.yaml", i), []string{doc})
		}
		if len(docs) == 0 {
			return
		}
		if diff := cmp.Diff(want, judged(t, filepath.Join(dir, fmt.Sprint(runs), "split")), places); diff != "" {
			t.Errorf("in a file each (-want +got):\n%s", diff)
		}
	})
}
