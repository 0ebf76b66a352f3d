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

// explainPlugin says whether anybody enforces the policies.
func (g *globals) explainPlugin(judged *v1alpha1.AuditReport) {
	switch plugin := judged.NetworkPlugin; {
	case plugin.Enforcement == v1alpha1.EnforcementNotEnforced:
		g.warn("network plugin %s does not enforce NetworkPolicies: %s", plugin.Name, plugin.Evidence)
	case plugin.Enforcement == v1alpha1.EnforcementUnknown && judged.Source.Kind == v1alpha1.SourceCluster:
		g.tell("whether anybody enforces NetworkPolicies is unknown: %s (--network-plugin NAME says which network plugin there is)", plugin.Evidence)
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

// hintRole says where the smallest role is, once.
func (g *globals) hintRole(topic string) {
	if g.hinted {
		return
	}
	g.hinted = true
	g.tell("hint: an administrator grants the smallest role with: %s explain %s | kubectl apply -f -, and a binding; with permissions in one namespace, use -n NAMESPACE",
		displayName, topic)
}
