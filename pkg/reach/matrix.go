package reach

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// MaxPairs bounds the pairs of a matrix: more are gigabytes of text.
const MaxPairs = 4_000_000

// Matrix says who reaches whom, on one port or, for the zero Port, on all.
// namespace narrows it to the pairs with an end in that namespace; empty does
// not. Pods of one controller that are alike to every policy are one workload.
func (c *Cluster) Matrix(port Port, namespace string) (*v1alpha1.ReachMatrix, error) {
	m := v1alpha1.NewReachMatrix()
	if port.Name != "" {
		return nil, fmt.Errorf("port %s: a matrix needs a number, since a name is another port at each pod", port)
	}
	if namespace != "" && !c.namespaces[namespace] {
		return nil, fmt.Errorf("namespaces %q not found", clip(namespace))
	}
	m.Port, m.Protocol = port.Number, string(port.Protocol)
	g := c.grid(port)
	groups := c.groups(g)
	m.Workloads = len(groups)
	if pairs := len(groups) * (len(groups) - 1); pairs > MaxPairs {
		return nil, fmt.Errorf("%d workloads make %d pairs: narrow the matrix with -n NAMESPACE or ask about one connection", len(groups), pairs)
	}
	for i, from := range groups {
		for j, to := range groups {
			if i == j || namespace != "" && from.namespace != namespace && to.namespace != namespace {
				continue
			}
			entry := g.entry(from.first, to.first)
			entry.From, entry.To = from.name, to.name
			m.Entries = append(m.Entries, entry)
		}
	}
	return m, nil
}

// grid answers for all pairs of the counted workloads.
type grid struct {
	size  int
	one   *netpol.Matrix
	ports *netpol.PortMatrix
}

func (c *Cluster) grid(port Port) grid {
	if port.IsAll() {
		return grid{size: len(c.counted), ports: c.policies.PortMatrix(c.counted)}
	}
	return grid{size: len(c.counted), one: c.policies.Matrix(c.counted, port.Number, port.Protocol)}
}

func (g grid) entry(from, to int) v1alpha1.MatrixEntry {
	if g.one != nil {
		return v1alpha1.MatrixEntry{Verdict: v1alpha1.ReachVerdict(g.one.Verdict(from, to))}
	}
	allowed, unknown := g.ports.Allowed(from, to)
	return v1alpha1.MatrixEntry{
		Verdict: setVerdict(allowed, unknown),
		Allowed: portTexts(allowed),
		Unknown: portTexts(unknown),
	}
}

func (g grid) equal(a, b, c, d int) bool {
	if g.one != nil {
		return g.one.Verdict(a, b) == g.one.Verdict(c, d)
	}
	allowed, unknown := g.ports.Allowed(a, b)
	otherAllowed, otherUnknown := g.ports.Allowed(c, d)
	return allowed.Equal(otherAllowed) && unknown.Equal(otherUnknown)
}

// group is one workload of a matrix: a pod, a template, or pods that are alike.
type group struct {
	name, namespace string
	// first is its first member, as an index in the grid.
	first int
}

// groups merges the pods of one controller where they are alike in the grid.
func (c *Cluster) groups(g grid) []group {
	var groups []group
	byController := map[string]int{}
	for n, i := range c.counted {
		w := &c.workloads[i]
		if w.Controller == "" {
			groups = append(groups, group{w.Ref(), w.Namespace, n})
			continue
		}
		controller := c.topController(w.Namespace, w.Controller)
		if at, seen := byController[controller]; seen {
			if !alike(g, groups[at].first, n) {
				groups = append(groups, group{w.Ref(), w.Namespace, n})
			}
			continue
		}
		byController[controller] = len(groups)
		groups = append(groups, group{controller, w.Namespace, n})
	}
	return groups
}

// topController follows controllers of controllers: a ReplicaSet's Deployment.
func (c *Cluster) topController(namespace, controller string) string {
	ref := namespace + "/" + controller
	for range 8 {
		i, ok := c.byRef[ref]
		if !ok || c.workloads[i].Controller == "" {
			break
		}
		ref = namespace + "/" + c.workloads[i].Controller
	}
	return ref
}

// alike says that two pods of a grid reach the same and are reached by the same.
func alike(g grid, a, b int) bool {
	for other := range g.size {
		if other == a || other == b {
			continue
		}
		if !g.equal(a, other, b, other) || !g.equal(other, a, other, b) {
			return false
		}
	}
	return g.equal(a, b, b, a)
}
