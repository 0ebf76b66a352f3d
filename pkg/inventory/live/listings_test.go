package live

import (
	"encoding/json"
	"math/rand"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"

	"github.com/cis532/kubectl-cis532/pkg/apiserver/protolist"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// marshaler is an API type in its protobuf encoding.
type marshaler interface{ Marshal() ([]byte, error) }

// filled calls with objects that have anything in any field.
func filled[T any](t *testing.T, visit func(*T)) {
	t.Helper()
	fill := randfill.NewWithSeed(1).NilChance(0.3).NumElements(0, 3).Funcs(
		func(q *resource.Quantity, _ randfill.Continue) { *q = resource.MustParse("1") },
		func(at *metav1.Time, c randfill.Continue) { *at = metav1.Unix(int64(c.Uint32()), 0) },
		func(fields *metav1.FieldsV1, _ randfill.Continue) { fields.SetRawBytes([]byte(`{"f:spec":{}}`)) },
		func(value *intstr.IntOrString, c randfill.Continue) {
			if *value = intstr.FromInt32(c.Int31()); c.Bool() {
				*value = intstr.FromString(c.String(5))
			}
		},
		func(phase *corev1.PodPhase, c randfill.Continue) {
			*phase = []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed}[c.Intn(4)]
		},
		func(policy *corev1.ContainerRestartPolicy, c randfill.Continue) {
			if *policy = corev1.ContainerRestartPolicyAlways; c.Bool() {
				*policy = corev1.ContainerRestartPolicyNever
			}
		},
		func(ip *corev1.PodIP, _ randfill.Continue) { ip.IP = address() },
		func(ip *corev1.HostIP, _ randfill.Continue) { ip.IP = address() },
		func(text *string, c randfill.Continue) { *text = c.String(8) },
	)
	for range 300 {
		object := new(T)
		fill.Fill(object)
		visit(object)
	}
}

var addresses = rand.New(rand.NewSource(1))

func address() string {
	return []string{"10.0.0.1", "fd00::1", "10.9.8.7", ""}[addresses.Intn(4)]
}

// decodeWanted reads an object as a list of its kind does.
func decodeWanted[T any](t *testing.T, l listing[T], whole marshaler) *T {
	t.Helper()
	text, err := whole.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := l.wanted.Keep(nil, text)
	if err != nil {
		t.Fatal(err)
	}
	object := new(T)
	if err := l.decode(object, kept); err != nil {
		t.Fatal(err)
	}
	if l.labels != nil {
		labels, err := protolist.NewLabels().Of(text)
		if err != nil {
			t.Fatal(err)
		}
		*l.labels(object) = labels
	}
	return object
}

// What is left out of a pod is nothing that a workload is made of.
func TestPodsAreReadAsIfWhole(t *testing.T) {
	filled(t, func(pod *corev1.Pod) {
		pod.TypeMeta = metav1.TypeMeta{}
		got := decodeWanted(t, podListing, pod)
		if diff := cmp.Diff(inventory.NewPodWorkload(throughJSON(t, pod)), inventory.NewPodWorkload(throughJSON(t, got)),
			cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("-whole +read:\n%s", diff)
		}
	})
}

// What is left out of a policy is who manages which field.
func TestPoliciesAreReadAsIfWhole(t *testing.T) {
	filled(t, func(np *networkingv1.NetworkPolicy) {
		np.TypeMeta = metav1.TypeMeta{}
		got := decodeWanted(t, policyListing, np)
		want := np.DeepCopy()
		for i := range want.ManagedFields {
			entry := &want.ManagedFields[i]
			*entry = metav1.ManagedFieldsEntry{Manager: entry.Manager, Operation: entry.Operation, Subresource: entry.Subresource}
		}
		if diff := cmp.Diff(throughJSON(t, want), throughJSON(t, got), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-whole +read:\n%s", diff)
		}
	})
}

// What is left out of metadata is nothing that a namespace, or a pod without its spec, is made of.
func TestMetadataIsReadAsIfWhole(t *testing.T) {
	filled(t, func(obj *metav1.PartialObjectMetadata) {
		obj.TypeMeta = metav1.TypeMeta{}
		ns := decodeWanted(t, namespaceListing, obj)
		if diff := cmp.Diff(declared(&obj.ObjectMeta), declared(&ns.ObjectMeta), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("namespace: -whole +read:\n%s", diff)
		}
		pod := decodeWanted(t, podMetadataListing, obj)
		if pod.Name != obj.Name || pod.Namespace != obj.Namespace || !cmp.Equal(pod.Labels, obj.Labels, cmpopts.EquateEmpty()) {
			t.Errorf("pod: whole %+v, read %+v", obj.ObjectMeta, pod.ObjectMeta)
		}
	})
}

// throughJSON makes alike what protobuf tells apart and nobody else: nil and empty.
func throughJSON[T any](t *testing.T, object *T) *T {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	copied := new(T)
	if err := json.Unmarshal(text, copied); err != nil {
		t.Fatal(err)
	}
	return copied
}
