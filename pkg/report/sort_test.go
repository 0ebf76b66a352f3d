package report

import (
	"fmt"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// What no row can have is refused with the command line, before a verb changes anything.
func TestASortKeyThatNoRowCanHaveIsRefusedAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, key string
		row       any
		want      string
	}{
		{"a field of the row", "{.result}", v1alpha1.NamespaceFix{}, ""},
		{"without braces and dot, as kubectl takes it", "result", v1alpha1.NamespaceFix{}, ""},
		{"a field of an object in the row", ".managedBy.tool", v1alpha1.NamespaceFix{}, ""},
		{"what a list holds is known only with the rows", ".policies[0]", v1alpha1.NamespaceFix{}, ""},
		{"a field of an object that is embedded", ".metadata.name", networkingv1.NetworkPolicy{}, ""},
		{"what a map holds is known only with the rows", ".metadata.labels.team", networkingv1.NetworkPolicy{}, ""},
		{"the field of another verb's rows", ".verdict", v1alpha1.NamespaceRollback{},
			`invalid --sort-by ".verdict": no row has such a field: there are kept, name, policies, reason, result, verified`},
		{"a typing error", ".verdct", v1alpha1.NamespaceAudit{}, `invalid --sort-by ".verdct": no row has such a field (did you mean "verdict"?): there are `},
		{"a field that an object in the row has not", ".managedBy.result", v1alpha1.NamespaceFix{}, `invalid --sort-by ".managedBy.result": no row has such a field: there are `},
		{"nothing is known of the rows", ".nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseSortKey(c.key, c.row)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// Rows with equal keys, or with none, keep their order, however many they are: kubectl's sorter mixes them.
func TestRowsThatSortAlikeKeepTheirOrder(t *testing.T) {
	var rows []Row
	for i := range 100 {
		ns := &v1alpha1.NamespaceFix{Name: fmt.Sprintf("ns-%03d", i), Reason: []string{"why", ""}[i%2]}
		rows = append(rows, Row{Name: ns.Name, Object: ns})
	}
	key, err := parseSortKey("{.reason}", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.apply(rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if want := fmt.Sprintf("ns-%03d", (i*2+1)%100-i/50); row.Name != want {
			t.Fatalf("row %d is %s, want %s", i, row.Name, want)
		}
	}
}
