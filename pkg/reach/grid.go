package reach

import (
	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// grid answers for all pairs of the counted workloads, by their places among them.
type grid struct {
	one   *netpol.Matrix
	ports *netpol.PortMatrix
	texts *portTexts
}

func (c *Cluster) grid(port Port) grid {
	if port.IsAll() {
		return grid{ports: c.policies.PortMatrix(c.counted), texts: &portTexts{}}
	}
	return grid{one: c.policies.Matrix(c.counted, port.Number, port.Protocol)}
}

// kind is the same for those that no policy can tell apart.
func (g grid) kind(n int) int {
	if g.one != nil {
		return g.one.Kind(n)
	}
	return g.ports.Kind(n)
}

// entry is the answer for two groups: that of their pods, which is one for
// all; only on the host network it can hang on the nodes too.
func (g grid) entry(from, to *group) v1alpha1.MatrixEntry {
	if g.one != nil {
		verdict := g.one.Verdict(from.members[0], to.members[0])
		for a, b := range otherPairs(from, to) {
			if g.one.Verdict(a, b) != verdict {
				return v1alpha1.MatrixEntry{Verdict: v1alpha1.ReachUnknown}
			}
		}
		return v1alpha1.MatrixEntry{Verdict: v1alpha1.ReachVerdict(verdict)}
	}
	allowed, unknown := g.ports.Allowed(from.members[0], to.members[0])
	for a, b := range otherPairs(from, to) {
		otherAllowed, otherUnknown := g.ports.Allowed(a, b)
		possible := allowed.Union(unknown).Union(otherAllowed).Union(otherUnknown)
		allowed = allowed.Intersect(otherAllowed)
		unknown = possible.Minus(allowed)
	}
	entry := v1alpha1.MatrixEntry{Verdict: setVerdict(allowed, unknown)}
	entry.Allowed, entry.Unknown = g.texts.of(allowed, unknown)
	return entry
}

// otherPairs are those whose answer can be another than that of the first
// members: from the host network it counts whether both are on one node. For
// each destination there is a source on its node, and one that is not, if
// there are such.
func otherPairs(from, to *group) func(yield func(int, int) bool) {
	return func(yield func(int, int) bool) {
		if !from.onHost || len(from.members)*len(to.members) == 1 {
			return
		}
		for n, node := range to.nodes {
			for _, source := range from.byNode.toldApart(node) {
				if !yield(from.members[source], to.members[n]) {
					return
				}
			}
		}
	}
}

// byNode finds a group's members by their nodes.
type byNode struct {
	first map[string]int
	// two are members of different nodes, or one where all are on the same.
	two []int
}

func indexNodes(nodes []string) byNode {
	b := byNode{first: map[string]int{}}
	for n, node := range nodes {
		if _, seen := b.first[node]; !seen {
			b.first[node] = n
			if len(b.two) < 2 {
				b.two = append(b.two, n)
			}
		}
	}
	return b
}

// toldApart are members on that node, on another, and on one that is not known.
func (b byNode) toldApart(node string) []int {
	found := append(make([]int, 0, 4), b.two...)
	if n, ok := b.first[node]; ok {
		found = append(found, n)
	}
	if n, ok := b.first[""]; ok {
		found = append(found, n)
	}
	return found
}

// portTexts turns sets of ports into texts, those of equal sets once: millions
// of pairs have few different answers. The texts are shared and must not be changed.
type portTexts struct {
	recent []portText
	all    map[string]*portText
}

type portText struct {
	allowed, unknown           netpol.PortSet
	allowedTexts, unknownTexts []string
}

// maxRecent is how many answers are compared before they are looked up by their text.
const maxRecent = 4

func (t *portTexts) of(allowed, unknown netpol.PortSet) (allowedTexts, unknownTexts []string) {
	for i := range t.recent {
		if r := &t.recent[i]; r.allowed.Equal(allowed) && r.unknown.Equal(unknown) {
			return r.allowedTexts, r.unknownTexts
		}
	}
	key := allowed.String() + "|" + unknown.String()
	known := t.all[key]
	if known == nil {
		if t.all == nil {
			t.all = map[string]*portText{}
		}
		known = &portText{allowed, unknown, textsOf(allowed), textsOf(unknown)}
		t.all[key] = known
	}
	if t.recent = append(t.recent, *known); len(t.recent) > maxRecent {
		t.recent = t.recent[1:]
	}
	return known.allowedTexts, known.unknownTexts
}
