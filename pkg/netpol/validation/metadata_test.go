package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// fieldsOf lists the fields that errors name, once each.
func fieldsOf(t *testing.T, metadata string, validate func(metav1.ObjectMeta) []string) []string {
	t.Helper()
	var meta metav1.ObjectMeta
	if err := yaml.UnmarshalStrict([]byte(metadata), &meta); err != nil {
		t.Fatalf("test data: %v", err)
	}
	var fields []string
	for _, message := range validate(meta) {
		name, _, _ := strings.Cut(message, ": ")
		if len(fields) == 0 || fields[len(fields)-1] != name {
			fields = append(fields, name)
		}
	}
	return fields
}

func TestMetadataOfPolicies(t *testing.T) {
	owner := func(uid, controller string) string {
		return `{apiVersion: apps/v1, kind: Deployment, name: web, uid: "` + uid + `", controller: ` + controller + `}`
	}
	for _, test := range []struct {
		name, metadata string
		want           []string
	}{
		{"a name may have dots", `{namespace: shop, name: a.b-c.1}`, nil},
		{"a name has no capitals", `{namespace: shop, name: Web}`, []string{"metadata.name"}},
		{"a name is no path", `{namespace: shop, name: ../../etc}`, []string{"metadata.name"}},
		{"a name has 253 characters at most", `{namespace: shop, name: ` + strings.Repeat("a", 254) + `}`, []string{"metadata.name"}},
		{"a name may be generated", `{namespace: shop, generateName: web-}`, nil},
		{"a generated name is cut to 63 characters", `{namespace: shop, generateName: ` + strings.Repeat("a", 253) + `}`, nil},
		{"a bad generateName makes a bad name", `{namespace: shop, generateName: Web-}`, []string{"metadata.generateName", "metadata.name"}},
		{"a generateName may be fine and the name made from it not", `{namespace: shop, generateName: web.-}`, []string{"metadata.name"}},
		{"generateName is judged beside a name too", `{namespace: shop, name: web, generateName: Web}`, []string{"metadata.generateName"}},
		{"the namespace has to be there", `{name: web}`, []string{"metadata.namespace"}},
		{"the namespace is a DNS label", `{namespace: a.b, name: web}`, []string{"metadata.namespace"}},
		{"a namespace is no path", `{namespace: ../../etc, name: web}`, []string{"metadata.namespace"}},
		{"labels have valid keys", `{namespace: shop, name: web, labels: {"a b": c}}`, []string{"metadata.labels"}},
		{"labels have valid values", `{namespace: shop, name: web, labels: {a: "b c"}}`, []string{"metadata.labels"}},
		{"annotations may have any value, and capitals in the key's domain", `{namespace: shop, name: web, annotations: {Example.COM/Note: "a b\n"}}`, nil},
		{"annotations have valid keys", `{namespace: shop, name: web, annotations: {a/b/c: x}}`, []string{"metadata.annotations"}},
		{"annotations have 256 KiB in all", `{namespace: shop, name: web, annotations: {key: ` + strings.Repeat("x", 256*1024-3) + `}}`, nil},
		{"annotations have no more than 256 KiB", `{namespace: shop, name: web, annotations: {key: ` + strings.Repeat("x", 256*1024-2) + `}}`, []string{"metadata.annotations"}},
		{"finalizers are known or have a domain", `{namespace: shop, name: web, finalizers: [kubernetes, example.com/x]}`, nil},
		{"other finalizers are refused", `{namespace: shop, name: web, finalizers: [mine]}`, []string{"metadata.finalizers[0]"}},
		{"an object cannot both orphan and delete its dependents", `{namespace: shop, name: web, finalizers: [orphan, foregroundDeletion]}`, []string{"metadata.finalizers"}},
		{"an owner is whole", `{namespace: shop, name: web, ownerReferences: [{apiVersion: apps/v1, name: web, uid: u}]}`, []string{"metadata.ownerReferences[0].kind"}},
		{
			"an owner is no Event", `{namespace: shop, name: web, ownerReferences: [{apiVersion: v1, kind: Event, name: web, uid: u}]}`,
			[]string{"metadata.ownerReferences[0]"},
		},
		{
			"only one owner is the controller", `{namespace: shop, name: web, ownerReferences: [` + owner("1", "true") + `, ` + owner("2", "true") + `]}`,
			[]string{"metadata.ownerReferences"},
		},
		{"the same owner twice is one", `{namespace: shop, name: web, ownerReferences: [` + owner("1", "true") + `, ` + owner("1", "true") + `]}`, nil},
		{
			"a field manager has 128 printable characters at most",
			`{namespace: shop, name: web, managedFields: [{operation: Apply, apiVersion: v1, fieldsType: FieldsV1, manager: "a\tb"}, ` +
				`{operation: Apply, apiVersion: v1, fieldsType: FieldsV1, manager: ` + strings.Repeat("m", 129) + `}]}`,
			[]string{"metadata.managedFields[0].manager", "metadata.managedFields[1].manager"},
		},
		{
			"managed fields that the server cannot read are dropped",
			`{namespace: shop, name: web, managedFields: [{operation: Apply, apiVersion: v1, fieldsType: X, manager: "a\tb"}]}`, nil,
		},
		{
			"what the server writes itself is not judged",
			`{namespace: shop, name: web, uid: x, resourceVersion: "5", generation: -1, deletionTimestamp: "2026-01-01T00:00:00Z"}`, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := fieldsOf(t, test.metadata, func(meta metav1.ObjectMeta) []string {
				return messages(validation.NetworkPolicy(&networkingv1.NetworkPolicy{ObjectMeta: meta}))
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMetadataOfNamespaces(t *testing.T) {
	for _, test := range []struct {
		name, metadata string
		want           []string
	}{
		{"a name is a DNS label", `{name: shop-1}`, nil},
		{"a name has no dots", `{name: a.b}`, []string{"metadata.name"}},
		{"a name is no path", `{name: ../../etc}`, []string{"metadata.name"}},
		{"a name has 63 characters at most", `{name: ` + strings.Repeat("a", 64) + `}`, []string{"metadata.name"}},
		{"a name has to be there", `{}`, []string{"metadata.name"}},
		{"a namespace in the metadata is cleared", `{name: shop, namespace: Not A Name}`, nil},
		{"its own name label is overwritten", `{name: shop, labels: {kubernetes.io/metadata.name: not a value}}`, nil},
		{"its own name label is judged while there is no name", `{generateName: a-, labels: {kubernetes.io/metadata.name: not a value}}`, []string{"metadata.labels"}},
		{"other labels are judged", `{name: shop, labels: {team: not a value}}`, []string{"metadata.labels"}},
		{"the generation is not negative", `{name: shop, generation: -1}`, []string{"metadata.generation"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := fieldsOf(t, test.metadata, func(meta metav1.ObjectMeta) []string {
				return messages(validation.Namespace(&corev1.Namespace{ObjectMeta: meta}))
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamespaceFinalizersAreKnownOrHaveADomain(t *testing.T) {
	ns := &corev1.Namespace{}
	ns.Name = "shop"
	ns.Spec.Finalizers = []corev1.FinalizerName{"kubernetes", "example.com/x", "mine"}
	want := []string{`spec.finalizers: Invalid value: "mine": is neither one of Kubernetes' finalizers nor of the form domain/name`}
	if diff := cmp.Diff(want, messages(validation.Namespace(ns))); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}
