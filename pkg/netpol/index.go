package netpol

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/selection"
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
}

type namespace struct {
	name          string
	labels        map[string]string
	labelsUnknown bool
	policies      subjects
}

// pod is a Pod with what the index knows about it.
type pod struct {
	*Pod
	ns    *namespace
	class *class
	addr  [families]netip.Addr // invalid where the pod has none
}

// class is what pods of one namespace with equal labels share: the policies that select them, found once.
type class struct {
	ns        *namespace
	labels    map[string]string
	selecting [ways]*selecting
}

// selecting is a list of policies, in the order given; pods of many classes may share it.
type selecting struct {
	policies []selected
	// certain says that at least one of them surely selects, so that the pod is surely isolated.
	certain  bool
	postures [ways]keptPosture
}

// keptPosture is worked out when it is first asked for.
type keptPosture struct {
	once       sync.Once
	posture    Posture
	hangsOnPod bool
}

// selected is a policy that selects a pod, surely or perhaps (its podSelector cannot be read).
type selected struct {
	policy *policy
	match  match
}

// subjects finds the policies of a namespace that may select a pod, without asking each of them: most name a label
// and its value, so they are filed under one such pair.
type subjects struct {
	byPair map[[2]string][]*policy
	rest   []*policy
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

func (c *Cluster) indexPolicies(policies []*networkingv1.NetworkPolicy) {
	warn := func(w Warning) { c.warnings = append(c.warnings, w) }
	byNamespace := map[*namespace][]*policy{}
	for i, given := range policies {
		if given == nil {
			continue
		}
		// API: "podSelector selects the pods to which this NetworkPolicy object applies", "all pods in the policy's
		// namespace" at most.
		ns := c.namespace(given.Namespace)
		p := readPolicy(given, i, ns, warn)
		c.policies[i] = p
		byNamespace[ns] = append(byNamespace[ns], p)
	}
	for ns, list := range byNamespace {
		ns.policies = fileSubjects(list)
	}
}

// fileSubjects files each policy under the rarest pair of label and value that its podSelector demands.
func fileSubjects(policies []*policy) subjects {
	demands := func(r *requirement) bool {
		return len(r.values) == 1 && (r.operator == selection.In || r.operator == selection.Equals)
	}
	count := map[[2]string]int{}
	for _, p := range policies {
		for i := range p.subject.requirements {
			if r := &p.subject.requirements[i]; demands(r) {
				count[[2]string{r.key, r.values[0]}]++
			}
		}
	}
	filed := subjects{byPair: make(map[[2]string][]*policy, len(count))}
	for _, p := range policies {
		var best [2]string
		found := false
		for i := range p.subject.requirements {
			r := &p.subject.requirements[i]
			if !demands(r) {
				continue
			}
			if pair := [2]string{r.key, r.values[0]}; !found || count[pair] < count[best] {
				best, found = pair, true
			}
		}
		if found {
			filed.byPair[best] = append(filed.byPair[best], p)
		} else {
			filed.rest = append(filed.rest, p)
		}
	}
	return filed
}

// selecting lists the policies that select, surely or perhaps, a pod with those labels.
func (s *subjects) selecting(labels map[string]string) []selected {
	var list []selected
	ask := func(policies []*policy) {
		for _, p := range policies {
			if m := p.subject.matchLabels(labels); m != never {
				list = append(list, selected{p, m})
			}
		}
	}
	ask(s.rest)
	if len(s.byPair) > 0 {
		for key, value := range labels {
			ask(s.byPair[[2]string{key, value}])
		}
	}
	slices.SortFunc(list, func(a, b selected) int { return a.policy.ref.Index - b.policy.ref.Index })
	return list
}

func (c *Cluster) indexPods(pods []Pod) {
	classes := classIndex{byKey: map[string]*class{}, lists: map[string]*selecting{}}
	for i := range pods {
		given := &pods[i]
		p := &c.pods[i]
		p.Pod = given
		p.ns = c.namespace(given.Namespace)
		p.class = classes.of(p.ns, given.Labels)
		p.count()
		for _, addr := range given.HostIPs {
			c.nodes[plain(addr)] = true
		}
		for _, addr := range given.IPs {
			addr = plain(addr)
			if given.HostNetwork {
				c.nodes[addr] = true
			}
			if f, ok := familyOf(addr); ok && !p.addr[f].IsValid() {
				p.addr[f] = addr
				// A host-network pod's address is its node's, and so no pod's; a finished pod's is nobody's.
				if _, taken := c.byAddr[addr]; !taken && !given.Finished && !given.HostNetwork {
					c.byAddr[addr] = i
				}
			}
		}
	}
	c.empty = make(map[string]*class, len(c.namespaces))
	for name, ns := range c.namespaces {
		c.empty[name] = classes.of(ns, nil)
	}
}

// count adds the pod to what its policies select.
func (p *pod) count() {
	if p.Finished {
		return
	}
	for w := range ways {
		for _, s := range p.class.selecting[w].policies {
			if w == out && s.policy.affects[in] {
				continue // counted already
			}
			switch {
			case s.match != surely:
				s.policy.selects.Unknown++
			case p.HostNetwork:
				s.policy.selects.HostNetwork++
			default:
				s.policy.selects.Pods++
			}
		}
	}
}

// classIndex makes each class, and each list of selecting policies, once.
type classIndex struct {
	byKey map[string]*class
	lists map[string]*selecting
	keys  []string
	text  []byte
}

func (x *classIndex) of(ns *namespace, labels map[string]string) *class {
	x.keys = x.keys[:0]
	for key := range labels {
		x.keys = append(x.keys, key)
	}
	slices.SortFunc(x.keys, strings.Compare)
	x.text = appendText(x.text[:0], ns.name)
	for _, key := range x.keys {
		x.text = appendText(appendText(x.text, key), labels[key])
	}
	if found := x.byKey[string(x.text)]; found != nil {
		return found
	}
	made := &class{ns: ns, labels: labels}
	x.byKey[string(x.text)] = made
	all := ns.policies.selecting(labels)
	for w := range ways {
		made.selecting[w] = x.list(all, w)
	}
	return made
}

// appendText writes a string so that no two sequences of strings look the same.
func appendText(to []byte, text string) []byte {
	to = binary.AppendUvarint(to, uint64(len(text)))
	return append(to, text...)
}

func (x *classIndex) list(all []selected, w way) *selecting {
	x.text = x.text[:0]
	n := 0
	for _, s := range all {
		if s.policy.affects[w] {
			n++
			x.text = binary.AppendUvarint(x.text, uint64(s.policy.ref.Index))
		}
	}
	if found := x.lists[string(x.text)]; found != nil {
		return found
	}
	made := &selecting{policies: make([]selected, 0, n)}
	for _, s := range all {
		if s.policy.affects[w] {
			made.policies = append(made.policies, s)
			made.certain = made.certain || s.match == surely
		}
	}
	x.lists[string(x.text)] = made
	return made
}

// Pods is the number of pods given to [New].
func (c *Cluster) Pods() int { return len(c.pods) }

// PodAt is the index of the live pod on the pod network that has the address.
func (c *Cluster) PodAt(addr netip.Addr) (index int, ok bool) {
	index, ok = c.byAddr[plain(addr)]
	return index, ok
}

// Warnings lists what API servers refuse in the policies, or refuse by now, and how it was read.
func (c *Cluster) Warnings() []Warning { return slices.Clone(c.warnings) }
