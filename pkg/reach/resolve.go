package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Cluster is an inventory, made ready for questions about connections. It is
// never changed by them.
type Cluster struct {
	policies *netpol.Cluster
	// workloads are the pods of policies, index for index: live pods and templates.
	workloads []inventory.Workload
	// counted are those that stand for pods of their own: a template does not where its pods are there.
	counted []int
	byRef   map[string][]int
	// controlled are the workloads that a controller makes, by its reference.
	controlled map[string][]int
	namespaces map[string]bool
	services   map[string]*inventory.Service
	// servicePods are the workloads that a Service's selector picks.
	servicePods map[*inventory.Service][]int
	byAddr      map[netip.Addr]*inventory.Service
	// others are the policies of other kinds; nil where there are none.
	others *others
}

// New prepares an inventory.
func New(inv *inventory.Inventory) *Cluster {
	c := &Cluster{
		byRef: map[string][]int{}, controlled: map[string][]int{}, namespaces: map[string]bool{},
		services: map[string]*inventory.Service{}, servicePods: map[*inventory.Service][]int{},
		byAddr: map[netip.Addr]*inventory.Service{}, others: readOthers(inv),
	}
	var namespaces []netpol.Namespace
	var policies []*networkingv1.NetworkPolicy
	for _, ns := range inv.Namespaces {
		c.namespaces[ns.Name] = true
		namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		policies = append(policies, ns.Policies...)
	}
	var pods []netpol.Pod
	add := func(w inventory.Workload) {
		i := len(pods)
		pods = append(pods, w.Pod)
		c.workloads = append(c.workloads, w)
		// What has only a generateName shares its name with others.
		c.byRef[w.Ref()] = append(c.byRef[w.Ref()], i)
		if w.Controller != "" {
			controller := w.Namespace + "/" + w.Controller
			c.controlled[controller] = append(c.controlled[controller], i)
		}
	}
	for _, w := range inv.Workloads {
		add(w)
	}
	for _, w := range inv.Templates {
		add(w)
	}
	for i := range inv.Workloads {
		if c.counts(&c.workloads[i]) {
			c.counted = append(c.counted, i)
		}
	}
	byNamespace := map[string][]int{}
	for _, i := range c.counted {
		byNamespace[c.workloads[i].Namespace] = append(byNamespace[c.workloads[i].Namespace], i)
	}
	for i := range inv.Services {
		s := &inv.Services[i]
		c.servicePods[s] = c.selected(s, byNamespace[s.Namespace])
		c.services[s.Namespace+"/"+s.Name] = s
		for _, addr := range s.IPs {
			c.byAddr[addr] = s
		}
	}
	c.policies = netpol.New(namespaces, pods, policies)
	return c
}

// counts says that a workload stands for pods of its own. Pods do, whoever
// controls them: they are what there is, with their addresses. A controller
// does where neither pods of its own nor its own controller are there.
func (c *Cluster) counts(w *inventory.Workload) bool {
	if w.Kind == podKind {
		return !w.Finished
	}
	return !w.Owned && len(c.podsOf(w.Ref())) == 0
}

// target is one end of a connection, found.
type target struct {
	end   netpol.Endpoint
	index int // of the workload; -1 for an address
	name  string
}

// find returns what a reference means: one address, or the pods of a workload.
// A controller means its pods; where none is there, the pod that it would make.
func (c *Cluster) find(ref Ref) ([]target, error) {
	if ref.Addr.IsValid() {
		if i, ok := c.policies.PodAt(ref.Addr); ok {
			return []target{{netpol.AtAddress(ref.Addr), i, c.workloads[i].Ref()}}, nil
		}
		return []target{{netpol.AtAddress(ref.Addr), -1, ref.Addr.String()}}, nil
	}
	if pods := c.podsOf(ref.String()); len(pods) > 0 {
		return c.targets(pods), nil
	}
	if same := c.byRef[ref.String()]; len(same) > 0 {
		return c.targets(same), nil
	}
	return nil, c.notFound(ref)
}

func (c *Cluster) targets(indices []int) []target {
	found := make([]target, len(indices))
	for n, i := range indices {
		found[n] = target{netpol.AtPod(i), i, c.workloads[i].Ref()}
	}
	return found
}

// podsOf returns the live pods that a controller made, directly or through
// another controller (a Deployment's through its ReplicaSets).
func (c *Cluster) podsOf(controller string) []int {
	var pods []int
	seen := map[string]bool{}
	pending := []string{controller}
	for len(pending) > 0 {
		ref := pending[0]
		pending = pending[1:]
		if seen[ref] {
			continue
		}
		seen[ref] = true
		for _, i := range c.controlled[ref] {
			if w := &c.workloads[i]; w.Kind != podKind {
				pending = append(pending, w.Ref())
			} else if !w.Finished {
				pods = append(pods, i)
			}
		}
	}
	slices.Sort(pods)
	return pods
}

// selected returns those of the workloads that a Service's selector picks.
func (c *Cluster) selected(s *inventory.Service, workloads []int) []int {
	selector := labels.SelectorFromSet(s.Selector)
	var pods []int
	for _, i := range workloads {
		if selector.Matches(labels.Set(c.workloads[i].Labels)) {
			pods = append(pods, i)
		}
	}
	return pods
}

// notFound says what was looked for, and what was probably meant.
func (c *Cluster) notFound(ref Ref) error {
	if !c.namespaces[ref.Namespace] {
		return fmt.Errorf("%s: namespace %q not found", clip(ref.String()), clip(ref.Namespace))
	}
	var others []string
	suffix := "/" + ref.Name
	for other := range c.byRef {
		if strings.HasPrefix(other, ref.Namespace+"/") && strings.HasSuffix(other, suffix) && strings.Count(other, "/") == 2 {
			others = append(others, other)
		}
	}
	if s := c.services[ref.Namespace+"/"+ref.Name]; s != nil {
		others = append(others, ref.Namespace+"/"+serviceKind+"/"+ref.Name)
	}
	if len(others) == 0 {
		return fmt.Errorf("%s not found", clip(ref.String()))
	}
	sort.Strings(others)
	return fmt.Errorf("%s not found (did you mean %s?)", clip(ref.String()), others[0])
}
