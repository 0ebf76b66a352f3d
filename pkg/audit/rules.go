package audit

import (
	"fmt"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Rule is something that the audit looks for, with what `explain` says about it.
type Rule struct {
	// ID is stable: it is in reports and on command lines.
	ID string
	// Severity ranks what it finds.
	Severity v1alpha1.Severity
	// Summary says in one line what it finds.
	Summary string
	// Why says what can go wrong.
	Why string
	// Remedy says how to mend it.
	Remedy string
}

// The rules, in the order of DESIGN's table: the control first.
var (
	ruleNoPolicy = Rule{
		ID: "no-policy", Severity: v1alpha1.SeverityHigh,
		Summary: "the namespace has no NetworkPolicy: the control's failure itself",
		Why: "Without a NetworkPolicy every pod of the namespace accepts connections from everywhere and may connect\n" +
			"to everything: one compromised workload can attack all others. It is what CIS Kubernetes Benchmark 5.3.2\n" +
			"asks about, of every namespace.",
		Remedy: "kubectl cis532 fix NAMESPACE --dry-run=server shows, and fix NAMESPACE creates, a baseline that cuts nothing;\n" +
			"kubectl cis532 generate prints the same as manifests for a GitOps repository. Then restrict it, step by step.",
	}
	ruleInvalidExemption = Rule{
		ID: "invalid-exemption", Severity: v1alpha1.SeverityMedium,
		Summary: "an exemption that has ended, cannot be read or gives no reason counts as none",
		Why:     "The namespace is judged as if it were not exempt: somebody may believe that it still is.",
		Remedy: "Mend or remove the annotations cis532.io/exempt: REASON and cis532.io/exempt-until: YYYY-MM-DD (UTC, inclusive)\n" +
			"of the Namespace.",
	}
	ruleUnusedExemption = Rule{
		ID: "unused-exemption", Severity: v1alpha1.SeverityLow,
		Summary: "an exempt namespace has a NetworkPolicy and would pass anyway",
		Why:     "An exemption that nobody needs hides the next failure: if the policy goes, the namespace stays exempt.",
		Remedy:  "Remove the annotation cis532.io/exempt from the Namespace.",
	}
)

// Rules lists all rules.
var Rules = []Rule{ruleNoPolicy, ruleInvalidExemption, ruleUnusedExemption}

// LookupRule returns the rule of that id.
func LookupRule(id string) (Rule, bool) {
	for _, r := range Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

func (r Rule) finding(message, remedy string) v1alpha1.Finding {
	return v1alpha1.Finding{Rule: r.ID, Severity: r.Severity, Message: message, Remedy: remedy}
}

func noPolicy(namespace string) v1alpha1.Finding {
	return ruleNoPolicy.finding(fmt.Sprintf("namespace %q has no NetworkPolicy", namespace),
		fmt.Sprintf("kubectl cis532 fix %s --dry-run=server", namespace))
}

func invalidExemption(namespace, problem string) v1alpha1.Finding {
	return ruleInvalidExemption.finding(fmt.Sprintf("namespace %q: %s: it counts as none", namespace, problem),
		fmt.Sprintf("mend or remove the annotations %s and %s", AnnotationExempt, AnnotationExemptUntil))
}

func unusedExemption(namespace string) v1alpha1.Finding {
	return ruleUnusedExemption.finding(fmt.Sprintf("namespace %q is exempt and has a NetworkPolicy", namespace),
		fmt.Sprintf("kubectl annotate namespace %s %s-", namespace, AnnotationExempt))
}
