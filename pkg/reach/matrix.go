package reach

import (
	"fmt"
	"iter"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// MaxPairs bounds the pairs of a matrix: more are gigabytes of text.
const MaxPairs = 4_000_000

// Matrix is who reaches whom, on one port or on all. Its pairs are worked out
// while one goes through them: few readers want millions of them at a time.
type Matrix struct {
	port      Port
	namespace string
	groups    []group
	grid      grid
	pairs     int
	cluster   *Cluster
}

// Matrix says who reaches whom, on one port or, for the zero Port, on all.
// namespace narrows it to the pairs with an end in that namespace; empty does
// not. Pods of one controller that no policy can tell apart are one workload.
func (c *Cluster) Matrix(port Port, namespace string) (*Matrix, error) {
	if port.Name != "" {
		return nil, fmt.Errorf("port %s: a matrix needs a number, since a name is another port at each pod", port)
	}
	if namespace != "" && !c.namespaces[namespace] {
		return nil, fmt.Errorf("namespace %q not found", clip(namespace))
	}
	m := &Matrix{port: port, namespace: namespace, cluster: c}
	// Merging can make no fewer workloads than that: what is too much then need not be judged.
	if err := m.count(c.merged(func(int) int { return 0 })); err != nil {
		return nil, err
	}
	m.grid = c.grid(port)
	if err := m.count(c.merged(c.tellApart(m.grid.kind))); err != nil {
		return nil, err
	}
	return m, nil
}

// count takes the groups, unless they make too many pairs.
func (m *Matrix) count(groups []group) error {
	m.groups = groups
	all, outside := len(groups), 0
	if m.namespace != "" {
		for i := range groups {
			if groups[i].namespace != m.namespace {
				outside++
			}
		}
	}
	m.pairs = all*max(all-1, 0) - outside*max(outside-1, 0)
	if m.pairs <= MaxPairs {
		return nil
	}
	narrow := "ask about one connection"
	if m.namespace == "" {
		narrow = "narrow the matrix with -n NAMESPACE, or " + narrow
	}
	return fmt.Errorf("%d workloads make %d pairs, more than %d: %s", all, m.pairs, MaxPairs, narrow)
}

// Workloads is how many are compared.
func (m *Matrix) Workloads() int { return len(m.groups) }

// Len is the number of pairs.
func (m *Matrix) Len() int { return m.pairs }

// Entries goes through the pairs, those of one source after each other.
func (m *Matrix) Entries() iter.Seq[v1alpha1.MatrixEntry] {
	return func(yield func(v1alpha1.MatrixEntry) bool) {
		for i := range m.groups {
			from := &m.groups[i]
			for j := range m.groups {
				to := &m.groups[j]
				if i == j || m.namespace != "" && from.namespace != m.namespace && to.namespace != m.namespace {
					continue
				}
				entry := m.entry(from, to)
				entry.From, entry.To = from.name, to.name
				if !yield(entry) {
					return
				}
			}
		}
	}
}

func (m *Matrix) entry(from, to *group) v1alpha1.MatrixEntry {
	if c := m.cluster; !c.silent(c.counted[from.members[0]], c.counted[to.members[0]]) {
		return c.entryBeside(from, to, m.port)
	}
	return m.grid.entry(from, to)
}

// Report is the head of the matrix as a document; its entries are left out.
func (m *Matrix) Report() *v1alpha1.ReachMatrix {
	r := v1alpha1.NewReachMatrix()
	r.Port, r.Protocol, r.Workloads = m.port.Number, string(m.port.Protocol), len(m.groups)
	return r
}

// group is one workload of a matrix: a pod, a template, or pods that are alike.
type group struct {
	name, namespace string
	// members are places in the grid, nodes the nodes of each.
	members []int
	nodes   []string
	// onHost says that its pods are on the host network, where the node counts; then byNode finds them.
	onHost bool
	byNode byNode
}

// merged groups the counted workloads: the pods of one controller are one where
// all of them are of one kind, else each stands for itself. Thus a name in the
// matrix means the same pods as it does in a question.
func (c *Cluster) merged(kind func(int) int) []group {
	var groups []group
	at := map[string]int{}
	members := map[string][]int{}
	names := make([]string, len(c.counted))
	differ := map[string]bool{}
	for n, i := range c.counted {
		w := &c.workloads[i]
		name := w.Ref()
		if w.Kind == podKind && nameable(w.Controller) {
			name = c.topController(w.Namespace, w.Controller)
		}
		names[n] = name
		members[name] = append(members[name], n)
		if kind(n) != kind(members[name][0]) {
			differ[name] = true
		}
	}
	for n, i := range c.counted {
		w := &c.workloads[i]
		name := names[n]
		if differ[name] {
			name = w.Ref()
		}
		if where, seen := at[name]; seen && !differ[name] {
			g := &groups[where]
			g.members, g.nodes = append(g.members, n), append(g.nodes, w.NodeName)
			continue
		}
		at[name] = len(groups)
		groups = append(groups, group{name: name, namespace: w.Namespace, members: []int{n}, nodes: []string{w.NodeName}, onHost: w.HostNetwork})
	}
	for i := range groups {
		if groups[i].onHost {
			groups[i].byNode = indexNodes(groups[i].nodes)
		}
	}
	return groups
}

// topController follows controllers of controllers: a ReplicaSet's Deployment.
func (c *Cluster) topController(namespace, controller string) string {
	ref := namespace + "/" + controller
	for range 8 {
		same := c.byRef[ref]
		if len(same) == 0 || !nameable(c.workloads[same[0]].Controller) {
			break
		}
		ref = namespace + "/" + c.workloads[same[0]].Controller
	}
	return ref
}
