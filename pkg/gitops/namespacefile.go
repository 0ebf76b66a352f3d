package gitops

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
)

// Printer writes an object as YAML.
type Printer func(io.Writer, runtime.Object) error

// FileName is the name of a namespace's file. Names that mean something else
// in a directory get an underscore, which no namespace's name can have: that
// of the kustomization, and those that Windows keeps for devices.
func FileName(namespace string) string {
	if namespace == "kustomization" || isDevice(namespace) {
		return namespace + "_.yaml"
	}
	return namespace + ".yaml"
}

// isDevice says that Windows takes a name for a device's, whatever extension it has.
func isDevice(name string) bool {
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, name) {
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && name[3] >= '0' && name[3] <= '9'
}

// subjectPrefix begins the subject of a namespace's file.
const subjectPrefix = "namespace "

// render is the text of a namespace's file.
func render(namespace string, policies []*networkingv1.NetworkPolicy, print Printer) ([]byte, error) {
	var body bytes.Buffer
	for i, np := range policies {
		if i > 0 {
			body.WriteString("---\n")
		}
		if err := print(&body, np); err != nil {
			return nil, fmt.Errorf("namespace %q: NetworkPolicy %q: %w", namespace, np.Name, err)
		}
	}
	return marked(subjectPrefix+namespace, body.Bytes()), nil
}

// isFileOf says that this tool made a text for the namespace file of that name.
func isFileOf(name string, text []byte) bool {
	file, ok := readMarked(text)
	namespace, ofNamespace := strings.CutPrefix(file.subject, subjectPrefix)
	return ok && ofNamespace && FileName(namespace) == name
}

// provides says that a file holds all of the policies, whatever else is in it
// by now: other labels, comments, another layout.
func provides(body []byte, policies []*networkingv1.NetworkPolicy) bool {
	var there []*networkingv1.NetworkPolicy
	documents := yamlstream.NewYAMLReader(bufio.NewReader(bytes.NewReader(body)))
	for {
		document, err := documents.Read()
		if err != nil {
			break // the end, or what nobody can read
		}
		np := &networkingv1.NetworkPolicy{}
		if yaml.UnmarshalStrict(document, np) == nil && np.GroupVersionKind() == networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy") {
			there = append(there, np)
		}
	}
	for _, np := range policies {
		if !slices.ContainsFunc(there, func(other *networkingv1.NetworkPolicy) bool {
			return other.Namespace == np.Namespace && other.Name == np.Name && baseline.SpecHash(other) == baseline.SpecHash(np)
		}) {
			return false
		}
	}
	return true
}
