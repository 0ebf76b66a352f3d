package netpol

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// found says what a peer's selectors find.
type found struct{ namespace, pod match }

// finder looks for pods by selectors, each distinct peer once. It is made when it is first needed: an index of the pods by
// their labels is more than most questions need.
type finder struct {
	names      []string // of all namespaces, in order
	namespaces map[string]*namespace
	pods       map[*namespace]*podsOfNamespace
	// byPair are the namespaces with a live pod that has that label and value; nil until withPair is asked.
	byPair map[[2]string][]*namespace
	// byLabel are the namespaces that have that label and value themselves, and unlabelled those of which it is not known.
	byLabel    map[[2]string][]*namespace
	unlabelled []*namespace
	// declared are all ports that live pods declare: names and protocols, without the number.
	declared map[ContainerPort]bool

	mu          sync.Mutex
	known       map[string]found // by peer
	knownPorts  map[string]bool  // by peer and port
	anySelected map[string]match // by namespaceSelector
}

// podsOfNamespace are the live pods of a namespace.
type podsOfNamespace struct {
	all []*pod
	// byPair are those with a label and its value; nil until withPair is asked.
	byPair map[[2]string][]*pod
}

// fewPods are looked through sooner than an index of them is made.
const fewPods = 16

// withPair are the pods that have that label and value, or more.
func (in *podsOfNamespace) withPair(pair [2]string) []*pod {
	if len(in.all) <= fewPods {
		return in.all
	}
	if in.byPair == nil {
		in.byPair = map[[2]string][]*pod{}
		for _, p := range in.all {
			for key, value := range p.Labels {
				in.byPair[[2]string{key, value}] = append(in.byPair[[2]string{key, value}], p)
			}
		}
	}
	return in.byPair[pair]
}

// withPair are the namespaces with a live pod that has that label and value.
func (f *finder) withPair(pair [2]string) []*namespace {
	if f.byPair == nil {
		f.byPair = map[[2]string][]*namespace{}
		for _, name := range f.names {
			ns := f.namespaces[name]
			in := f.pods[ns]
			if in == nil {
				continue
			}
			for _, p := range in.all {
				for key, value := range p.Labels {
					filed := f.byPair[[2]string{key, value}]
					if len(filed) == 0 || filed[len(filed)-1] != ns {
						f.byPair[[2]string{key, value}] = append(filed, ns)
					}
				}
			}
		}
	}
	return f.byPair[pair]
}

func (c *Cluster) finder() *finder {
	c.findOnce.Do(func() {
		f := &finder{
			names: slices.Sorted(maps.Keys(c.namespaces)), namespaces: c.namespaces,
			pods:    make(map[*namespace]*podsOfNamespace, len(c.namespaces)),
			byLabel: map[[2]string][]*namespace{}, declared: map[ContainerPort]bool{},
			known: map[string]found{}, knownPorts: map[string]bool{}, anySelected: map[string]match{},
		}
		for _, name := range f.names {
			ns := f.namespaces[name]
			if ns.labelsUnknown {
				f.unlabelled = append(f.unlabelled, ns)
				continue
			}
			for key, value := range ns.labels {
				f.byLabel[[2]string{key, value}] = append(f.byLabel[[2]string{key, value}], ns)
			}
		}
		for i := range c.pods {
			p := &c.pods[i]
			if p.Finished {
				continue
			}
			in := f.pods[p.ns]
			if in == nil {
				in = &podsOfNamespace{}
				f.pods[p.ns] = in
			}
			in.all = append(in.all, p)
			for _, port := range p.Ports {
				f.declared[portKey(port.Name, port.Protocol)] = true
			}
		}
		c.found = f
	})
	return c.found
}

// find looks for the first namespace and pod that a peer matches.
func (f *finder) find(p *peer) found {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := p.key()
	if known, ok := f.known[key]; ok {
		return known
	}
	var result found
	f.eachNamespace(p, func(ns *namespace, m match) bool {
		result.namespace |= m
		f.eachPod(ns, p.pods, func(_ *pod, n match) bool {
			result.pod |= m & n
			return result.pod == never
		})
		return result.pod == never
	})
	if result.pod == never && p.own == nil {
		result.namespace |= f.anyNamespace(p.namespaces)
	}
	f.known[key] = result
	return result
}

