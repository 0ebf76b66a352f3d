package reach_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/reach"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// plain answers by pkg/netpol alone, with names resolved in the simplest way.
type plain struct {
	*netpol.Cluster
	workloads []inventory.Workload
}

func newPlain(inv *inventory.Inventory) plain {
	var namespaces []netpol.Namespace
	var policies []*networkingv1.NetworkPolicy
	var pods []netpol.Pod
	for _, ns := range inv.Namespaces {
		namespaces = append(namespaces, netpol.Namespace{Name: ns.Name, Labels: ns.Labels, LabelsUnknown: !ns.Declared})
		policies = append(policies, ns.Policies...)
	}
	for _, w := range inv.Workloads {
		pods = append(pods, w.Pod)
	}
	return plain{netpol.New(namespaces, pods, policies), inv.Workloads}
}

// meant are the pods that a name means: the running pods under it, else itself.
func (p plain) meant(name string) []int {
	var pods []int
	for i := range p.workloads {
		w := &p.workloads[i]
		if w.Kind == "pod" && !w.Finished && p.under(w, name) {
			pods = append(pods, i)
		}
	}
	if len(pods) == 0 {
		for i := range p.workloads {
			if p.workloads[i].Ref() == name {
				pods = append(pods, i)
			}
		}
	}
	return pods
}

// under says that a workload is controlled, directly or not, by what has that name.
func (p plain) under(w *inventory.Workload, name string) bool {
	if w.Controller == "" {
		return false
	}
	controller := w.Namespace + "/" + w.Controller
	if controller == name {
		return true
	}
	for i := range p.workloads {
		if p.workloads[i].Ref() == controller {
			return p.under(&p.workloads[i], name)
		}
	}
	return false
}

// verdict is Connect's for all pairs, unknown where they differ.
func (p plain) verdict(from, to string, port int32, protocol corev1.Protocol) v1alpha1.ReachVerdict {
	var verdicts []netpol.Verdict
	for _, a := range p.meant(from) {
		for _, b := range p.meant(to) {
			verdicts = append(verdicts, p.Connect(netpol.AtPod(a), netpol.AtPod(b), port, protocol).Verdict)
		}
	}
	slices.Sort(verdicts)
	if verdicts = slices.Compact(verdicts); len(verdicts) != 1 {
		return v1alpha1.ReachUnknown
	}
	return v1alpha1.ReachVerdict(verdicts[0])
}

// nameable are the names by which users can ask.
func nameable(inv *inventory.Inventory) []string {
	var names []string
	for _, w := range inv.Workloads {
		names = append(names, w.Ref())
		if strings.HasPrefix(w.Controller, "replicaset/") || strings.HasPrefix(w.Controller, "daemonset/") || strings.HasPrefix(w.Controller, "deployment/") {
			controller := w.Namespace + "/" + w.Controller
			if len(newPlain(inv).meant(controller)) > 0 {
				names = append(names, controller)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestAskAndExpectSayWhatConnectSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		c, p := reach.New(inv), newPlain(inv)
		names := nameable(inv)
		from, to := pick(t, names, "from"), pick(t, names, "to")
		port, protocol := pick(t, []int32{80, 8080, 443}, "port"), pick(t, []corev1.Protocol{"TCP", "UDP"}, "protocol")
		want := p.verdict(from, to, port, protocol)
		connections, err := ask(c, fmt.Sprintf("%s %s %d/%s", from, to, port, protocol))
		if err != nil {
			t.Fatal(err)
		}
		if got := reach.Verdict(connections); got != want {
			t.Errorf("Ask: %s to %s: %s, want %s", from, to, got, want)
		}
		for _, word := range []string{"allow", "deny"} {
			line := fmt.Sprintf("%s %s %d/%s %s\n", from, to, port, protocol, word)
			r, err := c.Expect(strings.NewReader(line), "")
			if err != nil {
				t.Fatal(err)
			}
			agrees := want == map[string]v1alpha1.ReachVerdict{"allow": "allowed", "deny": "denied"}[word]
			if (r.Summary.Agreed == 1) != agrees || r.Summary.Invalid != 0 || (r.Summary.Unknown == 1) != (want == v1alpha1.ReachUnknown) {
				t.Errorf("Expect: %s: %+v, want %s", line, r, want)
			}
			if !agrees && r.Mismatches[0].Decided == "" {
				t.Errorf("nothing decided: %+v", r.Mismatches[0])
			}
		}
	})
}

// Each pair of the matrix is what Connect says of all pods behind the two
// names; every running pod is behind one name, and template without pods too.
func TestMatrixSaysWhatConnectSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		c, p := reach.New(inv), newPlain(inv)
		port, protocol := pick(t, []int32{80, 8080, 443}, "port"), pick(t, []corev1.Protocol{"TCP", "UDP"}, "protocol")
		m, err := c.Matrix(reach.Port{Number: port, Protocol: protocol}, "")
		if err != nil {
			t.Fatal(err)
		}
		pairs, behind := 0, map[int]string{}
		for e := range m.Entries() {
			pairs++
			if want := p.verdict(e.From, e.To, port, protocol); e.Verdict != want {
				t.Errorf("%s to %s: %s, want %s", e.From, e.To, e.Verdict, want)
			}
			for _, i := range p.meant(e.From) {
				if other, seen := behind[i]; seen && other != e.From {
					t.Errorf("%s is both %s and %s", p.workloads[i].Ref(), other, e.From)
				}
				behind[i] = e.From
			}
		}
		if pairs != m.Len() || pairs != m.Workloads()*(m.Workloads()-1) {
			t.Errorf("%d pairs of %d workloads, Len is %d", pairs, m.Workloads(), m.Len())
		}
		if m.Workloads() < 2 {
			return
		}
		for i := range p.workloads {
			w := &p.workloads[i]
			if _, there := behind[i]; there != counts(p, w) {
				t.Errorf("%s: in the matrix: %v", w.Ref(), there)
			}
		}
	})
}

