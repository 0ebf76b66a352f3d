package manifests

import (
	"errors"
	"fmt"
	"io"
	"os"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	policyvalidation "github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// MaxTemplateBytes bounds a file of policies that are given to namespaces.
const MaxTemplateBytes = 1 << 20

// ReadTemplates reads NetworkPolicies without a namespace from a file, or from
// stdin where path is "-": YAML documents, JSON values, or Lists of them. What
// the API server would refuse, and what is no NetworkPolicy, is an error that
// names file, document and field; all of them are told together.
func ReadTemplates(path string, stdin io.Reader) ([]*networkingv1.NetworkPolicy, error) {
	src := source{name: path, open: func() (io.ReadCloser, error) { return os.Open(path) }}
	if path == "-" {
		src = source{name: "standard input", open: func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }}
	}
	docs, err := src.documents(MaxTemplateBytes)
	if err != nil {
		return nil, err
	}
	t := templates{places: map[string]place{}}
	for _, doc := range docs {
		at := place{file: src.name, document: doc.number}
		h, obj, err := decode(doc)
		switch {
		case errors.Is(err, errNull):
		case err != nil:
			t.refuse(at, err)
		default:
			t.add(at, h, obj)
		}
	}
	if len(t.policies) == 0 && len(t.problems) == 0 {
		return nil, fmt.Errorf("%s: no NetworkPolicy in it", src.name)
	}
	return t.policies, errors.Join(t.problems...)
}

// templates collects the policies of a file.
type templates struct {
	policies []*networkingv1.NetworkPolicy
	problems []error
	// places is where each name was seen first.
	places map[string]place
}

func (t *templates) refuse(at place, err error) {
	t.problems = append(t.problems, fmt.Errorf("%s: %w", at, err))
}

func (t *templates) add(at place, h header, obj object) {
	list, err := isList(obj.gvk, h)
	if list && err == nil {
		err = obj.duplicateKey
	}
	if err != nil {
		t.refuse(at, err)
		return
	}
	if list {
		for i, raw := range h.Items.all {
			item := at
			item.item = fmt.Sprintf("%sitems[%d]", prefix(at.item), i)
			itemHeader, itemObj, err := decodeHeader(raw, itemKind(obj.gvk))
			if err != nil {
				t.refuse(item, err)
				continue
			}
			t.add(item, itemHeader, itemObj)
		}
		return
	}
	if want := networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"); obj.gvk != want {
		t.refuse(at, fmt.Errorf("%s %s: only NetworkPolicies of %s can be given to namespaces", clip(obj.gvk.GroupVersion().String()), clip(obj.gvk.Kind), want.GroupVersion()))
		return
	}
	np, err := template(obj)
	if err == nil {
		if first, twice := t.places[np.Name]; twice {
			err = fmt.Errorf("already defined in %s", first)
		}
	}
	if err != nil {
		t.refuse(at, fmt.Errorf("NetworkPolicy %q: %w", clip(qualified(obj)), err))
		return
	}
	t.places[np.Name] = at
	t.policies = append(t.policies, np)
}

// anyNamespace stands where the namespace will be, so that the rest can be validated.
const anyNamespace = "namespace"

// template reads one policy as the API server would, and refuses what cannot be said of each namespace's own.
func template(obj object) (*networkingv1.NetworkPolicy, error) {
	np := &networkingv1.NetworkPolicy{}
	if err := unmarshal(obj, np, true, "status"); err != nil {
		return nil, err
	}
	var problems field.ErrorList
	forbidden := func(name string, given bool, why string) {
		if given {
			problems = append(problems, field.Forbidden(field.NewPath("metadata", name), why))
		}
	}
	forbidden("namespace", np.Namespace != "", "each namespace that needs it gets the policy: leave the namespace out")
	forbidden("generateName", np.GenerateName != "", "a name is needed, by which the policy is known again")
	forbidden("ownerReferences", len(np.OwnerReferences) > 0, "who owns it would delete it")
	forbidden("finalizers", len(np.Finalizers) > 0, "it could not be rolled back")
	np.Namespace = anyNamespace
	problems = append(problems, policyvalidation.NetworkPolicy(np)...)
	np.Namespace = ""
	if len(problems) > 0 {
		return nil, joined(problems)
	}
	return np, nil
}
