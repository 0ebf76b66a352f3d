package netpol

import (
	"encoding/binary"
	"maps"
	"slices"
	"sync"
)

// class is what pods of one namespace share that its policies' podSelectors cannot tell apart: the policies that select
// them, found once.
type class struct {
	selecting         [ways]*selecting
	pods, hostNetwork int // live ones
}

func (c *class) count(p *Pod) {
	switch {
	case p.Finished:
	case p.HostNetwork:
		c.hostNetwork++
	default:
		c.pods++
	}
}

// reportCount adds the class's pods to what its policies select.
func (c *class) reportCount() {
	for w := range ways {
		for _, s := range c.selecting[w].policies {
			total := &s.policy.selects
			switch {
			case w == out && s.policy.affects[in]: // counted already
			case s.match != surely:
				total.Unknown += c.pods + c.hostNetwork
			default:
				total.Pods += c.pods
				total.HostNetwork += c.hostNetwork
			}
		}
	}
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
	byPorts    sync.Map // where it hangs on the pod: by its alikePorts
}

// selected is a policy that selects a pod, surely or perhaps (its podSelector cannot be read).
type selected struct {
	policy *policy
	match  match
}

// classIndex makes each class, and each list of selecting policies, once.
type classIndex struct {
	byLabels   map[string]*class
	bySubjects map[string]*class
	lists      map[string]*selecting
	text       []byte
}

func newClassIndex() classIndex {
	return classIndex{byLabels: map[string]*class{}, bySubjects: map[string]*class{}, lists: map[string]*selecting{}}
}

func (x *classIndex) of(ns *namespace, labels map[string]string) *class {
	x.text = appendLabels(appendText(x.text[:0], ns.name), labels, ns.subjects.keys)
	if found := x.byLabels[string(x.text)]; found != nil {
		return found
	}
	key := string(x.text)
	chosen := ns.subjects.selecting(labels)
	x.text = appendText(x.text[:0], ns.name)
	for _, s := range chosen {
		x.text = binary.AppendUvarint(x.text, uint64(s.id))
	}
	made := x.bySubjects[string(x.text)]
	if made == nil {
		made = &class{}
		x.bySubjects[string(x.text)] = made
		for w := range ways {
			made.selecting[w] = x.list(chosen, w)
		}
	}
	x.byLabels[key] = made
	return made
}

// list is the list of policies that have one of the podSelectors and isolate a direction.
func (x *classIndex) list(chosen []*subject, w way) *selecting {
	made := &selecting{}
	for _, s := range chosen {
		// Labels of pods are always known, so that only a selector that cannot be read is in doubt.
		m := surely
		if s.selector.invalid {
			m = perhaps
		}
		for _, p := range s.policies {
			if p.affects[w] {
				made.policies = append(made.policies, selected{p, m})
				made.certain = made.certain || m == surely
			}
		}
	}
	slices.SortFunc(made.policies, func(a, b selected) int { return a.policy.ref.Index - b.policy.ref.Index })
	x.text = x.text[:0]
	for _, s := range made.policies {
		x.text = binary.AppendUvarint(x.text, uint64(s.policy.ref.Index))
	}
	if found := x.lists[string(x.text)]; found != nil {
		return found
	}
	x.lists[string(x.text)] = made
	return made
}

// portsIndex numbers the lists of ports that containers declare, from 1.
type portsIndex struct {
	ids  map[string]int
	text []byte
}

func (x *portsIndex) of(ports []ContainerPort) int {
	if len(ports) == 0 {
		return 0
	}
	x.text = x.text[:0]
	for i := range ports {
		x.text = appendText(appendText(x.text, ports[i].Name), string(ports[i].Protocol))
		x.text = binary.AppendVarint(x.text, int64(ports[i].Port))
	}
	id, known := x.ids[string(x.text)]
	if !known {
		id = len(x.ids) + 1
		x.ids[string(x.text)] = id
	}
	return id
}

// labelKeys are the keys that selectors ask for: labels with other keys make no difference to them.
type labelKeys map[string]bool

func (k *labelKeys) add(s *selector) {
	if *k == nil {
		*k = labelKeys{}
	}
	for i := range s.requirements {
		(*k)[s.requirements[i].key] = true
	}
}

func (k labelKeys) sorted() []string { return slices.Sorted(maps.Keys(k)) }

// appendText writes a string so that no two sequences of strings look the same.
func appendText(to []byte, text string) []byte {
	to = binary.AppendUvarint(to, uint64(len(text)))
	return append(to, text...)
}

// appendLabels writes the labels that have one of the keys.
func appendLabels(to []byte, labels map[string]string, keys []string) []byte {
	for _, key := range keys {
		value, present := labels[key]
		if !present {
			to = append(to, 0)
			continue
		}
		to = appendText(append(to, 1), value)
	}
	return to
}
