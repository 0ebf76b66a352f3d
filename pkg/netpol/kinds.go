package netpol

import (
	"encoding/binary"
)

// kinds sorts pods for a matrix: pods of one kind are alike to every policy that could have a say, so that each pair of
// kinds is judged once.
type kinds struct {
	pods []*pod  // as asked for; nil where there is no such pod
	of   []int32 // the kind of each
	list []kind
	// A direction hangs on the subject only by its group: those with the same policies (and, for ingress, the same ports).
	groups [ways][]int32 // the first kind of each group
}

type kind struct {
	end      end     // of one pod of the kind
	families laneSet // none on the host network, where any address counts
	group    [ways]int32
}

type kindSorter struct {
	kinds
	byKey    map[string]int32
	groups   [ways]map[string]int32
	lists    map[*selecting]uint64
	blocks   map[string]*block // those of these policies, equal ones once
	distinct []*block
	labels   []string // the keys that the peers of those policies ask for
	names    bool     // a rule of theirs names a port
	key      []byte
}

func (c *Cluster) sortKinds(pods []int) *kinds {
	s := &kindSorter{byKey: map[string]int32{}, lists: map[*selecting]uint64{}, blocks: map[string]*block{}}
	s.pods = make([]*pod, len(pods))
	s.of = make([]int32, len(pods))
	for i, index := range pods {
		if index >= 0 && index < len(c.pods) {
			s.pods[i] = &c.pods[index]
		}
	}
	s.findDifferences()
	for w := range ways {
		s.groups[w] = map[string]int32{}
	}
	for i, p := range s.pods {
		if p != nil {
			s.of[i] = s.kindOf(p)
		}
	}
	return &s.kinds
}

// findDifferences collects what pods can differ in, for the policies that select any of them.
func (s *kindSorter) findDifferences() {
	seen := map[*policy]bool{}
	var keys labelKeys
	for _, p := range s.pods {
		if p == nil {
			continue
		}
		for w := range ways {
			list := p.class.selecting[w]
			if _, known := s.lists[list]; known {
				continue
			}
			s.lists[list] = uint64(len(s.lists))
			for i := range list.policies {
				if p := list.policies[i].policy; !seen[p] {
					seen[p] = true
					s.addPolicy(p, &keys)
				}
			}
		}
	}
	s.labels = keys.sorted()
}

func (s *kindSorter) addPolicy(p *policy, keys *labelKeys) {
	for w := range ways {
		for i := range p.rules[w] {
			r := &p.rules[w][i]
			s.names = s.names || r.namesPorts
			for j := range r.peers {
				if b := r.peers[j].block; b != nil && s.blocks[b.String()] == nil {
					s.blocks[b.String()] = b
					s.distinct = append(s.distinct, b)
				}
				if r.peers[j].pods != nil {
					keys.add(r.peers[j].pods)
				}
			}
		}
	}
}

func (s *kindSorter) kindOf(p *pod) int32 {
	e := p.end()
	key := appendLabels(appendText(s.key[:0], p.ns.name), p.Labels, s.labels)
	for w := range ways {
		key = binary.AppendUvarint(key, s.lists[p.class.selecting[w]])
	}
	flags := byte(e.familySet())
	if p.HostNetwork {
		flags |= 1 << lanes
	}
	if p.Finished {
		flags |= 1 << (lanes + 1)
	}
	if e.unknown {
		flags |= 1 << (lanes + 2)
	}
	key = append(key, flags)
	if s.names {
		key = p.appendPorts(binary.AppendUvarint(key, uint64(len(p.Ports))))
	}
	for _, b := range s.distinct {
		if p.HostNetwork {
			key = append(key, byte((&peer{block: b}).matchHostPod(p)))
		} else {
			key = append(key, s.held(&e, b))
		}
	}
	s.key = key
	if found, known := s.byKey[string(key)]; known {
		return found
	}
	made := int32(len(s.list))
	s.byKey[string(key)] = made
	k := kind{end: e}
	if !p.HostNetwork {
		k.families = e.familySet()
	}
	for w := range ways {
		k.group[w] = s.groupOf(p, w, made)
	}
	s.list = append(s.list, k)
	return made
}

// held says which of an end's addresses a block holds.
func (s *kindSorter) held(e *end, b *block) byte {
	var held byte
	for f := range families {
		if e.addr[f].IsValid() {
			held |= byte(b.match(e.addr[f])) << (2 * f)
		}
	}
	return held
}

func (p *pod) appendPorts(key []byte) []byte {
	for i := range p.Ports {
		key = appendText(appendText(key, p.Ports[i].Name), string(p.Ports[i].Protocol))
		key = binary.AppendVarint(key, int64(p.Ports[i].Port))
	}
	return key
}

func (s *kindSorter) groupOf(p *pod, w way, kind int32) int32 {
	list := p.class.selecting[w]
	key := binary.AppendUvarint(nil, s.lists[list])
	if p.HostNetwork {
		key = append(key, 1)
	} else {
		key = append(key, 0)
	}
	if w == in && list.namePorts(in) {
		key = p.appendPorts(key)
	}
	if found, known := s.groups[w][string(key)]; known {
		return found
	}
	made := int32(len(s.kinds.groups[w]))
	s.groups[w][string(key)] = made
	s.kinds.groups[w] = append(s.kinds.groups[w], kind)
	return made
}

// between are the lanes between two kinds, as lanesBetween has them.
func (a *kind) between(b *kind) laneSet {
	set := a.families & b.families
	if set == 0 || a.end.unknown && b.end.unknown {
		return 1 << laneAny
	}
	return set
}

// Kind is the same number for pods of the matrix that no policy can tell apart, so that they may connect to the same and
// be connected to by the same. Only their nodes may differ, which count for what comes from the host network.
func (k *kinds) Kind(i int) int { return int(k.of[i]) }
