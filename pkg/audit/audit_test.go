package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

var now = time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)

// read reads an inventory from YAML.
func read(t interface {
	Helper()
	Fatal(...any)
}, text string) *inventory.Inventory {
	t.Helper()
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// run judges YAML as `audit` does.
func run(t *testing.T, text string, opts audit.Options) *v1alpha1.AuditReport {
	t.Helper()
	inv := read(t, text)
	inv.Narrow(opts.Scope)
	if opts.Now.IsZero() {
		opts.Now = now
	}
	opts.JudgeNamedSystem = true
	return audit.Run(inv, opts)
}

// only returns the row of the single namespace of a report.
func only(t *testing.T, report *v1alpha1.AuditReport) v1alpha1.NamespaceAudit {
	t.Helper()
	if len(report.Namespaces) != 1 {
		t.Fatalf("%d namespaces, want 1: %+v; errors: %v", len(report.Namespaces), report.Namespaces, report.Errors)
	}
	return report.Namespaces[0]
}

// doc joins YAML documents.
func doc(documents ...string) string { return strings.Join(documents, "\n---\n") }

// Documents that many cases use.
const (
	shop = `{apiVersion: v1, kind: Namespace, metadata: {name: shop}}`
	// denyAll denies both directions, for all pods.
	denyAll = `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}`
	// allowAll allows everything, for all pods.
	allowAll = `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: allow, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}}`
	// guide is the automation guide's YAML, which it calls allow-all.
	guide = `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: cis-default-allow, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress],
  ingress: [{from: [{namespaceSelector: {}}, {podSelector: {}}]}], egress: [{to: [{namespaceSelector: {}}, {podSelector: {}}]}]}}`
)

// pod is a pod of namespace shop with a label app and further fields of its spec.
func pod(app string, spec ...string) string {
	fields := append([]string{"containers: [{name: c, image: i}]"}, spec...)
	return `{apiVersion: v1, kind: Pod, metadata: {name: ` + app + `, namespace: shop, labels: {app: ` + app + `}}, spec: {` + strings.Join(fields, ", ") + `}}`
}

// policy is a policy of namespace shop.
func policy(name, spec string) string {
	return `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ` + name + `, namespace: shop}, spec: {` + spec + `}}`
}
