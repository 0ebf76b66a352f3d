package inventory_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

func TestScopeIsPartialIfItIsNarrower(t *testing.T) {
	everything, err := labels.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	team, err := labels.Parse("team=a")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		scope inventory.Scope
		want  v1alpha1.Scope
	}{
		{"nothing said", inventory.Scope{}, v1alpha1.ScopeFull},
		{"system namespaces too", inventory.Scope{IncludeSystem: true}, v1alpha1.ScopeFull},
		{"a selector of everything", inventory.Scope{Selector: everything}, v1alpha1.ScopeFull},
		{"names", inventory.Scope{Names: []string{"shop"}}, v1alpha1.ScopePartial},
		{"a selector", inventory.Scope{Selector: team}, v1alpha1.ScopePartial},
		{"excluded", inventory.Scope{Exclude: []string{"dev-*"}}, v1alpha1.ScopePartial},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.scope.Reported(); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestExcludeIsAGlob(t *testing.T) {
	scope := inventory.Scope{Exclude: []string{"dev-*", "sandbox-[0-9]", "te?t"}}
	for namespace, want := range map[string]string{
		"dev-a": "dev-*", "dev-": "dev-*", "dev": "", "my-dev-a": "", "sandbox-1": "sandbox-[0-9]", "sandbox-10": "", "test": "te?t", "teest": "",
	} {
		if got, _ := scope.Excluded(namespace); got != want {
			t.Errorf("%s is excluded by %q, want %q", namespace, got, want)
		}
	}
	for glob, want := range map[string]string{
		"dev-[": `invalid --exclude "dev-[": syntax error in pattern`,
		"":      `invalid --exclude "": an empty glob matches no namespace`,
	} {
		if err := (inventory.Scope{Exclude: []string{glob}}).Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Each pattern is one that path.Match can read, and stands there once.
func TestSystemPatternsAreReadable(t *testing.T) {
	seen := map[string]bool{}
	for _, pattern := range inventory.SystemPatterns {
		if err := (inventory.Scope{Exclude: []string{pattern}}).Validate(); err != nil {
			t.Error(err)
		}
		if seen[pattern] {
			t.Errorf("%s is there twice", pattern)
		}
		seen[pattern] = true
	}
	for _, owned := range []string{"default", "istio-system", "cert-manager", "ingress-nginx", "monitoring"} {
		if pattern, system := inventory.SystemPattern(owned); system {
			t.Errorf("%s is a system namespace by %s: people own it", owned, pattern)
		}
	}
}
