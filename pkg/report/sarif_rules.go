package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// sarifLevels are the severities as SARIF has them.
var sarifLevels = map[v1alpha1.Severity]string{
	v1alpha1.SeverityHigh: sarif.LevelError, v1alpha1.SeverityMedium: sarif.LevelWarning,
	v1alpha1.SeverityLow: sarif.LevelNote, v1alpha1.SeverityInfo: sarif.LevelNote, "": sarif.LevelWarning,
}

// securitySeverities are the severities on the scale of CVSS, as GitHub sorts them: high from 7.0, medium from 4.0,
// low from 0.1.
var securitySeverities = map[v1alpha1.Severity]string{
	v1alpha1.SeverityHigh: "8.0", v1alpha1.SeverityMedium: "5.5", v1alpha1.SeverityLow: "3.0", v1alpha1.SeverityInfo: "1.0",
}

// addRule adds a rule, if it is new, and returns its place.
func (s *sarifRun) addRule(text v1alpha1.RuleText) int {
	if place, known := s.rules[text.ID]; known {
		return place
	}
	driver := s.run.Tool.Driver
	place := len(driver.Rules)
	s.rules[text.ID] = place
	rule := sarif.NewReportingDescriptor().WithID(text.ID).WithName(pascalCase(text.ID)).
		WithShortDescription(sarif.NewMultiformatMessageString().WithText(OneLine(text.Summary))).
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(joinedTexts(" ", text.What, text.Why))).
		WithHelp(sarif.NewMultiformatMessageString().WithText(joinedTexts("\n\n", text.Summary, text.What, text.Why, text.Remedy)).WithMarkdown(ruleMarkdown(text)))
	page := "rules/" + text.ID
	if text.ID == notJudged {
		page = "troubleshooting"
	}
	rule.WithHelpURI(informationURI + "/blob/main/docs/" + page + ".md")
	level := sarif.NewReportingConfiguration()
	level.Level = sarifLevels[text.Severity]
	rule.WithDefaultConfiguration(level)
	properties := sarif.NewPropertyBag().WithTags([]string{"security", "kubernetes", "CIS-" + s.report.Control.ID})
	properties.Add("precision", "high").Add("security-severity", securitySeverities[text.Severity])
	rule.WithProperties(properties)
	driver.Rules = append(driver.Rules, rule)
	return place
}

// pascalCase is the readable name that SARIF wants beside the id, and different
// from it: NoPolicy for no-policy.
func pascalCase(id string) string {
	var name strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String()
}

// joinedTexts joins what is not empty.
func joinedTexts(separator string, texts ...string) string {
	var parts []string
	for _, text := range texts {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, separator)
}

// ruleMarkdown is a rule's page. The texts are our own; indented lines are commands there as in Markdown.
func ruleMarkdown(text v1alpha1.RuleText) string {
	var parts []string
	for _, part := range []struct{ title, text string }{{"What", text.What}, {"Why", text.Why}, {"Remedy", text.Remedy}} {
		if part.text != "" {
			parts = append(parts, "**"+part.title+"**\n\n"+indentedCommands(part.text))
		}
	}
	return strings.Join(append([]string{text.Summary}, parts...), "\n\n")
}

// indentedCommands indents lines that begin with a space as Markdown wants code.
func indentedCommands(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, " ") {
			lines[i] = "    " + strings.TrimSpace(line)
		}
	}
	return strings.Join(lines, "\n")
}

// policyNamed finds the NetworkPolicy that a message is about.
var policyNamed = regexp.MustCompile(`NetworkPolicy "([^"]+)"`)

// policyOf is the first NetworkPolicy that a message names, or nothing.
func policyOf(message string) string {
	if match := policyNamed.FindStringSubmatch(message); match != nil {
		return match[1]
	}
	return ""
}

// fingerprint is the same from run to run for the same problem: it is made of
// the rule, the namespace and the policy that the message is about, not of
// counts, lines or names of pods, which change by themselves. Of several alike
// the later ones have a number.
func (s *sarifRun) fingerprint(rule, namespace, policy string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{rule, namespace, policy}, "\x00")))
	fingerprint := hex.EncodeToString(sum[:8])
	s.fingerprints[fingerprint]++
	if n := s.fingerprints[fingerprint]; n > 1 {
		fingerprint += fmt.Sprintf("-%d", n)
	}
	return fingerprint
}
