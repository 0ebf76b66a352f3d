package protolist_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/cis532/kubectl-cis532/pkg/apiserver/protolist"
)

// encode is Kubernetes' own encoder.
func encode(t testing.TB, list runtime.Object) []byte {
	t.Helper()
	var text bytes.Buffer
	serializer := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	if err := scheme.Codecs.EncoderForVersion(serializer, schema.GroupVersion{Version: "v1"}).Encode(list, &text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func pods(names ...string) *corev1.PodList {
	list := &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "42", Continue: "more"}}
	for _, name := range names {
		list.Items = append(list.Items, corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", Labels: map[string]string{"app": name, "tier": "web"}},
			Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "c", Image: "i", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}}}}},
			Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.0.0.1"},
		})
	}
	return list
}

// read reads a list whole.
func read(text []byte) (*corev1.PodList, protolist.Header, error) {
	list := &corev1.PodList{Items: []corev1.Pod{}}
	header, err := protolist.Read(bufio.NewReader(bytes.NewReader(text)), func(item []byte) error {
		var pod corev1.Pod
		if err := pod.Unmarshal(item); err != nil {
			return err
		}
		list.Items = append(list.Items, pod)
		return nil
	})
	list.ListMeta = header.ListMeta
	return list, header, err
}

func TestAListIsReadItemByItem(t *testing.T) {
	for name, want := range map[string]*corev1.PodList{
		"of none": pods(), "of one": pods("a"), "of several": pods("a", "b", "c"),
		"with items of different sizes": pods(string(bytes.Repeat([]byte("a"), 100_000)), "b", string(bytes.Repeat([]byte("c"), 200_000))),
	} {
		t.Run(name, func(t *testing.T) {
			if want.Items == nil {
				want.Items = []corev1.Pod{}
			}
			got, header, err := read(encode(t, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if header.Type != (runtime.TypeMeta{APIVersion: "v1", Kind: "PodList"}) {
				t.Errorf("it says that it is %+v", header.Type)
			}
		})
	}
}

// Wherever a list ends early, it is no list.
func TestAListThatIsCutShortIsNoShorterList(t *testing.T) {
	whole := encode(t, pods("a", "b", "c"))
	// The envelope ends with how its content is encoded, which is empty.
	end := []byte("\x1a\x00\x22\x00")
	if !bytes.HasSuffix(whole, end) {
		t.Fatalf("it ends with % x", whole[len(whole)-len(end):])
	}
	for length := range whole {
		_, _, err := read(whole[:length])
		switch {
		case err == nil && length < len(whole)-len(end):
			t.Errorf("the first %d of %d bytes were read as a list", length, len(whole))
		case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, protolist.ErrMalformed):
			t.Errorf("the first %d bytes: %v", length, err)
		}
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	for name, text := range map[string][]byte{
		"nothing":                        nil,
		"JSON":                           []byte(`{"kind":"PodList"}`),
		"the magic alone":                []byte("k8s\x00"),
		"a length beyond all bounds":     []byte("k8s\x00\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		"a field that is a number":       []byte("k8s\x00\x12\x02\x08\x01"),
		"an item longer than its list":   []byte("k8s\x00\x12\x03\x12\x7f\x00"),
		"an item of a terabyte":          []byte("k8s\x00\x12\xff\xff\xff\xff\xff\x1f\x12\xfe\xff\xff\xff\xff\x0f"),
		"an encoding that is not known":  []byte("k8s\x00\x12\x00\x1a\x04gzip"),
		"two lists":                      []byte("k8s\x00\x12\x00\x12\x00"),
		"a list whose metadata is wrong": []byte("k8s\x00\x12\x03\x0a\x01\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := read(text); !errors.Is(err, protolist.ErrMalformed) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// The first error of whoever takes the items ends the list.
func TestTheVisitorCanEndTheList(t *testing.T) {
	enough := errors.New("enough")
	visits := 0
	_, err := protolist.Read(bufio.NewReader(bytes.NewReader(encode(t, pods("a", "b")))), func([]byte) error {
		visits++
		return enough
	})
	if !errors.Is(err, enough) || visits != 1 {
		t.Errorf("%d visits, error %v", visits, err)
	}
}

// Whatever comes, nothing panics, and what Kubernetes' own decoder takes is read alike.
func FuzzRead(f *testing.F) {
	f.Add(encode(f, pods()))
	f.Add(encode(f, pods("a", "b")))
	f.Add([]byte("k8s\x00\x12\x02\x12\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, header, err := read(text)
		if _, err := (protolist.Fields{1: {1: nil, 11: {1: nil}}, 2: nil}).Keep(nil, text); err != nil && !errors.Is(err, protolist.ErrMalformed) {
			t.Errorf("Keep: %v", err)
		}
		if _, err := protolist.NewLabels().Of(text); err != nil && !errors.Is(err, protolist.ErrMalformed) {
			t.Errorf("Of: %v", err)
		}
		if err != nil || header.Type != (runtime.TypeMeta{APIVersion: "v1", Kind: "PodList"}) {
			return
		}
		decoded, _, err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(text, nil, nil)
		if err != nil {
			return // it is stricter about what is beside the list
		}
		want := decoded.(*corev1.PodList)
		want.TypeMeta = metav1.TypeMeta{}
		if want.Items == nil {
			want.Items = []corev1.Pod{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-Kubernetes' own +ours:\n%s", diff)
		}
	})
}
