package rules

import (
	"cmp"
	"slices"
	"sync"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Rule is something that the audit looks for, with the page that `explain` prints about it. A rule is one file: it
// makes itself known by register.
type Rule struct {
	// ID is stable: it is in reports and on command lines.
	ID string
	// Severity ranks what it finds.
	Severity v1alpha1.Severity
	// Summary says in one line what it finds.
	Summary string
	// What says what exactly counts, and what does not.
	What string
	// Why says what can go wrong.
	Why string
	// Example is a manifest in which the rule finds something; namespace "shop" is the one at fault.
	Example string
	// Remedy says how to mend it.
	Remedy string
	// Anyway looks also at namespaces that were not judged: exempt, skipped, or without evidence.
	Anyway bool
	// Check looks at one namespace.
	Check func(*Namespace) []Found
}

// Found is one thing that a rule found.
type Found struct {
	// Message says what, naming the objects, in one line.
	Message string
	// Remedy is what to do about this one.
	Remedy string
	// Severity overrides the rule's; empty leaves it.
	Severity v1alpha1.Severity
}

// all are the rules that registered, in no order.
var all []Rule

// register makes a rule known. Its result lets a rule's file do it where it declares the rule.
func register(r Rule) Rule {
	all = append(all, r)
	return r
}

// severities are in the order of their rank.
var severities = []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo}

// rank is the place of a severity, the worst first.
func rank(s v1alpha1.Severity) int { return slices.Index(severities, s) }

// All lists the rules: the worst first, those of one severity by id.
func All() []Rule { return slices.Clone(sorted()) }

// sorted is All for those who only look.
var sorted = sync.OnceValue(func() []Rule {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.ID, b.ID))
	})
	return sorted
})

// Lookup returns the rule of that id.
func Lookup(id string) (Rule, bool) {
	for _, r := range all {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Check lists what all rules find in a namespace, the worst first. judged says that the namespace has a verdict by
// the benchmark's letter; without one, only the rules about that itself are asked.
func Check(ns *Namespace, judged bool) []v1alpha1.Finding {
	var findings []v1alpha1.Finding
	for _, r := range sorted() {
		if !judged && !r.Anyway {
			continue
		}
		for _, f := range r.Check(ns) {
			findings = append(findings, v1alpha1.Finding{
				Rule: r.ID, Severity: cmp.Or(f.Severity, r.Severity), Message: f.Message, Remedy: f.Remedy,
			})
		}
	}
	slices.SortStableFunc(findings, func(a, b v1alpha1.Finding) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	return findings
}

// AtLeast says whether a severity is as bad as another, or worse.
func AtLeast(s, threshold v1alpha1.Severity) bool { return rank(s) <= rank(threshold) }
