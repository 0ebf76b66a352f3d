package manifests

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	policyvalidation "github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// entry is what a document or an item of a list says, without its text.
type entry struct {
	object
	// err says why it is no object.
	err error
	// manifest says that it is meant to be one, even so.
	manifest bool
	// template says that the document looks like one of Helm's templates.
	template bool
	// number counts the documents of a file from 1.
	number int
	// line is the one of the file on which the document says something, from 1.
	line int
	// list says that it stands for its items.
	list  bool
	items []entry
	// cut says that the list goes on elsewhere.
	cut bool
	// unplaced says that the object got the default namespace.
	unplaced bool
	take     taker
}

// A taker puts what is kept of an object into the inventory. What it returns is wrong with the object. It is made beside
// others, and called in the order of the input.
type taker func(c *collector, at place, obj object) error

// These recognise a text that is meant to be a manifest although it cannot be parsed.
var (
	apiVersionKey = manifestKey("apiVersion")
	kindKey       = manifestKey("kind")
)

// manifestKeys are those of the keys of a manifest that a text seems to have.
type manifestKeys struct{ apiVersion, kind bool }

func manifestKeysOf(text []byte) manifestKeys {
	return manifestKeys{apiVersionKey.Match(text), kindKey.Match(text)}
}

func (k manifestKeys) and(other manifestKeys) manifestKeys {
	return manifestKeys{k.apiVersion || other.apiVersion, k.kind || other.kind}
}

func (k manifestKeys) both() bool { return k.apiVersion && k.kind }

