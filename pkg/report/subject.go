package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// toolName is how reports name this program.
const toolName = "kubectl-cis532"

// informationURI is where this program is at home.
const informationURI = "https://github.com/cis532/kubectl-cis532"

// sourceText names what a report is about, in one line: the kubeconfig context
// and the server, or the paths of manifests.
func sourceText(s v1alpha1.Source) string {
	if s.Kind == v1alpha1.SourceManifests {
		paths := make([]string, len(s.Paths))
		for i, path := range s.Paths {
			if paths[i] = path; path == "-" {
				paths[i] = "standard input"
			}
		}
		return "manifests " + strings.Join(paths, ", ")
	}
	switch {
	case s.Context == "":
		return cmp.Or(s.Server, "cluster")
	case s.Server == "":
		return "context " + s.Context
	default:
		return fmt.Sprintf("context %s (%s)", s.Context, s.Server)
	}
}

// controlText names the benchmark's item.
func controlText(c v1alpha1.Control) string {
	return strings.TrimSpace("CIS " + c.ID + " " + c.Title)
}

// findingText is a finding in one line, as the formats without fields for its
// parts have it: [severity] rule: message.
func findingText(f v1alpha1.Finding) string {
	return fmt.Sprintf("[%s] %s: %s", f.Severity, f.Rule, OneLine(f.Message))
}

// findingTexts are all findings of a namespace, one in a line.
func findingTexts(findings []v1alpha1.Finding) string {
	lines := make([]string, len(findings))
	for i, f := range findings {
		lines[i] = findingText(f)
	}
	return strings.Join(lines, "\n")
}

// severityRank is the place of a severity, the worst first.
func severityRank(s v1alpha1.Severity) int {
	for i, known := range severityOrder {
		if s == known {
			return i
		}
	}
	return len(severityOrder)
}

// severityOrder are the severities, the worst first.
var severityOrder = []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo}
