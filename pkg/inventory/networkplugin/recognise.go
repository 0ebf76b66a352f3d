package networkplugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// finding is a plugin that was recognised.
type finding struct {
	answer
	name string
	// object is what it was recognised by.
	object string
}

// Recognise says which network plugin the cluster has, and whether it enforces
// NetworkPolicies. Plugins are chained: where several are recognised, one that
// enforces is enough; one of which it is not known leaves it Unknown; and only
// where all of them are known not to is the answer NotEnforced.
func Recognise(f Facts) v1alpha1.NetworkPlugin {
	found := f.findings()
	if len(found) == 0 {
		return v1alpha1.NetworkPlugin{Enforcement: v1alpha1.EnforcementUnknown, Evidence: clip(f.nothing(), maxEvidence)}
	}
	decisive := found[0]
	for _, enforcement := range []v1alpha1.Enforcement{v1alpha1.EnforcementEnforced, v1alpha1.EnforcementUnknown} {
		if i := slices.IndexFunc(found, func(fd finding) bool { return fd.enforcement == enforcement }); i >= 0 {
			decisive = found[i]
			break
		}
	}
	evidence := decisive.object
	if decisive.reason != "" {
		evidence += ": " + decisive.reason
	}
	return v1alpha1.NetworkPlugin{
		Name:        decisive.name,
		Enforcement: decisive.enforcement,
		Evidence:    clip(evidence, maxEvidence-maxOthers) + clip(others(found, decisive.name), maxOthers),
	}
}

// maxOthers is the part of a line of evidence that is left for the plugins that did not decide, in bytes.
const maxOthers = 100

// others names the plugins beside the one that decided.
func others(found []finding, decisive string) string {
	var names []string
	for _, fd := range found {
		if text := fmt.Sprintf("%s (%s)", fd.name, fd.enforcement); fd.name != decisive && !slices.Contains(names, text) {
			names = append(names, text)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; beside it: " + strings.Join(names, ", ")
}

// findings are the plugins that are recognised.
func (f Facts) findings() []finding {
	var found []finding
	for _, ds := range f.daemonSets() {
		a := enforced("")
		if ds.plugin.check != nil {
			a = ds.plugin.check(ds, f)
		}
		found = append(found, finding{a, ds.plugin.name, ds.String()})
	}
	if fd := f.k3s(len(found) > 0); fd != nil {
		found = append(found, *fd)
	}
	if len(found) == 0 {
		if fd := f.autoMode(); fd != nil {
			found = append(found, *fd)
		}
	}
	return found
}

// String names the DaemonSet in evidence.
func (ds daemonSet) String() string {
	return clip("DaemonSet "+ds.Namespace+"/"+ds.Name, maxQuoted)
}

// nothing says why no plugin was recognised.
func (f Facts) nothing() string {
	if line := f.unread("daemonsets"); line != "" {
		return line
	}
	// Those of other namespaces do not count, and must not change the answer.
	seen, idle := 0, ""
	for _, ds := range f.DaemonSets {
		if ds == nil || !MayRunIn(ds.Namespace) {
			continue
		}
		seen++
		for i := range plugins {
			if idle == "" && plugins[i].matches(ds) && isIdle(ds) {
				idle = fmt.Sprintf(" (%s is scheduled on no node)", daemonSet{ds, &plugins[i]})
			}
		}
	}
	if seen == 0 && !f.Complete && len(f.Unread) == 0 {
		return "no network plugin is in the input"
	}
	noun := "DaemonSets"
	if seen == 1 {
		noun = "DaemonSet"
	}
	text := fmt.Sprintf("no network plugin was recognised among %d %s of system namespaces%s", seen, noun, idle)
	for _, line := range f.Unread {
		text += "; " + line
	}
	return text
}
