package netpol

import (
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
)

// Cluster is the index over namespaces, pods and policies that answers every question. It never changes.
type Cluster struct {
	namespaces map[string]*namespace
	pods       []pod
	policies   []*policy // nil where nil was given
	byAddr     map[netip.Addr]int
	nodes      map[netip.Addr]bool // addresses of nodes, as far as pods tell
	warnings   []Warning
	empty      map[string]*class // per namespace: what a new pod without labels would be

	// found is made when it is first needed.
	findOnce sync.Once
	found    *finder
}

type namespace struct {
	name          string
	labels        map[string]string
	labelsUnknown bool
	subjects      subjects
}

// pod is a Pod with what the index knows about it.
type pod struct {
	*Pod
	ns    *namespace
	class *class
	// alikePorts is the same for pods that declare the same ports; 0 for those that declare none.
	alikePorts int
	addr       [families]netip.Addr // invalid where the pod has none
}

// New indexes a cluster. It keeps the pods and policies that it is given, which must not change afterwards.
//
// Nothing in them makes it fail. A namespace that only pods or policies mention is one whose labels are unknown; of
// namespaces of one name and pods of one address, the first counts; nil policies are skipped; what cannot be read in a policy
// could match anything (and is listed by [Cluster.Warnings]), except for a protocol that does not exist, which nothing
// matches.
func New(namespaces []Namespace, pods []Pod, policies []*networkingv1.NetworkPolicy) *Cluster {
	c := &Cluster{
		namespaces: make(map[string]*namespace, len(namespaces)),
		pods:       make([]pod, len(pods)),
		policies:   make([]*policy, len(policies)),
		byAddr:     make(map[netip.Addr]int, len(pods)),
		nodes:      map[netip.Addr]bool{},
	}
	for i := range namespaces {
		given := &namespaces[i]
		if c.namespaces[given.Name] == nil {
			c.namespaces[given.Name] = &namespace{name: given.Name, labels: given.Labels, labelsUnknown: given.LabelsUnknown}
		}
	}
	c.indexPolicies(policies)
	c.indexPods(pods)
	return c
}

// namespace is the one of that name; one that nobody declared has unknown labels.
func (c *Cluster) namespace(name string) *namespace {
	ns := c.namespaces[name]
	if ns == nil {
		ns = &namespace{name: name, labelsUnknown: true}
		c.namespaces[name] = ns
	}
	return ns
}

// indexPolicies reads each policy by itself, and then those of a namespace together.
func (c *Cluster) indexPolicies(policies []*networkingv1.NetworkPolicy) {
	namespaces := make([]*namespace, len(policies))
	for i, given := range policies {
		if given != nil {
			// API: "podSelector selects the pods to which this NetworkPolicy object applies", "all pods in the policy's
			// namespace" at most.
			namespaces[i] = c.namespace(given.Namespace)
		}
	}
	warnings := make([][]Warning, runtime.GOMAXPROCS(0))
	inParts(len(policies), func(part, from, to int) {
		warn := func(w Warning) { warnings[part] = append(warnings[part], w) }
		for i := from; i < to; i++ {
			if policies[i] != nil {
				c.policies[i] = readPolicy(policies[i], i, namespaces[i], warn)
			}
		}
	})
	c.warnings = slices.Concat(warnings...)
	byNamespace := map[*namespace][]*policy{}
	for _, p := range c.policies {
		if p != nil {
			byNamespace[p.ns] = append(byNamespace[p.ns], p)
		}
	}
	withPolicies := slices.Collect(maps.Keys(byNamespace))
	inParts(len(withPolicies), func(_, from, to int) {
		for _, ns := range withPolicies[from:to] {
			ns.subjects = fileSubjects(byNamespace[ns])
		}
	})
}

// indexPods finds the addresses and ports of all pods, and then the classes of those of each namespace.
func (c *Cluster) indexPods(pods []Pod) {
	ports := portsIndex{ids: map[string]int{}}
	byNamespace := make(map[*namespace][]*pod, len(c.namespaces))
	for i := range pods {
		given := &pods[i]
		p := &c.pods[i]
		p.Pod = given
		p.ns = c.namespace(given.Namespace)
		p.alikePorts = ports.of(given.Ports)
		byNamespace[p.ns] = append(byNamespace[p.ns], p)
		c.indexAddresses(p, i)
	}
	namespaces := slices.Collect(maps.Values(c.namespaces))
	empty := make([]*class, len(namespaces))
	inParts(len(namespaces), func(_, from, to int) {
		// Namespaces share no classes.
		classes := newClassIndex()
		for i := from; i < to; i++ {
			ns := namespaces[i]
			for _, p := range byNamespace[ns] {
				p.class = classes.of(ns, p.Labels)
				p.class.count(p.Pod)
			}
			empty[i] = classes.of(ns, nil)
		}
		for _, class := range classes.bySubjects {
			class.reportCount()
		}
	})
	c.empty = make(map[string]*class, len(c.namespaces))
	for i, ns := range namespaces {
		c.empty[ns.name] = empty[i]
	}
}

func (c *Cluster) indexAddresses(p *pod, index int) {
	for _, addr := range p.HostIPs {
		c.nodes[plain(addr)] = true
	}
	for _, addr := range p.IPs {
		addr = plain(addr)
		if p.HostNetwork {
			c.nodes[addr] = true
		}
		if f, ok := familyOf(addr); ok && !p.addr[f].IsValid() {
			p.addr[f] = addr
			// A host-network pod's address is its node's, and so no pod's; a finished pod's is nobody's.
			if _, taken := c.byAddr[addr]; !taken && !p.Finished && !p.HostNetwork {
				c.byAddr[addr] = index
			}
		}
	}
}

// Pods is the number of pods given to [New].
func (c *Cluster) Pods() int { return len(c.pods) }

// PodAt is the index of the live pod on the pod network that has the address.
func (c *Cluster) PodAt(addr netip.Addr) (index int, ok bool) {
	index, ok = c.byAddr[plain(addr)]
	return index, ok
}