// counts : a running pod, or a controller that nothing is or makes in its place.
func counts(p plain, w *inventory.Workload) bool {
	if w.Kind == "pod" {
		return !w.Finished
	}
	return !w.Owned && slices.ContainsFunc(p.meant(w.Ref()), func(i int) bool { return p.workloads[i].Ref() == w.Ref() })
}

// For all ports: a pair's sets are what Allowed says of all pods behind the two
// names, the surest of what is common to them.
func TestMatrixOfAllPortsSaysWhatAllowedSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		c, p := reach.New(inv), newPlain(inv)
		m, err := c.Matrix(reach.Port{}, "")
		if err != nil {
			t.Fatal(err)
		}
		for e := range m.Entries() {
			allowed, possible := netpol.Everything(), netpol.PortSet{}
			for _, a := range p.meant(e.From) {
				for _, b := range p.meant(e.To) {
					one := p.Allowed(netpol.AtPod(a), netpol.AtPod(b))
					allowed, possible = allowed.Intersect(one.Allowed), possible.Union(one.Allowed).Union(one.Unknown)
				}
			}
			if got, want := strings.Join(e.Allowed, "; "), texts(allowed); got != want {
				t.Errorf("%s to %s: allowed %q, want %q", e.From, e.To, got, want)
			}
			if got, want := strings.Join(e.Unknown, "; "), texts(possible.Minus(allowed)); got != want {
				t.Errorf("%s to %s: unknown %q, want %q", e.From, e.To, got, want)
			}
		}
	})
}

// texts is a set as the matrix has it, written once more.
func texts(set netpol.PortSet) string {
	if set.IsEverything() {
		return "everything"
	}
	var all []string
	for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
		for _, r := range set.Ranges(protocol) {
			all = append(all, string(protocol)+" "+r.String())
		}
	}
	if set.OtherProtocols() {
		all = append(all, "other IP protocols")
	}
	return strings.Join(all, "; ")
}

// What --matrix PORT -o name prints is a file of expectations that holds.
func TestMatrixNamesAreExpectationsThatHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := drawInventory(t)
		c := reach.New(inv)
		m, err := c.Matrix(reach.Port{Number: 80, Protocol: "TCP"}, pick(t, append([]string{""}, spaces...), "-n"))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := report.WriteMatrixNames(&b, m.Report(), m.Entries()); err != nil {
			t.Fatal(err)
		}
		decided := 0
		for e := range m.Entries() {
			if e.Verdict != v1alpha1.ReachUnknown {
				decided++
			}
		}
		r, err := c.Expect(io.Reader(strings.NewReader(b.String())), "")
		if err != nil {
			t.Fatal(err)
		}
		if r.Summary.Agreed != decided || len(r.Mismatches) != 0 || strings.Count(b.String(), "\n") != m.Len() {
			t.Errorf("of %d decided pairs %d hold: %+v\n%s", decided, r.Summary.Agreed, r.Mismatches, b.String())
		}
	})
}

// With -n, the pairs are those of the whole matrix with an end in it.
func TestNarrowedMatrixIsAPartOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := reach.New(drawInventory(t))
		port := reach.Port{Number: 80, Protocol: "TCP"}
		var want, got []string
		whole, err := c.Matrix(port, "")
		if err != nil {
			t.Fatal(err)
		}
		for e := range whole.Entries() {
			if strings.HasPrefix(e.From, "a/") || strings.HasPrefix(e.To, "a/") {
				want = append(want, fmt.Sprint(e))
			}
		}
		part, err := c.Matrix(port, "a")
		if err != nil {
			t.Fatal(err)
		}
		for e := range part.Entries() {
			got = append(got, fmt.Sprint(e))
		}
		if !slices.Equal(got, want) || part.Len() != len(want) {
			t.Errorf("got %d (Len %d), want %d", len(got), part.Len(), len(want))
		}
	})
}
