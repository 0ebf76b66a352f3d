package cmd

import (
	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// explainReport writes the warnings of an audit, and the errors that no row shows.
func (g *globals) explainReport(judged *v1alpha1.AuditReport) {
	for _, warning := range judged.Warnings {
		g.warn("%s", warning)
	}
	g.explainErrors(judged.Errors)
}

func (g *globals) explainErrors(problems []string) {
	for _, problem := range problems {
		g.streams.say("error: %s", problem)
	}
}

// explainGaps says how to get a permission that is missing. topic is the one
// of `explain` that prints the role.
func (g *globals) explainGaps(inv *inventory.Inventory, topic string) {
	for _, gap := range inv.Gaps {
		if apiserver.CauseOf(gap.Err) == apiserver.CauseForbidden {
			g.hintRole(topic)
			return
		}
	}
}

// hintRole says where the smallest role is.
func (g *globals) hintRole(topic string) {
	g.tell("hint: an administrator grants the smallest role with: %s explain %s | kubectl apply -f -, and a binding; with permissions in one namespace, use -n NAMESPACE",
		displayName, topic)
}
