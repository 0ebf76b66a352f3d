package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/version"
)

// sarifFormat is SARIF 2.1.0, for GitHub's code scanning, DefectDojo and the
// viewers of editors. A result is a finding, or a namespace that could not be
// judged; what passes is no result, as many readers take each for a problem.
// All namespaces are logical locations of the run, with their verdicts.
var sarifFormat = Format{
	Name:       "sarif",
	Extensions: []string{"sarif.json"},
	Writes:     writes[*v1alpha1.AuditReport],
	Write: func(w io.Writer, document runtime.Object) error {
		r, ok := document.(*v1alpha1.AuditReport)
		if !ok {
			return fmt.Errorf("no SARIF of a %T", document)
		}
		log := sarif.NewReport()
		log.Schema = sarifSchema
		log.AddRun(newSARIFRun(r).run)
		if err := log.Write(w); err != nil {
			return fmt.Errorf("write SARIF: %w", err)
		}
		_, err := io.WriteString(w, "\n")
		return err
	},
}

// sarifSchema is the schema that the documents keep to.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// notJudged is the rule of namespaces without a verdict. It is no rule of the audit: it says that the audit could not
// look. Without it, what lacks evidence would look clean.
const notJudged = "not-judged"

// sarifRun is a run that is being made.
type sarifRun struct {
	report *v1alpha1.AuditReport
	run    *sarif.Run
	// rules are the places of the rules.
	rules map[string]int
	// fingerprints counts the results of one fingerprint.
	fingerprints map[string]int
}

func newSARIFRun(r *v1alpha1.AuditReport) *sarifRun {
	s := &sarifRun{report: r, run: sarif.NewRunWithInformationURI(toolName, informationURI), rules: map[string]int{}, fingerprints: map[string]int{}}
	s.run.Tool.Driver.WithVersion(strings.TrimPrefix(version.Get().GitVersion, "v"))
	s.run.WithColumnKind("utf16CodeUnits").WithAutomationDetails(sarif.NewRunAutomationDetails().WithID(sarifCategory(r.Source)))
	// 4.3.2 alone is no name: two benchmarks have it.
	s.run.WithProperties(sarifProperties("control", r.Control.ID, "title", r.Control.Title, "benchmark", r.Control.Benchmark,
		"level", strconv.Itoa(r.Control.Level), "assessment", r.Control.Assessment))
	for _, text := range r.Rules {
		s.addRule(text)
	}
	s.invocation()
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		s.run.LogicalLocations = append(s.run.LogicalLocations, namespaceLocation(i, ns).WithProperties(sarifProperties("verdict", string(ns.Verdict), "reason", ns.Reason)))
		s.namespace(i, ns)
	}
	return s
}

// sarifCategory tells runs apart that are about different things, so that the alerts of one cluster do not close
// those of another. What is before the last slash is GitHub's category.
func sarifCategory(source v1alpha1.Source) string {
	if source.Kind == v1alpha1.SourceManifests {
		return toolName + "/manifests/"
	}
	return toolName + "/cluster/" + strings.ReplaceAll(OneLine(source.Context), "/", "-") + "/"
}

// invocation says whether the run could look at all that it should, and what kept it from that.
func (s *sarifRun) invocation() {
	invocation := sarif.NewInvocation().WithExecutionSuccessful(s.report.Verdict != v1alpha1.VerdictError)
	if made := s.report.Metadata.CreationTimestamp; !made.IsZero() {
		invocation.WithEndTimeUtc(made.UTC().Format(time.RFC3339))
	}
	notify := func(level string, texts []string) {
		for _, text := range texts {
			notification := sarif.NewNotification().WithMessage(sarifMessage(text))
			notification.Level = level
			invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, notification)
		}
	}
	notify(sarif.LevelError, s.report.Errors)
	notify(sarif.LevelWarning, s.report.Warnings)
	s.run.Invocations = append(s.run.Invocations, invocation)
	for _, problem := range s.report.Errors {
		s.addNotJudged(problem, sourceLocation(s.report.Source), "")
	}
}

// namespace adds the results of a namespace.
func (s *sarifRun) namespace(index int, ns *v1alpha1.NamespaceAudit) {
	switch ns.Verdict {
	case v1alpha1.VerdictError:
		s.addNotJudged(ns.Name+": "+ns.Reason, s.location(index, ns, ""), ns.Name)
	case v1alpha1.VerdictAccepted, v1alpha1.VerdictExempt:
		if len(ns.Policies) == 0 {
			s.addSuppressed(index, ns)
		}
	}
	for _, f := range ns.Findings {
		policy := policyOf(f.Message)
		result := s.newResult(f.Rule, f.Severity, ns.Name+": "+f.Message, s.location(index, ns, policy), ns.Name, policy)
		result.WithProperties(sarifProperties("namespace", ns.Name, "severity", string(f.Severity), "remedy", f.Remedy))
	}
}

// addNotJudged adds what the audit could not look at.
func (s *sarifRun) addNotJudged(text string, location *sarif.Location, namespace string) {
	s.addRule(v1alpha1.RuleText{
		ID: notJudged, Severity: v1alpha1.SeverityHigh, Summary: "the evidence for a verdict is missing",
		What: "What could not be read is never taken as compliant: the audit ended with ERROR.", Remedy: "Give the audit what it lacks, and run it again.",
	})
	s.newResult(notJudged, v1alpha1.SeverityHigh, text, location, namespace, "")
}

// addSuppressed adds the failure of a namespace that somebody has taken upon himself.
func (s *sarifRun) addSuppressed(index int, ns *v1alpha1.NamespaceAudit) {
	result := s.newResult(noPolicy, v1alpha1.SeverityInfo, fmt.Sprintf("%s: no NetworkPolicy; %s: %s", ns.Name, ns.Verdict, ns.Reason), s.location(index, ns, ""), ns.Name, "")
	suppression := sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(OneLine(string(ns.Verdict) + ": " + ns.Reason))
	result.AddSuppression(suppression)
}

// newResult adds a result of a rule.
func (s *sarifRun) newResult(rule string, severity v1alpha1.Severity, text string, location *sarif.Location, namespace, policy string) *sarif.Result {
	fingerprint := s.fingerprint(rule, namespace, policy)
	result := sarif.NewResult().WithRuleID(rule).WithMessage(sarifMessage(text)).WithLevel(sarifLevels[severity])
	result.RuleIndex = s.addRule(v1alpha1.RuleText{ID: rule, Severity: severity, Summary: rule})
	result.Locations = append(result.Locations, location)
	// The first name is GitHub's own: it cannot make one for what is no file.
	result.PartialFingerprints = map[string]string{"primaryLocationLineHash": fingerprint + ":1", "cis532/v1": fingerprint}
	s.run.Results = append(s.run.Results, result)
	return result
}

// sarifMessage is a text from anywhere as a message. In SARIF brackets make a link.
func sarifMessage(text string) *sarif.Message {
	text = OneLine(text)
	if strings.Contains(text, "](") {
		text = strings.NewReplacer("[", `\[`, "]", `\]`).Replace(text)
	}
	return sarif.NewMessage().WithText(text)
}

// sarifProperties are pairs of names and texts; empty ones are left out.
func sarifProperties(pairs ...string) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			bag.Add(pairs[i], OneLine(pairs[i+1]))
		}
	}
	return bag
}
