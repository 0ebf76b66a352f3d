package manifests_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// FuzzRead: no input makes the reader crash, and none without a policy is
// called compliant. The corpus in testdata/fuzz is the documents of
// test/cli/testdata, and what fuzzing found.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", "---\n...\n", "\xff\xfe{\x00", "a: &a [*a]", "# x\r---\ra: b", "%YAML 1.1\n---\n",
		`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[null]}]}`,
		"{apiVersion: v1, kind: Pod, metadata: {name: p, ownerReferences: [{}]}, spec: {initContainers: [{}]}, status: {podIPs: [{ip: x}]}}",
		"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {ingress: [{from: [{}], ports: [{}]}]}}",
		"{apiVersion: v1, kind: ReplicationController, metadata: {name: r}}", "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}}",
		"{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {clusterIP: None}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: bytes.NewReader(data)})
		if err != nil {
			t.Fatalf("a text that can be opened is reported on: %v", err)
		}
		policies := 0
		for _, ns := range inv.Namespaces {
			policies += len(ns.Policies)
		}
		report := audit.Run(inv, audit.Options{Now: time.Unix(0, 0), NoExemptions: true})
		if report.Verdict == v1alpha1.VerdictPass && (policies == 0 || len(inv.Gaps) > 0) {
			t.Errorf("PASS with %d policies and %d gaps", policies, len(inv.Gaps))
		}
		for _, row := range report.Namespaces {
			if row.Verdict == v1alpha1.VerdictPass && len(inv.Namespace(row.Name).Policies) == 0 {
				t.Errorf("namespace %q passes without a policy", row.Name)
			}
		}
	})
}
