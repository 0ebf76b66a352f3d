package manifests_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

const declared = `# A licence, and more

---
# about the shop
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}}
--- # the namespace itself
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: undeclared}, spec: {containers: [{name: c, image: i}]}}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}}}
`

func TestWhereNamespacesAndPoliciesAreDeclared(t *testing.T) {
	file := filepath.Join(t.TempDir(), "all.yaml")
	if err := os.WriteFile(file, []byte(declared), 0o600); err != nil {
		t.Fatal(err)
	}
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	at := func(document, line int) *v1alpha1.DeclaredIn {
		return &v1alpha1.DeclaredIn{File: file, Document: document, Line: line}
	}
	shop, undeclared := inv.Namespace("shop"), inv.Namespace("undeclared")
	// A comment before the first --- is no document.
	want := []any{at(2, 10), map[string]*v1alpha1.DeclaredIn{"deny": at(1, 5), "web": at(3, 14)}, at(3, 14)}
	if diff := cmp.Diff(want, []any{shop.DeclaredIn, shop.PolicyDeclaredIn, undeclared.DeclaredIn}); diff != "" {
		t.Error(diff)
	}
}

func TestStandardInputDeclaresNothing(t *testing.T) {
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(declared)})
	if err != nil {
		t.Fatal(err)
	}
	if shop := inv.Namespace("shop"); shop.DeclaredIn != nil || shop.PolicyDeclaredIn != nil {
		t.Errorf("nobody finds a line of standard input again: %v %v", shop.DeclaredIn, shop.PolicyDeclaredIn)
	}
}
