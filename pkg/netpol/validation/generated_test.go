package validation_test

import (
	"math/rand/v2"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation/validationtest"
)

// The end-to-end tests send such policies to an API server; here only what
// their maker meant is compared, so that a slip shows within a second.
func TestGeneratedPoliciesAreWhatTheirMakerMeant(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, c := range validationtest.Policies(rand.New(rand.NewPCG(seed, 0)), "shop", 4000) {
		compareExpectation(t, c.Name, c.Expect, validation.NetworkPolicy(c.Policy))
	}
}

func TestGeneratedNamespacesAreWhatTheirMakerMeant(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, c := range validationtest.Namespaces(rand.New(rand.NewPCG(seed, 0)), 1000) {
		compareExpectation(t, c.Name, c.Expect, validation.Namespace(c.Namespace))
	}
}

func compareExpectation(t *testing.T, name string, expect validationtest.Expectation, errs field.ErrorList) {
	t.Helper()
	switch {
	case expect == validationtest.Taken && len(errs) > 0:
		t.Errorf("%s: refused: %v", name, errs.ToAggregate())
	case expect == validationtest.Refused && len(errs) == 0:
		t.Errorf("%s: taken", name)
	}
}
