package reach_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

func TestMatrixRefusesWhatItCannotAnswer(t *testing.T) {
	c := cluster(t, team)
	for _, tt := range []struct {
		name, namespace string
		port            reach.Port
		want            string
	}{
		{"a port's name is another port at each pod", "", reach.Port{Name: "http", Protocol: "TCP"}, "port http/TCP: a matrix needs a number, since a name is another port at each pod"},
		{"a namespace that is not there", "shpo", reach.Port{}, `namespace "shpo" not found`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := c.Matrix(tt.port, tt.namespace); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestMatrixOfTooManyPairsSaysTheWayOut(t *testing.T) {
	inv := &inventory.Inventory{Namespaces: []*inventory.Namespace{{Name: "big", Declared: true}, {Name: "small", Declared: true}}}
	for i := range 2100 {
		namespace := "big"
		if i < 10 {
			namespace = "small"
		}
		inv.Workloads = append(inv.Workloads, inventory.Workload{
			Kind: "pod", Name: fmt.Sprint("p", i), Pod: netpol.Pod{Namespace: namespace, Name: fmt.Sprint("pod/p", i)},
		})
	}
	c := reach.New(inv)
	_, err := c.Matrix(reach.Port{}, "")
	if want := "2100 workloads make 4407900 pairs, more than 4000000: narrow the matrix with -n NAMESPACE, or ask about one connection"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	m, err := c.Matrix(reach.Port{}, "small")
	if err != nil || m.Len() != 2100*2099-2090*2089 {
		t.Errorf("narrowed: %v", err)
	}
	_, err = c.Matrix(reach.Port{}, "big")
	if err == nil || !strings.HasSuffix(err.Error(), "more than 4000000: ask about one connection") {
		t.Errorf("narrowed, and still too many: %v", err)
	}
}

// Static pods are controlled by their Node, others by kinds that users cannot
// name: each is a workload of its own.
func TestPodsOfAControllerThatCannotBeNamedStandForThemselves(t *testing.T) {
	inv := &inventory.Inventory{Namespaces: []*inventory.Namespace{{Name: "a", Declared: true}}}
	for i, controller := range []string{"node/n1", "node/n1", "strimzipodset/kafka", "strimzipodset/kafka", "job/once", "job/once"} {
		inv.Workloads = append(inv.Workloads, inventory.Workload{
			Kind: "pod", Name: fmt.Sprint("p", i), Controller: controller, Pod: netpol.Pod{Namespace: "a", Name: fmt.Sprint("pod/p", i)},
		})
	}
	want := []string{"a/job/once", "a/pod/p0", "a/pod/p1", "a/pod/p2", "a/pod/p3"}
	if got := sources(t, reach.New(inv)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
