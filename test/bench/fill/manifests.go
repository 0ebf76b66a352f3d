package fill

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// Manifests writes namespaces with their policies and pods as YAML, until the file has that many bytes.
func Manifests(path string, size int64) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	out := bufio.NewWriter(file)
	written := int64(0)
	// Only the names differ, so that one of a kind is enough to marshal.
	texts := map[string]string{}
	write := func(kind string, n int, object func() runtime.Object) error {
		text, known := texts[kind]
		if !known {
			marshalled, err := yaml.Marshal(object())
			if err != nil {
				return err
			}
			text = string(marshalled)
			texts[kind] = text
		}
		text = strings.ReplaceAll(text, Name(n%kinds), Name(n))
		n, err := fmt.Fprintf(out, "---\n%s", text)
		written += int64(n)
		return err
	}
	for n := 0; written < size; n++ {
		for what, object := range map[string]func() runtime.Object{
			"namespace": func() runtime.Object {
				return &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: Name(n)}}
			},
			"policy": func() runtime.Object {
				np := policy(n)
				np.TypeMeta, np.Namespace = metav1.TypeMeta{APIVersion: networkingv1.SchemeGroupVersion.String(), Kind: "NetworkPolicy"}, Name(n)
				return np
			},
			"first pod":  func() runtime.Object { return podIn(n, 0) },
			"second pod": func() runtime.Object { return podIn(n, 1) },
		} {
			if err := write(fmt.Sprint(what, n%kinds), n, object); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// kinds is how many namespaces there are that differ in more than their names.
const kinds = 100

func podIn(namespace, i int) *corev1.Pod {
	p := pod(namespace*podsPerNamespace + i)
	p.TypeMeta, p.Namespace = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, Name(namespace)
	return p
}

// Names writes the names of the namespaces from..to-1, one a line.
func Names(w io.Writer, from, to int) error {
	for n := from; n < to; n++ {
		if _, err := fmt.Fprintln(w, Name(n)); err != nil {
			return err
		}
	}
	return nil
}
