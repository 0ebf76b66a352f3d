package manifests

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// place is where an object was found, for messages.
type place struct {
	file     string
	document int
	// item is the path of an object in a List, or empty.
	item string
	// template says that the document looks like one of Helm's templates.
	template bool
	// line is that on which the document begins; 0 where it stands in no file.
	line int
}

// declaredIn is the place for reports; nil where it is in no file.
func (p place) declaredIn() *v1alpha1.DeclaredIn {
	if p.line == 0 {
		return nil
	}
	return &v1alpha1.DeclaredIn{File: p.file, Document: p.document, Line: p.line}
}

// String is how messages name a place.
func (p place) String() string {
	if p.item != "" {
		return fmt.Sprintf("%s: document %d: %s", p.file, p.document, p.item)
	}
	return fmt.Sprintf("%s: document %d", p.file, p.document)
}

// identity is what makes two objects the same one for the API server.
type identity struct {
	group, kind, namespace, name string
}

// collector turns objects into an inventory.
type collector struct {
	defaultNamespace string
	// plugin is what the network plugin can be recognised by.
	plugin networkplugin.Facts
	// unplaced counts the objects that got the default namespace.
	unplaced   int
	namespaces map[string]*inventory.Namespace
	workloads  []workload
	// idle are the controllers that make no pod now.
	idle     []inventory.Workload
	services []inventory.Service
	gaps     []inventory.Gap
	warnings []string
	seen     map[identity]place
	// otherPolicies are policies of other kinds than NetworkPolicy; otherGaps are those that could not be read.
	otherPolicies []*otherpolicy.Policy
	otherGaps     []inventory.Gap
}

func newCollector(defaultNamespace string) *collector {
	if defaultNamespace == "" {
		defaultNamespace = corev1.NamespaceDefault
	}
	return &collector{
		defaultNamespace: defaultNamespace,
		namespaces:       map[string]*inventory.Namespace{},
		seen:             map[identity]place{},
	}
}

func (c *collector) gap(namespace string, at place, err error) {
	if at.template {
		err = fmt.Errorf("%w (a template? read what it renders to: helm template CHART | kubectl cis532 audit -f -)", err)
	}
	c.gaps = append(c.gaps, inventory.Gap{Namespace: namespace, Err: fmt.Errorf("%s: %w", at, err)})
}

// add takes one object, or the items of a list.
func (c *collector) add(at place, e *entry) {
	if e.list {
		if e.duplicateKey != nil && at.item == "" {
			// It may be that of the items: what is lost then is not known.
			c.gap("", at, e.duplicateKey)
		}
		if e.cut {
			c.gap("", at, errCut)
		}
		for i := range e.items {
			item := at
			item.item = fmt.Sprintf("%sitems[%d]", prefix(at.item), i)
			if err := e.items[i].err; err != nil {
				c.gap("", item, err)
				continue
			}
			c.add(item, &e.items[i])
		}
		return
	}
	obj := &e.object
	if e.unplaced {
		c.unplaced++
	}
	what := func() string { return fmt.Sprintf("%s %q", clip(obj.gvk.Kind), clip(qualified(*obj))) }
	if obj.namespace != "" && c.namespaces[obj.namespace] == nil {
		if problems := validation.IsDNS1123Label(obj.namespace); len(problems) > 0 {
			c.gap("", at, fmt.Errorf("%s: metadata.namespace: Invalid value: %q: %s", what(), clip(obj.namespace), problems[0]))
			return
		}
	}
	if obj.name != "" {
		id := identity{obj.gvk.Group, obj.gvk.Kind, obj.namespace, obj.name}
		if first, twice := c.seen[id]; twice {
			c.gap(c.concerned(*obj), at, fmt.Errorf("%s: already defined in %s", what(), first))
			return
		}
		c.seen[id] = at
	}
	if obj.namespace != "" {
		if ns := c.namespace(obj.namespace); ns.DeclaredIn == nil {
			ns.DeclaredIn = at.declaredIn()
		}
	}
	if e.take == nil {
		return
	}
	if err := e.take(c, at, *obj); err != nil {
		c.gap(c.concerned(*obj), at, fmt.Errorf("%s: %w", what(), err))
	}
}