// manifestKey finds a key in YAML's block and flow style and in JSON.
func manifestKey(key string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)(^|[\s{,])["']?` + key + `["']?\s*:`)
}

// entries makes entries of texts.
type entries struct {
	// defaultNamespace is where objects without a namespace go.
	defaultNamespace string
}

// ofDocument reads a document to its end.
func (r entries) ofDocument(doc document) entry {
	h, obj, err := decode(doc)
	e := r.ofObject(h, obj, err)
	e.number, e.line = doc.number, doc.firstLine()
	e.manifest = err == nil || manifestKeysOf(doc.text).both()
	e.template = isTemplate(doc.text)
	return e
}

func isTemplate(text []byte) bool { return bytes.Contains(text, []byte("{{")) }

// ofItem reads an item of a list. One of a typed list may leave its kind to it.
func (r entries) ofItem(raw []byte, kind schema.GroupVersionKind, duplicateKey error) entry {
	h, obj, err := decodeHeader(raw, kind)
	obj.duplicateKey = duplicateKey
	return r.ofObject(h, obj, err)
}

// ofObject reads an object whose header is read, or the items of a list.
func (r entries) ofObject(h header, obj object, err error) entry {
	if err != nil {
		return entry{err: err}
	}
	var e entry
	if e.list, err = isList(obj.gvk, h); err != nil {
		return entry{err: err}
	}
	if e.list {
		e.cut = h.Metadata.Continue != ""
		e.items = make([]entry, len(h.Items.all))
		for i, raw := range h.Items.all {
			e.items[i] = r.ofItem(raw, itemKind(obj.gvk), obj.duplicateKey)
		}
	} else {
		e.unplaced = r.place(&obj)
		e.take = takerOf(obj)
		if named := h.Metadata.Name + h.Metadata.GenerateName; named == "" && e.take == nil && e.unplaced {
			// No server would take it, so that it shows no namespace: a kubeconfig, say.
			obj.namespace, e.unplaced = "", false
		}
	}
	obj.raw = nil
	e.object = obj
	return e
}

// place corrects the namespace to what it will be, and says whether that is the default one.
func (r entries) place(obj *object) (unplaced bool) {
	switch yes, known := namespaced(obj.gvk); {
	case known && !yes:
		obj.namespace = ""
	case known && obj.namespace == "":
		obj.namespace = r.defaultNamespace
		return true
	}
	return false
}

// takerOf reads what the audit looks at; of other kinds nothing but that their namespace exists.
func takerOf(obj object) taker {
	plugin := networkPluginTaker(obj)
	take := typedTaker(obj)
	if plugin == nil {
		return take
	}
	return func(c *collector, at place, obj object) error {
		plugin(c)
		if take == nil {
			return nil
		}
		return take(c, at, obj)
	}
}

func typedTaker(obj object) taker {
	if known := otherPolicyKinds(obj.gvk); len(known) > 0 {
		return otherPolicyTaker(obj, known)
	}
	switch {
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Namespace"):
		return namespaceTaker(obj)
	case obj.gvk == networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"):
		return policyTaker(obj)
	case obj.gvk.Kind == "NetworkPolicy" && (obj.gvk.Group == "extensions" || obj.gvk.Group == networkingv1.GroupName):
		return formerTaker(networkingv1.SchemeGroupVersion, "it does not count")
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Service"):
		return serviceTaker(obj)
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Pod"):
		return podTaker(obj)
	}
	if read, ok := controllers[obj.gvk]; ok {
		return controllerTaker(obj, read)
	}
	if current, former := formerController(obj.gvk); former {
		return formerTaker(current, "its pods do not count")
	}
	return nil
}

// refuse is the taker of an object that cannot be read.
func refuse(err error) taker {
	return func(*collector, place, object) error { return err }
}

func namespaceTaker(obj object) taker {
	var ns corev1.Namespace
	err := unmarshal(obj, &ns, true)
	if err == nil {
		if problems := policyvalidation.Namespace(&ns); len(problems) > 0 {
			err = joined(problems)
		} else if ns.Name == "" {
			err = fmt.Errorf("%w: nothing can be said of a namespace whose name is generated", errNoName)
		}
	}
	terminating := ns.DeletionTimestamp != nil || ns.Status.Phase == corev1.NamespaceTerminating
	labels, annotations := ns.Labels, ns.Annotations
	return func(c *collector, at place, obj object) error {
		return c.addNamespace(at, obj.name, labels, annotations, terminating, err)
	}
}

// policyTaker reads a policy that an API server would take. CIDRs that servers took
// before 1.36 mean what they always did, with a warning.
func policyTaker(obj object) taker {
	np := &networkingv1.NetworkPolicy{}
	if err := unmarshal(obj, np, true, "status"); err != nil {
		return refuse(err)
	}
	np.Namespace = obj.namespace
	if problems := policyvalidation.NetworkPolicyBefore136(np); len(problems) > 0 {
		return refuse(joined(problems))
	}
	warnings := policyvalidation.Warnings(np)
	policy := policyvalidation.Default(np)
	if policy.Name == "" {
		policy.Name = policy.GenerateName + "*"
	}
	return func(c *collector, at place, obj object) error {
		for _, warning := range warnings {
			c.warnings = append(c.warnings, fmt.Sprintf("%s: NetworkPolicy %q: %s", at, clip(qualified(obj)), warning))
		}
		ns := c.namespace(obj.namespace)
		ns.Policies = append(ns.Policies, policy)
		if declared := at.declaredIn(); declared != nil {
			if ns.PolicyDeclaredIn == nil {
				ns.PolicyDeclaredIn = map[string]*v1alpha1.DeclaredIn{}
			}
			ns.PolicyDeclaredIn[policy.Name] = declared
		}
		return nil
	}
}

// formerTaker warns of an object of an API that is no more, and names the one that took its place.
func formerTaker(current schema.GroupVersion, consequence string) taker {
	return func(c *collector, at place, obj object) error {
		c.warnings = append(c.warnings, fmt.Sprintf("%s: %s %q has apiVersion %s, which no API server takes any more: %s (use %s)",
			at, obj.gvk.Kind, clip(qualified(obj)), obj.gvk.GroupVersion(), consequence, current))
		return nil
	}
}

// isNothing says that a document is null, which kubectl takes for an empty one.
func (e *entry) isNothing() bool { return errors.Is(e.err, errNull) }
