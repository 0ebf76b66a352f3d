package remediate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// NotePartial says in the rows of namespaces that pass where they have only a
// part of the set, and returns their names. A run that is killed between two
// policies leaves such a part; so does somebody who removes one. Which of the two
// it was cannot be known, so nothing is added: what is missing may be meant to be.
func NotePartial(report *v1alpha1.FixReport, inv *inventory.Inventory, set baseline.Set) []string {
	var partial []string
	for i := range report.Namespaces {
		row := &report.Namespaces[i]
		ns := inv.Namespace(row.Name)
		if ns == nil || row.Result != v1alpha1.ResultPass {
			continue
		}
		there, missing := partOf(set, ns)
		if len(there) == 0 || len(missing) == 0 {
			continue
		}
		partial = append(partial, row.Name)
		if row.Reason != "" {
			row.Reason += "; "
		}
		row.Reason += fmt.Sprintf("of %s it has %s, not %s", set.Name, strings.Join(there, ", "), strings.Join(missing, ", "))
	}
	return partial
}

// partOf parts the names of a set's policies by whether a run of this tool made them in the namespace.
func partOf(set baseline.Set, ns *inventory.Namespace) (there, missing []string) {
	var made []string
	for _, np := range ns.Policies {
		if np.Annotations[baseline.AnnotationPolicy] == set.Name && np.Annotations[baseline.AnnotationRun] != "" {
			made = append(made, np.Name)
		}
	}
	for _, name := range set.ObjectNames() {
		if slices.Contains(made, name) {
			there = append(there, name)
		} else {
			missing = append(missing, name)
		}
	}
	return there, missing
}
