package cmd

import (
	"slices"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/remediate"
)

func TestAPermissionThatIsMissingEverywhereIsToldOnce(t *testing.T) {
	permissions := func(pairs ...string) []remediate.Permission {
		var all []remediate.Permission
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, remediate.Permission{Verb: pairs[i], Namespace: pairs[i+1]})
		}
		return all
	}
	for _, c := range []struct {
		name          string
		missing, want []remediate.Permission
		namespaces    int
	}{
		{"nothing is missing", nil, nil, 3},
		{"in each namespace", permissions("create", "a", "create", "b", "get", "a", "get", "b"), permissions("create", "", "get", ""), 2},
		{"in each for one verb, in some for another", permissions("create", "a", "create", "b", "create", "c", "get", "b"), permissions("create", "", "get", "b"), 3},
		{"the only namespace is named", permissions("create", "a"), permissions("create", "a"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := together(c.missing, c.namespaces); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
