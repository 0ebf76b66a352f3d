package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/control"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// Options says how to judge.
type Options struct {
	// Scope is the namespaces that the run is about.
	Scope inventory.Scope
	// Now is the time at which exemptions are looked at.
	Now time.Time
	// NoExemptions ignores all exemptions.
	NoExemptions bool
	// JudgeNamedSystem judges a system namespace that was named. What writes to a
	// cluster leaves it off: naming one is not yet wanting it changed.
	JudgeNamedSystem bool
	// Accept are families of policies of other kinds: a namespace without NetworkPolicy whose pods they isolate is ACCEPTED.
	Accept []otherpolicy.Family
	// Benchmark is the benchmark to report by; empty recognises it.
	Benchmark control.Benchmark
	// NetworkPlugin is the network plugin that the cluster is said to have; nil recognises it.
	NetworkPlugin *v1alpha1.NetworkPlugin
}

// judge answers the benchmark's letter for one namespace. The order of the
// cases is the precedence: ERROR, terminating, EXEMPT, SKIPPED, then judged. problem says why annotations that should
// exempt the namespace do not.
func judge(inv *inventory.Inventory, ns *inventory.Namespace, opts Options) (row v1alpha1.NamespaceAudit, problem string) {
	row = v1alpha1.NamespaceAudit{Name: ns.Name, DeclaredIn: ns.DeclaredIn}
	exempt, problem := exemption(ns, opts.Now)
	if opts.NoExemptions {
		exempt, problem = nil, ""
	}
	// A policy that was seen is evidence, whatever else could not be read.
	if gap := inv.GapFor(ns.Name); gap != nil && len(ns.Policies) == 0 {
		row.Verdict, row.Reason = v1alpha1.VerdictError, gap.Err.Error()
		return row, problem
	}
	if ns.Terminating {
		row.Verdict, row.Reason = v1alpha1.VerdictSkipped, "terminating"
		return row, problem
	}
	if exempt != nil {
		row.Verdict, row.Exemption, row.Reason = v1alpha1.VerdictExempt, exempt, exemptReason(exempt)
		return row, problem
	}
	if reason := skipReason(ns.Name, opts); reason != "" {
		row.Verdict, row.Reason = v1alpha1.VerdictSkipped, reason
		return row, problem
	}
	if len(ns.Policies) == 0 {
		row.Verdict, row.Reason = v1alpha1.VerdictFail, "no NetworkPolicy"
		if problem != "" {
			row.Reason += "; " + problem
		}
		return row, problem
	}
	row.Verdict, row.Reason = v1alpha1.VerdictPass, problem
	return row, problem
}

func exemptReason(e *v1alpha1.Exemption) string {
	if e.Until == "" {
		return rules.Clip(e.Reason)
	}
	return fmt.Sprintf("%s (until %s)", rules.Clip(e.Reason), e.Until)
}

// systemNamespace begins the reason of a system namespace that is skipped.
const systemNamespace = "system namespace"

// skipReason says why a namespace is not judged; empty where it is.
func skipReason(name string, opts Options) string {
	if glob, ok := opts.Scope.Excluded(name); ok {
		return fmt.Sprintf("excluded (%s)", rules.Clip(glob))
	}
	if opts.Scope.IncludeSystem || opts.JudgeNamedSystem && opts.Scope.Named(name) {
		return ""
	}
	pattern, system := inventory.SystemPattern(name)
	switch {
	case !system:
		return ""
	case pattern == name:
		return fmt.Sprintf("%s (%s)", systemNamespace, pattern)
	default:
		return fmt.Sprintf("%s (%s, by wildcard only)", systemNamespace, pattern)
	}
}

// accept turns the FAIL of a namespace that policies of accepted kinds isolate into ACCEPTED. What could not be read of
// them, or of the pods, leaves it a FAIL, as it is one by the benchmark's letter; so does a network plugin that enforces
// nothing, or only policies of other kinds than these.
func accept(ns *rules.Namespace, plugin v1alpha1.NetworkPlugin, families []otherpolicy.Family, row *v1alpha1.NamespaceAudit) {
	if row.Verdict != v1alpha1.VerdictFail || len(families) == 0 {
		return
	}
	enforced := slices.DeleteFunc(slices.Clone(families), func(f otherpolicy.Family) bool { return !mayEnforce(plugin, f) })
	if by, isolated := ns.IsolatedByOthers(enforced); isolated {
		row.Verdict, row.Reason = v1alpha1.VerdictAccepted, "isolated by "+strings.Join(by, ", ")
		return
	}
	if by, isolated := ns.IsolatedByOthers(families); isolated {
		row.Reason += fmt.Sprintf("; network plugin %s does not enforce %s (--network-plugin NAME, if another one does)", plugin.Name, strings.Join(by, ", "))
	} else if err := ns.OthersUnknown(); err != nil {
		row.Reason += "; what isolates it otherwise is unknown: " + err.Error()
	}
}

// enforcers are the network plugins that enforce a family of policies; any may enforce one that is not there.
var enforcers = map[otherpolicy.Family][]string{
	otherpolicy.FamilyCilium: {"cilium"},
	otherpolicy.FamilyCalico: {"calico", "canal"},
}

// mayEnforce says that the network plugin, as far as it is known, enforces policies of a family.
func mayEnforce(plugin v1alpha1.NetworkPlugin, family otherpolicy.Family) bool {
	names, only := enforcers[family]
	switch plugin.Enforcement {
	case v1alpha1.EnforcementNotEnforced:
		return false
	case v1alpha1.EnforcementEnforced:
		return !only || slices.Contains(names, plugin.Name)
	default:
		return true
	}
}
