package remediate

import (
	"context"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// The moment between a policy that came and went and the last read is too short to be hit through a server.
func TestAPolicyThatAppearedMeanwhileMustStillBeThere(t *testing.T) {
	entry, _ := baseline.Lookup(baseline.DefaultEntry)
	other := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "theirs", UID: "1"}}
	for name, test := range map[string]struct {
		policies []*networkingv1.NetworkPolicy
		want     v1alpha1.Result
	}{
		"it is there":      {[]*networkingv1.NetworkPolicy{other}, v1alpha1.ResultPass},
		"it is gone again": {nil, v1alpha1.ResultError},
		"another is there": {[]*networkingv1.NetworkPolicy{{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "third", UID: "2"}}}, v1alpha1.ResultPass},
	} {
		t.Run(name, func(t *testing.T) {
			reads := 0
			fix := &Fix{Set: entry.Set(baseline.DNS{}), RunID: "run", Reread: func(context.Context) (*inventory.Inventory, error) {
				reads++
				return &inventory.Inventory{Namespaces: []*inventory.Namespace{{Name: "shop", Declared: true, Policies: test.policies}}}, nil
			}}
			j := newJob("shop", fix.policiesFor("shop"))
			j.end(v1alpha1.ResultPass, "NetworkPolicy %q appeared meanwhile", "theirs")
			before := &inventory.Inventory{Namespaces: []*inventory.Namespace{{Name: "shop", Declared: true}}}
			fix.verify(t.Context(), before, []*job{j})
			if j.result != test.want || reads != 1 {
				t.Errorf("result %s (%s) after %d reads, want %s after 1", j.result, j.reason, reads, test.want)
			}
		})
	}
}

func TestAnArrivalThatLeavesIsForgotten(t *testing.T) {
	a := &arrivals{byName: map[string]string{}}
	a.note(watch.Added, "shop", "theirs")
	a.note(watch.Deleted, "shop", "another")
	if got := a.in("shop"); got != "theirs" {
		t.Errorf("in() = %q after another policy went, want theirs", got)
	}
	a.note(watch.Deleted, "shop", "theirs")
	if got := a.in("shop"); got != "" {
		t.Errorf("in() = %q after it went, want none", got)
	}
}
