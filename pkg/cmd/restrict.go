package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/remediate"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// consentToRestrict says what a set that restricts would cut, and asks whether
// that is meant. A dry run only says it. Without an error, the set may be made.
func (o *fixOptions) consentToRestrict(ctx context.Context, reader *live.Reader, inv *inventory.Inventory, set baseline.Set, namespaces []string) error {
	directions := set.Restricts()
	if len(directions) == 0 {
		return nil
	}
	if err := reader.Complete(ctx, inv, live.More{Names: o.scope.Names, Workloads: true, Services: true}); err != nil {
		return err
	}
	impact := remediate.ImpactOf(inv, namespaces, set)
	asks := o.dryRun == v1alpha1.DryRunNone && !o.consent.yes
	say := o.tell
	if asks {
		say = o.streams.say // a question without its reasons is none
	}
	say("%s restricts %s: %s in %s", strings.Join(set.ObjectNames(), ", "), joinDirections(directions), podsRestricted(impact), namedCount(namespaces))
	for _, line := range impactLines(impact) {
		say("  %s", line)
	}
	switch {
	case !asks:
		return nil
	case !o.streams.InTerminal:
		return fmt.Errorf("nothing was written: %s would restrict %s, and there is no terminal to ask on (--yes says that it is meant; --dry-run=server only shows it)",
			set.Name, report.Count(len(namespaces), "namespace"))
	}
	yes, err := o.streams.ask(ctx, "Create it there?")
	switch {
	case err != nil:
		return fmt.Errorf("%w: nothing was written", err)
	case !yes:
		return errors.New("nothing was written: it was not consented to")
	}
	return nil
}

func joinDirections(directions []netpol.Direction) string {
	texts := make([]string, len(directions))
	for i, d := range directions {
		texts[i] = string(d)
	}
	return strings.Join(texts, " and ")
}

func podsRestricted(impact remediate.Impact) string {
	if impact.PodsUnknown != nil {
		return "an unknown number of pods"
	}
	return report.Count(impact.Pods, "pod")
}

// impactLines are what can be said of what would stop.
func impactLines(impact remediate.Impact) []string {
	var lines []string
	if impact.PodsUnknown != nil {
		lines = append(lines, fmt.Sprintf("which pods it restricts is unknown: %v", impact.PodsUnknown))
	}
	if impact.NoDNS {
		lines = append(lines, "names would no longer be resolved: the cluster's DNS is not allowed (the policy allow-dns beside it does)")
	}
	if n := len(impact.FromOutside); n > 0 {
		lines = append(lines, fmt.Sprintf("no longer reached from outside the cluster (best effort): %s of type LoadBalancer or NodePort: %s", report.Count(n, "Service"), firstNames(impact.FromOutside)))
	}
	if n := len(impact.FromNamespaces); n > 0 {
		lines = append(lines, fmt.Sprintf("no longer reached from other namespaces, an ingress controller's say (best effort): %s: %s", report.Count(n, "Service"), firstNames(impact.FromNamespaces)))
	}
	if impact.ServicesUnknown != nil {
		lines = append(lines, fmt.Sprintf("which Services would stop is unknown: %v", impact.ServicesUnknown))
	}
	return lines
}
