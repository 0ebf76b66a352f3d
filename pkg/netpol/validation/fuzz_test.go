package validation_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation/validationtest"
)

// FuzzNetworkPolicy holds that any policy that JSON can express is judged
// without a panic and without being changed, in messages that are short and
// printable; that defaulting twice is defaulting once and changes no judgement;
// and that nothing is warned about in a policy that is taken.
func FuzzNetworkPolicy(f *testing.F) {
	for _, c := range validationtest.Policies(rand.New(rand.NewPCG(1, 1)), "shop", 200) {
		if raw, err := json.Marshal(c.Policy); err == nil && len(raw) < 4096 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		np := &networkingv1.NetworkPolicy{}
		if json.Unmarshal(raw, np) != nil {
			return
		}
		before := np.DeepCopy()
		errs := validation.NetworkPolicy(np)
		checkMessages(t, errs)
		defaulted := validation.Default(np)
		if diff := cmp.Diff(defaulted, validation.Default(defaulted)); diff != "" {
			t.Errorf("defaulting again changed the policy:\n%s", diff)
		}
		if diff := cmp.Diff(messages(errs), messages(validation.NetworkPolicy(defaulted))); diff != "" {
			t.Errorf("defaulting changed the judgement:\n%s", diff)
		}
		if warnings := validation.Warnings(np); len(errs) == 0 && len(warnings) > 0 {
			t.Errorf("taken, with warnings: %q", warnings)
		}
		if diff := cmp.Diff(before, np); diff != "" {
			t.Errorf("the policy was changed:\n%s", diff)
		}
	})
}

// FuzzNamespace holds the same of namespaces.
func FuzzNamespace(f *testing.F) {
	for _, c := range validationtest.Namespaces(rand.New(rand.NewPCG(1, 1)), 100) {
		if raw, err := json.Marshal(c.Namespace); err == nil && len(raw) < 4096 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		ns := &corev1.Namespace{}
		if json.Unmarshal(raw, ns) != nil {
			return
		}
		before := ns.DeepCopy()
		checkMessages(t, validation.Namespace(ns))
		if diff := cmp.Diff(before, ns); diff != "" {
			t.Errorf("the namespace was changed:\n%s", diff)
		}
	})
}

func checkMessages(t *testing.T, errs field.ErrorList) {
	t.Helper()
	if len(errs) > 100 {
		t.Errorf("%d errors", len(errs))
	}
	for _, message := range messages(errs) {
		// A byte of a value may take ten characters once it is quoted.
		if len(message) > 4096 {
			t.Errorf("a message of %d bytes: %.200q", len(message), message)
		}
		if !utf8.ValidString(message) {
			t.Errorf("not UTF-8: %q", message)
		}
		for _, r := range message {
			if !unicode.IsPrint(r) {
				t.Errorf("%U in %q", r, message)
				break
			}
		}
	}
}
