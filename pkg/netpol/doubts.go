package netpol

// doubts collects why a verdict is unknown.
type doubts struct{ address, labels, unreadable bool }

// add looks through the rules that may match.
func (d *doubts) add(s *selecting, w way, peer, dst *end, l lane, q query) {
	for i := range s.policies {
		d.unreadable = d.unreadable || s.policies[i].match == perhaps
		rules := s.policies[i].policy.rules[w]
		for j := range rules {
			if rules[j].match(peer, dst, l, q) == perhaps {
				d.addRule(&rules[j], peer, dst, l, q)
			}
		}
	}
}

func (d *doubts) addRule(r *rule, peer, dst *end, l lane, q query) {
	if r.matchPort(q, dst) == perhaps && !dst.hostNetwork() {
		d.unreadable = true
	}
	d.addPeers(r, peer, l)
}

// addPeers looks through the peers that may match, where no peer surely does.
func (d *doubts) addPeers(r *rule, peer *end, l lane) {
	if peer.hostNetwork() || r.matchPeer(peer, l) != perhaps {
		return
	}
	for i := range r.peers {
		p := &r.peers[i]
		if p.match(peer, l) != perhaps {
			continue
		}
		switch {
		case p.unreadable():
			d.unreadable = true
		case p.block != nil:
			d.address = true
		default:
			d.labels = true
		}
	}
}

// addSide is add for all ports and some lanes.
func (d *doubts) addSide(w way, subject, peer *end, set laneSet) {
	if subject.pod == nil || subject.pod.HostNetwork {
		return
	}
	list := subject.pod.class.selecting[w]
	for i := range list.policies {
		d.unreadable = d.unreadable || list.policies[i].match == perhaps
		rules := list.policies[i].policy.rules[w]
		for j := range rules {
			r := &rules[j]
			for l := range lanes {
				if set&(1<<l) == 0 || r.matchPeer(peer, l) == never {
					continue
				}
				d.addPeers(r, peer, l)
				d.unreadable = d.unreadable || !r.fixed.unknown().IsEmpty()
			}
		}
	}
}

// unreadable says that something in the peer cannot be read.
func (p *peer) unreadable() bool {
	return p.invalid ||
		p.block != nil && (p.block.cidrInvalid || p.block.exceptInvalid) ||
		p.pods != nil && p.pods.invalid ||
		p.namespaces != nil && p.namespaces.invalid
}

func (d *doubts) notes() []Note {
	var notes []Note
	for _, doubt := range []struct {
		is   bool
		note Note
	}{{d.address, NoteUnknownAddress}, {d.labels, NoteUnknownLabels}, {d.unreadable, NoteUnreadable}} {
		if doubt.is {
			notes = append(notes, doubt.note)
		}
	}
	return notes
}
