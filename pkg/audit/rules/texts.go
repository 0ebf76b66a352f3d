package rules

import (
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// noPolicy is the rule that is the control itself: it is also what namespaces are exempt from.
const noPolicy = "no-policy"

// Texts are what is to be known about the rules that found something in the namespaces, and about the one that is the
// control itself, the worst first.
func Texts(namespaces []v1alpha1.NamespaceAudit) []v1alpha1.RuleText {
	found := map[string]bool{noPolicy: true}
	for i := range namespaces {
		for _, f := range namespaces[i].Findings {
			found[f.Rule] = true
		}
	}
	var texts []v1alpha1.RuleText
	for _, r := range All() {
		if found[r.ID] {
			texts = append(texts, v1alpha1.RuleText{
				ID: r.ID, Severity: r.Severity, Summary: r.Summary, What: unwrapped(r.What), Why: unwrapped(r.Why), Remedy: unwrapped(r.Remedy),
			})
		}
	}
	return texts
}

// unwrapped is a text with each paragraph in one line; lines of commands, which are indented, stay apart.
func unwrapped(text string) string {
	var b strings.Builder
	last := ""
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		switch {
		case i == 0:
		case line == "" || last == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(last, " "):
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(line)
		last = line
	}
	return b.String()
}
