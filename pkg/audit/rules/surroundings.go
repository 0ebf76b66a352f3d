package rules

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// surroundings are indices that also hold what no posture counts, and policies can mean: the pods that controllers
// would make, and the cluster's DNS. Each is made when it is first needed. The pods and policies of the plain index have
// the same indices in them.
type surroundings struct {
	// cluster is the index, and dns are the pods of the DNS in it, one for one of Facts.dnsPods.
	cluster *netpol.Cluster
	dns     []int
	// named is the same, but the namespaces of a DNS that is only imagined have no labels beside their name, instead of unknown
	// ones: any selector may match those, so that no peer would ever match nothing.
	named func() *netpol.Cluster
}

// newSurroundings indexes them.
func (f *Facts) newSurroundings() *surroundings {
	around := &surroundings{}
	pods := make([]netpol.Pod, 0, len(f.workloads)+len(f.inv.Templates)+len(f.inv.Idle))
	for _, w := range f.workloads {
		pods = append(pods, w.Pod)
	}
	for _, more := range [][]inventory.Workload{f.inv.Templates, f.inv.Idle} {
		for i := range more {
			pods = append(pods, more[i].Pod)
		}
	}
	var imagined []netpol.Namespace
	for _, pod := range f.dnsPods() {
		if pod.port != 0 {
			imagined = append(imagined, netpol.Namespace{Name: pod.pod.Namespace})
		}
		if pod.known >= 0 {
			around.dns = append(around.dns, pod.known)
			continue
		}
		around.dns = append(around.dns, len(pods))
		pods = append(pods, pod.pod)
	}
	if len(pods) == len(f.workloads) {
		around.cluster = f.cluster
		around.named = func() *netpol.Cluster { return f.cluster }
		return around
	}
	namespaces, policies := f.namespaces(), f.policyObjects()
	around.cluster = netpol.New(namespaces, pods, policies)
	around.named = sync.OnceValue(func() *netpol.Cluster {
		if len(imagined) == 0 {
			return around.cluster
		}
		return netpol.New(append(namespaces, imagined...), pods, policies)
	})
	return around
}

// Needs are facts that only some rules ask for, and only where there is something to ask.
type Needs struct {
	// Controllers : a policy selects, or means, no live pod. Those that a controller would make count too.
	Controllers bool
	// DNS : the egress of pods is restricted.
	DNS bool
}

// Needs says what else the rules would like to know.
func (f *Facts) Needs() Needs {
	if !f.PodsKnown() {
		return Needs{}
	}
	return Needs{Controllers: f.needsControllers(), DNS: f.needsDNS()}
}

func (f *Facts) needsControllers() bool {
	for _, indices := range f.policies {
		for _, p := range indices {
			selected := f.cluster.Selected(p)
			if selected.Pods+selected.HostNetwork+selected.Unknown == 0 && !f.cluster.SelectsAllPods(p) {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.unmatched(), func(parts []netpol.UnmatchedPart) bool { return slices.ContainsFunc(parts, f.decided) })
}

// findUnmatched lists for each policy what of it matches nothing of what is live.
func (f *Facts) findUnmatched() [][]netpol.UnmatchedPart {
	var indices []int
	for _, some := range f.policies {
		indices = append(indices, some...)
	}
	parts := make([][]netpol.UnmatchedPart, len(indices))
	const atOnce = 256
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for some := range slices.Chunk(indices, atOnce) {
		group.Go(func() error {
			for _, p := range some {
				parts[p] = f.cluster.Unmatched(p)
			}
			return nil
		})
	}
	_ = group.Wait()
	return parts
}

// decided says that what a rule's part matches is wholly known.
func (f *Facts) decided(part netpol.UnmatchedPart) bool { return part.OwnNamespace || f.inv.Whole }

func (f *Facts) needsDNS() bool {
	for pod := range f.workloads {
		if restrictsSome(f.cluster.Posture(pod, netpol.Egress)) {
			return true
		}
	}
	return false
}

// restricts says that a posture cuts something off.
func restricts(p netpol.Posture) bool {
	return p == netpol.PostureClusterWide || p == netpol.PostureRestricted || p == netpol.PostureDenied
}

// isolated says that a pod of that posture is selected by a policy.
func isolated(p netpol.Posture) bool { return restricts(p) || p == netpol.PostureAllowAll }

// newWorkloadPod is a pod that is only imagined.
func newWorkloadPod(namespace, name string, labels map[string]string, ports ...netpol.ContainerPort) netpol.Pod {
	return netpol.Pod{Namespace: namespace, Name: name, Labels: labels, Ports: ports}
}

// indexOf is the place of a workload in the index, or -1.
func (f *Facts) indexOf(w *inventory.Workload) int {
	for _, i := range f.pods[w.Namespace] {
		if f.workloads[i].Pod.Name == w.Pod.Name {
			return i
		}
	}
	return -1
}
