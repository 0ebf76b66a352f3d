package manifests

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
	policyvalidation "github.com/cis532/kubectl-cis532/pkg/netpol/validation"
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

// These recognise a text that is meant to be a manifest although it cannot be parsed.
var (
	apiVersionKey = manifestKey("apiVersion")
	kindKey       = manifestKey("kind")
)

// manifestKey finds a key in YAML's block and flow style and in JSON.
func manifestKey(key string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)(^|[\s{,])["']?` + key + `["']?\s*:`)
}

// addFile takes the documents of a file. It answers false where the file was
// found in a directory and holds no manifest, so that it was left out.
func (c *collector) addFile(src source, data []byte) bool {
	type decoded struct {
		doc document
		h   header
		obj object
		err error
	}
	docs := split(data)
	all := make([]decoded, len(docs))
	manifest := false
	for i, doc := range docs {
		h, obj, err := decode(doc)
		all[i] = decoded{doc, h, obj, err}
		manifest = manifest || err == nil || apiVersionKey.Match(doc.text) && kindKey.Match(doc.text)
	}
	if src.inDirectory && !manifest {
		return false
	}
	for _, d := range all {
		at := place{file: src.name, document: d.doc.number, template: bytes.Contains(d.doc.text, []byte("{{"))}
		if src.inFile {
			at.line = d.doc.firstLine()
		}
		if errors.Is(d.err, errNull) {
			continue
		}
		if d.err != nil {
			c.gap("", at, d.err)
			continue
		}
		c.add(at, d.h, d.obj)
	}
	return true
}

func (c *collector) gap(namespace string, at place, err error) {
	if at.template {
		err = fmt.Errorf("%w (a template? read what it renders to: helm template CHART | kubectl cis532 audit -f -)", err)
	}
	c.gaps = append(c.gaps, inventory.Gap{Namespace: namespace, Err: fmt.Errorf("%s: %w", at, err)})
}

// add takes one object, or the items of a list.
func (c *collector) add(at place, h header, obj object) {
	if isList(obj.gvk, h) {
		if obj.duplicateKey != nil && at.item == "" {
			// It may be that of the items: what is lost then is not known.
			c.gap("", at, obj.duplicateKey)
		}
		for i, raw := range h.Items {
			item := at
			item.item = fmt.Sprintf("%sitems[%d]", prefix(at.item), i)
			itemHeader, itemObj, err := decodeHeader(raw, itemKind(obj.gvk))
			if err != nil {
				c.gap("", item, err)
				continue
			}
			itemObj.duplicateKey = obj.duplicateKey
			c.add(item, itemHeader, itemObj)
		}
		return
	}
	yes, known := namespaced(obj.gvk)
	if known && !yes {
		obj.namespace = ""
	}
	if known && yes && obj.namespace == "" {
		obj.namespace = c.defaultNamespace
		c.unplaced++
	}
	what := fmt.Sprintf("%s %q", clip(obj.gvk.Kind), clip(qualified(obj)))
	if obj.namespace != "" {
		if problems := validation.IsDNS1123Label(obj.namespace); len(problems) > 0 {
			c.gap("", at, fmt.Errorf("%s: metadata.namespace: Invalid value: %q: %s", what, clip(obj.namespace), problems[0]))
			return
		}
	}
	if obj.name != "" {
		id := identity{obj.gvk.Group, obj.gvk.Kind, obj.namespace, obj.name}
		if first, twice := c.seen[id]; twice {
			c.gap(c.concerned(obj), at, fmt.Errorf("%s: already defined in %s", what, first))
			return
		}
		c.seen[id] = at
	}
	if obj.namespace != "" {
		if ns := c.namespace(obj.namespace); ns.DeclaredIn == nil {
			ns.DeclaredIn = at.declaredIn()
		}
	}
	if err := c.addTyped(at, obj); err != nil {
		c.gap(c.concerned(obj), at, fmt.Errorf("%s: %w", what, err))
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

// addTyped takes what the audit looks at; other kinds only show that their namespace exists.
func (c *collector) addTyped(at place, obj object) error {
	c.addNetworkPlugin(obj)
	switch {
	case c.addOtherPolicy(at, obj):
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Namespace"):
		return c.addNamespace(at, obj)
	case obj.gvk == networkingv1.SchemeGroupVersion.WithKind("NetworkPolicy"):
		return c.addPolicy(at, obj)
	case obj.gvk.Kind == "NetworkPolicy" && (obj.gvk.Group == "extensions" || obj.gvk.Group == networkingv1.GroupName):
		c.warnings = append(c.warnings, fmt.Sprintf("%s: NetworkPolicy %q has apiVersion %s, which no API server takes any more: it does not count (use %s)",
			at, clip(qualified(obj)), obj.gvk.GroupVersion(), networkingv1.SchemeGroupVersion))
	case obj.gvk == corev1.SchemeGroupVersion.WithKind("Service"):
		return c.addService(obj)
	default:
		return c.addWorkload(obj)
	}
	return nil
}

func (c *collector) addNamespace(at place, obj object) error {
	if len(validation.IsDNS1123Label(obj.name)) == 0 {
		// The namespace is there, whatever else is wrong with it.
		c.namespace(obj.name).DeclaredIn = at.declaredIn()
	}
	var read corev1.Namespace
	if err := unmarshal(obj, &read, true); err != nil {
		return err
	}
	if problems := policyvalidation.Namespace(&read); len(problems) > 0 {
		return joined(problems)
	}
	ns := c.namespace(read.Name)
	ns.Declared = true
	ns.Terminating = read.DeletionTimestamp != nil || read.Status.Phase == corev1.NamespaceTerminating
	ns.Annotations = read.Annotations
	for key, value := range read.Labels {
		if key != corev1.LabelMetadataName {
			ns.Labels[key] = value
		}
	}
	return nil
}

// addPolicy takes a policy that an API server would. CIDRs that servers took
// before 1.36 mean what they always did, with a warning.
func (c *collector) addPolicy(at place, obj object) error {
	np := &networkingv1.NetworkPolicy{}
	if err := unmarshal(obj, np, true, "status"); err != nil {
		return err
	}
	np.Namespace = obj.namespace
	if problems := policyvalidation.NetworkPolicyBefore136(np); len(problems) > 0 {
		return joined(problems)
	}
	for _, warning := range policyvalidation.Warnings(np) {
		c.warnings = append(c.warnings, fmt.Sprintf("%s: NetworkPolicy %q: %s", at, clip(qualified(obj)), warning))
	}
	ns := c.namespace(obj.namespace)
	ns.Policies = append(ns.Policies, policyvalidation.Default(np))
	if declared := at.declaredIn(); declared != nil {
		if ns.PolicyDeclaredIn == nil {
			ns.PolicyDeclaredIn = map[string]*v1alpha1.DeclaredIn{}
		}
		ns.PolicyDeclaredIn[np.Name] = declared
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
