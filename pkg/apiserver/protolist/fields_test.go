package protolist_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/apiserver/protolist"
)

func TestOnlyWantedFieldsAreKept(t *testing.T) {
	pod := pods("a").Items[0]
	whole, err := pod.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		fields protolist.Fields
		want   corev1.Pod
	}{
		"nothing":    {protolist.Fields{}, corev1.Pod{}},
		"everything": {protolist.Fields{1: nil, 2: nil, 3: nil}, pod},
		"the name":   {protolist.Fields{1: {1: nil}}, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}},
		"ports of containers": {protolist.Fields{2: {2: {6: nil}}}, corev1.Pod{
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Ports: pod.Spec.Containers[0].Ports}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := c.fields.Keep(nil, whole)
			if err != nil {
				t.Fatal(err)
			}
			var got corev1.Pod
			if err := got.Unmarshal(kept); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLabelsAreHeldOnce(t *testing.T) {
	sets := protolist.NewLabels()
	labels := func(pod corev1.Pod) map[string]string {
		t.Helper()
		whole, err := pod.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := sets.Of(whole)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pod.Labels, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		return got
	}
	first := labels(pods("a").Items[0])
	again := pods("a").Items[0]
	again.Name, again.Annotations = "another", map[string]string{"app": "b"}
	second := labels(again)
	first["only a test may"] = "do this"
	if second["only a test may"] == "" {
		t.Error("the same labels are held twice")
	}
	labels(pods("b").Items[0])
	labels(corev1.Pod{})
}