// concerned is the namespace whose evidence an object is.
func (c *collector) concerned(obj object) string {
	if obj.gvk.Kind == "Namespace" && obj.gvk.Group == "" {
		return obj.name
	}
	return obj.namespace
}

func prefix(item string) string {
	if item == "" {
		return ""
	}
	return item + "."
}

func qualified(obj object) string {
	name := obj.name
	if name == "" {
		name = "(no name)"
	}
	if obj.namespace == "" {
		return name
	}
	return obj.namespace + "/" + name
}

// namespace returns the namespace of that name, made where it is new: any
// object that lives in a namespace shows that the namespace exists.
func (c *collector) namespace(name string) *inventory.Namespace {
	ns := c.namespaces[name]
	if ns == nil {
		ns = &inventory.Namespace{Name: name, Labels: map[string]string{corev1.LabelMetadataName: name}}
		c.namespaces[name] = ns
	}
	return ns
}

// addNamespace takes a Namespace object, or what is wrong with it.
func (c *collector) addNamespace(at place, name string, labels, annotations map[string]string, terminating bool, err error) error {
	if err != nil {
		if len(validation.IsDNS1123Label(name)) == 0 {
			// The namespace is there, whatever else is wrong with it.
			c.namespace(name).DeclaredIn = at.declaredIn()
		}
		return err
	}
	ns := c.namespace(name)
	ns.Declared, ns.DeclaredIn = true, at.declaredIn()
	ns.Terminating = terminating
	ns.Annotations = annotations
	for key, value := range labels {
		if key != corev1.LabelMetadataName {
			ns.Labels[key] = value
		}
	}
	return nil
}

// joined makes one line of what is wrong with an object.
func joined(problems field.ErrorList) error {
	texts := make([]string, len(problems))
	for i, problem := range problems {
		texts[i] = problem.Error()
	}
	return errors.New(strings.Join(texts, "; "))
}

// inventory is what the documents say all together.
func (c *collector) inventory() *inventory.Inventory {
	inv := &inventory.Inventory{Gaps: c.gaps, Warnings: c.warnings, Services: c.services, NetworkPlugin: c.plugin}
	inv.OtherPolicies, inv.OtherPoliciesUnknown = c.otherPolicies, c.otherGaps
	for _, ns := range c.namespaces {
		inv.Namespaces = append(inv.Namespaces, ns)
	}
	inv.Workloads, inv.Idle = ownedByController(c.workloads), c.idle
	inv.DNS.Service = inventory.FindDNSService(c.services)
	inv.Whole = true
	if c.unplaced > 0 {
		inv.Warnings = append(inv.Warnings, fmt.Sprintf("%s without metadata.namespace: taken as in namespace %q (-n names another)",
			count(c.unplaced, "object"), c.defaultNamespace))
	}
	inv.Sort()
	return inv
}

// errCut is the error of a list that was read in pages, and of which this is not the last.
var errCut = errors.New("metadata.continue: the list is cut short, and what follows is not in it")

// errNoName is the error of an object that the audit must be able to name.
var errNoName = errors.New("metadata.name: Required value")

// workload is a workload and what its place in the ownership tree says.
type workload struct {
	inventory.Workload
	gvk   schema.GroupVersionKind
	owner *identity
}

// ownedByController marks the workloads whose controller is among them.
func ownedByController(all []workload) []inventory.Workload {
	present := map[identity]bool{}
	for _, w := range all {
		present[identity{w.gvk.Group, w.gvk.Kind, w.Namespace, w.Name}] = true
	}
	out := make([]inventory.Workload, len(all))
	for i, w := range all {
		w.Owned = w.owner != nil && present[*w.owner]
		out[i] = w.Workload
	}
	return out
}
