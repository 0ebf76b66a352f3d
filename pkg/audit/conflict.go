package audit

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Conflicts says of namespaces why a NetworkPolicy that allows everything must not be added to them unasked: a policy of
// another kind selects their pods, or such policies could not be read. An allow-all can switch off the isolation that those
// give. Namespaces without such a conflict are not in the map.
func (a *Audit) Conflicts() map[string]string {
	conflicts := map[string]string{}
	for _, ns := range a.inv.Namespaces {
		subject := a.facts.Namespace(ns)
		if others := subject.Others(); len(others) > 0 {
			conflicts[ns.Name] = conflict(others, a.inv.WorkloadsUnknown)
		} else if err := subject.OthersUnknown(); err != nil {
			conflicts[ns.Name] = fmt.Sprintf("whether policies of another kind isolate its pods is unknown: %v", err)
		}
	}
	return conflicts
}

// conflict says what stands in the way. podsUnknown is why nobody knows whom the policies select; nil where the pods were read.
func conflict(others []*otherpolicy.Policy, podsUnknown error) string {
	first, what := others[0], "it is of another kind, and selects pods here"
	for _, p := range others {
		if p.SwitchedOffByAllowAll() {
			first, what = p, "an allow-all NetworkPolicy would end what it isolates"
			break
		}
	}
	if podsUnknown != nil {
		what = fmt.Sprintf("whether it selects pods here is unknown: %v", podsUnknown)
	}
	text := rules.Clip(first.String())
	if len(others) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(others)-1)
	}
	return text + ": " + what
}

// SwitchedOff names the policies of other kinds, by namespace, that isolate pods only as long as no NetworkPolicy beside
// them allows everything: without it they come into force again. Where the pods could not be read, they may.
func (a *Audit) SwitchedOff() map[string][]string {
	names := map[string][]string{}
	for _, ns := range a.inv.Namespaces {
		for _, p := range a.facts.Namespace(ns).Others() {
			if p.SwitchedOffByAllowAll() {
				names[ns.Name] = append(names[ns.Name], rules.Clip(p.String()))
			}
		}
	}
	return names
}
