package networkplugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Names are the plugins that Recognise and Named know, in order.
func Names() []string {
	names := make([]string, len(plugins))
	for i := range plugins {
		names[i] = plugins[i].name
	}
	slices.Sort(names)
	return names
}

// Named is the plugin that a user says the cluster has: switched on, where it
// can enforce at all. The error of an unknown name lists the known ones.
func Named(name string) (v1alpha1.NetworkPlugin, error) {
	i := slices.IndexFunc(plugins, func(p plugin) bool { return p.name == name })
	if i < 0 {
		return v1alpha1.NetworkPlugin{}, fmt.Errorf("unknown network plugin %s: one of %s", quote(name), strings.Join(Names(), ", "))
	}
	named := v1alpha1.NetworkPlugin{Name: name, Enforcement: v1alpha1.EnforcementEnforced, Evidence: "named by the user, and taken as switched on"}
	if plugins[i].without {
		named.Enforcement, named.Evidence = v1alpha1.EnforcementNotEnforced, "named by the user: it enforces nothing by itself"
	}
	return named, nil
}