// anyNamespace says whether a namespaceSelector selects any namespace.
func (f *finder) anyNamespace(s *selector) match {
	key := s.String()
	if known, ok := f.anySelected[key]; ok {
		return known
	}
	result := never
	f.eachSelected(s, func(_ *namespace, m match) bool {
		result |= m
		return result != surely
	})
	f.anySelected[key] = result
	return result
}

// portKey is a name and a protocol.
func portKey(name string, protocol corev1.Protocol) ContainerPort {
	return ContainerPort{Name: name, Protocol: cmp.Or(protocol, corev1.ProtocolTCP)}
}

// findPort says whether a pod that a peer may match declares a port of that name and protocol.
func (f *finder) findPort(p *peer, port *portRule) bool {
	if !f.declared[portKey(port.name, port.protocol)] {
		return false // nobody does
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := string(appendText(appendText([]byte(p.key()), port.name), string(port.protocol)))
	if known, ok := f.knownPorts[key]; ok {
		return known
	}
	found := false
	f.eachNamespace(p, func(ns *namespace, _ match) bool {
		f.eachPod(ns, p.pods, func(pod *pod, _ match) bool {
			found = slices.ContainsFunc(pod.Ports, func(c ContainerPort) bool { return c.means(port) })
			return !found
		})
		return !found
	})
	f.knownPorts[key] = found
	return found
}

// eachNamespace calls for each namespace that a peer may match, until it is told to stop; those are left out in which no pod
// has a label that its podSelector demands.
func (f *finder) eachNamespace(p *peer, visit func(*namespace, match) bool) {
	if p.own != nil {
		visit(p.own, surely)
		return
	}
	if p.pods != nil {
		if pairs := p.pods.demands(); len(pairs) > 0 {
			if withPod := f.withPair(pairs[0]); len(withPod) <= f.atMost(p.namespaces) {
				visitSelected(p.namespaces, withPod, visit)
				return
			}
		}
	}
	f.eachSelected(p.namespaces, visit)
}

// atMost is how many namespaces eachSelected looks at.
func (f *finder) atMost(s *selector) int {
	pairs := s.demands()
	switch {
	case slices.ContainsFunc(pairs, func(pair [2]string) bool { return pair[0] == corev1.LabelMetadataName }):
		return 1
	case len(pairs) > 0:
		return len(f.byLabel[pairs[0]]) + len(f.unlabelled)
	default:
		return len(f.names)
	}
}

// eachSelected calls for each namespace that a namespaceSelector may select, until it is told to stop.
func (f *finder) eachSelected(s *selector, visit func(*namespace, match) bool) {
	pairs := s.demands()
	for _, pair := range pairs {
		if pair[0] == corev1.LabelMetadataName {
			if ns := f.namespaces[pair[1]]; ns != nil {
				visitSelected(s, []*namespace{ns}, visit)
			}
			return
		}
	}
	if len(pairs) > 0 {
		if visitSelected(s, f.byLabel[pairs[0]], visit) {
			visitSelected(s, f.unlabelled, visit)
		}
		return
	}
	for _, name := range f.names {
		if !visitSelected(s, []*namespace{f.namespaces[name]}, visit) {
			return
		}
	}
}

// visitSelected calls for those of the namespaces that a namespaceSelector may select. It answers false where it was told to
// stop.
func visitSelected(s *selector, namespaces []*namespace, visit func(*namespace, match) bool) bool {
	for _, ns := range namespaces {
		if m := s.matchNamespace(ns); m != never && !visit(ns, m) {
			return false
		}
	}
	return true
}

// eachPod calls for each live pod of a namespace that a podSelector may match; nil is all of them.
func (f *finder) eachPod(ns *namespace, s *selector, visit func(*pod, match) bool) {
	in := f.pods[ns]
	if in == nil {
		return
	}
	candidates := in.all
	if s != nil {
		for _, pair := range s.demands() {
			if filed := in.withPair(pair); len(filed) < len(candidates) {
				candidates = filed
			}
		}
	}
	for _, pod := range candidates {
		m := surely
		if s != nil {
			m = s.matchLabels(pod.Labels)
		}
		if m != never && !visit(pod, m) {
			return
		}
	}
}

// key is different for peers that match different pods.
func (p *peer) key() string {
	var text []byte
	if p.own != nil {
		text = appendText(append(text, 'o'), p.own.name)
	} else {
		text = appendText(append(text, 'n'), p.namespaces.String())
	}
	if p.pods == nil {
		return string(append(text, 0))
	}
	return string(appendText(append(text, 1), p.pods.String()))
}
