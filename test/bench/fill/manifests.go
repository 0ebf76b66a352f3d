package fill

import (
	"bufio"
	"fmt"
	"io"
	"os"

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
	write := func(object runtime.Object) error {
		text, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		n, err := fmt.Fprintf(out, "---\n%s", text)
		written += int64(n)
		return err
	}
	for n := 0; written < size; n++ {
		ns := &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: Name(n)}}
		np := policy(n)
		np.TypeMeta, np.Namespace = metav1.TypeMeta{APIVersion: networkingv1.SchemeGroupVersion.String(), Kind: "NetworkPolicy"}, Name(n)
		objects := []runtime.Object{ns, np}
		for i := range podsPerNamespace {
			p := pod(n*podsPerNamespace + i)
			p.TypeMeta, p.Namespace = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, Name(n)
			objects = append(objects, p)
		}
		for _, object := range objects {
			if err := write(object); err != nil {
				return err
			}
		}
	}
	return out.Flush()
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
