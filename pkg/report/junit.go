package report

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// junitFormat is for the test results that pipelines show: a test case for each
// namespace, or each line of expectations. It is written as Jenkins' schema
// junit-10.xsd has it.
var junitFormat = Format{
	Name:       "junit",
	Extensions: []string{"xml"},
	Writes: writesAny(writes[*v1alpha1.AuditReport], writes[*v1alpha1.FixReport], writes[*v1alpha1.RollbackReport],
		writes[*v1alpha1.ReachExpectations]),
	Write: func(w io.Writer, document runtime.Object) error {
		var suite junitSuite
		switch r := document.(type) {
		case *v1alpha1.AuditReport:
			suite = junitAudit(r)
		case *v1alpha1.FixReport:
			suite = junitFix(r)
		case *v1alpha1.RollbackReport:
			suite = junitRollback(r)
		case *v1alpha1.ReachExpectations:
			suite = junitExpectations(r)
		default:
			return fmt.Errorf("no JUnit of a %T", document)
		}
		return suite.write(w)
	},
}

// junitSuites is the root element.
type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Suites   []junitSuite
}

// junitSuite is one run.
type junitSuite struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// junitCase is one namespace, one line, or the run itself.
type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Skipped   *junitOutcome `xml:"skipped"`
	Error     *junitOutcome `xml:"error"`
	Failure   *junitOutcome `xml:"failure"`
	SystemOut string        `xml:"system-out,omitempty"`
}

// junitOutcome says why a case did not pass.
type junitOutcome struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// What a case is about, as Jenkins and GitLab group them.
const (
	junitNamespaces   = toolName + ".namespaces"
	junitRun          = toolName + ".run"
	junitExpectedFile = toolName + ".expectations"
)

// newJUnitSuite begins a suite. What went wrong with the run as a whole is an error of a case of its own: a pipeline
// that looks at nothing else must not see a run as passed that lacks evidence.
func newJUnitSuite(name string, source v1alpha1.Source, metadata v1alpha1.ReportMetadata, problems []string) junitSuite {
	s := junitSuite{Name: name, Properties: []junitProperty{{"source", OneLine(sourceText(source))}}}
	if !metadata.CreationTimestamp.IsZero() {
		// The schema has no zone: it is UTC.
		s.Timestamp = metadata.CreationTimestamp.UTC().Format("2006-01-02T15:04:05")
	}
	for i, problem := range problems {
		s.add(junitCase{
			Name: "evidence " + strconv.Itoa(i+1), Classname: junitRun,
			Error: &junitOutcome{Message: OneLine(problem), Type: "evidence", Text: OneLine(problem)},
		})
	}
	return s
}

// add adds a case and counts it.
func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Error != nil:
		s.Errors++
	case c.Failure != nil:
		s.Failures++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func (s *junitSuite) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	root := junitSuites{Name: toolName, Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Suites: []junitSuite{*s}}
	if err := encoder.Encode(root); err != nil {
		return fmt.Errorf("write XML: %w", err)
	}
	if err := out.WriteByte('\n'); err != nil {
		return err
	}
	return out.Flush()
}

func junitAudit(r *v1alpha1.AuditReport) junitSuite {
	s := newJUnitSuite(controlText(r.Control), r.Source, r.Metadata, r.Errors)
	s.Properties = append(s.Properties,
		junitProperty{"verdict", string(r.Verdict)}, junitProperty{"scope", string(r.Scope)}, junitProperty{"benchmark", OneLine(r.Control.Benchmark)},
		junitProperty{"level", strconv.Itoa(r.Control.Level)})
	if r.Control.Assessment != "" {
		s.Properties = append(s.Properties, junitProperty{"assessment", OneLine(r.Control.Assessment)})
	}
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		reason := OneLine(ns.Reason)
		c := junitCase{Name: ns.Name, Classname: junitNamespaces, SystemOut: junitOut(ns)}
		switch ns.Verdict {
		case v1alpha1.VerdictPass, v1alpha1.VerdictAccepted:
		case v1alpha1.VerdictFail:
			c.Failure = &junitOutcome{Message: reason, Type: string(ns.Verdict), Text: junitRemedies(ns)}
		case v1alpha1.VerdictSkipped, v1alpha1.VerdictExempt:
			c.Skipped = &junitOutcome{Message: string(ns.Verdict) + ": " + reason}
		default: // ERROR, and whatever is no verdict
			c.Error = &junitOutcome{Message: reason, Type: string(ns.Verdict), Text: reason}
		}
		s.add(c)
	}
	return s
}

// junitOut is the verdict, where it is one that JUnit has no word for, and the findings, which fail no case: they do
// not change the verdict either.
func junitOut(ns *v1alpha1.NamespaceAudit) string {
	var lines []string
	switch {
	case ns.Verdict == v1alpha1.VerdictAccepted:
		lines = append(lines, string(ns.Verdict)+": "+OneLine(ns.Reason))
	case ns.Verdict == v1alpha1.VerdictPass && ns.Reason != "":
		lines = append(lines, OneLine(ns.Reason))
	}
	if text := findingTexts(ns.Findings); text != "" {
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// junitRemedies is what to do about a namespace that fails.
func junitRemedies(ns *v1alpha1.NamespaceAudit) string {
	for _, f := range ns.Findings {
		if f.Rule == noPolicy && f.Remedy != "" {
			return OneLine(ns.Reason) + ": " + OneLine(f.Remedy)
		}
	}
	return OneLine(ns.Reason)
}

func junitFix(r *v1alpha1.FixReport) junitSuite {
	s := newJUnitSuite("fix"+DryRunNote(r.DryRun), r.Source, r.Metadata, r.Errors)
	s.Properties = append(s.Properties, junitProperty{"policy", OneLine(r.Policy)}, junitProperty{"dryRun", string(r.DryRun)})
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		s.addResult(ns.Name, ns.Result, dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultFixed, r.DryRun))
	}
	return s
}

func junitRollback(r *v1alpha1.RollbackReport) junitSuite {
	s := newJUnitSuite("rollback"+DryRunNote(r.DryRun), r.Source, r.Metadata, r.Errors)
	s.Properties = append(s.Properties, junitProperty{"dryRun", string(r.DryRun)})
	for i := range r.Namespaces {
		ns := &r.Namespaces[i]
		s.addResult(ns.Name, ns.Result, dryRunReason(ns.Reason, ns.Result == v1alpha1.ResultRemoved, r.DryRun))
	}
	return s
}

// addResult adds a case for what became of a namespace: only ERROR is one, as for the exit code.
func (s *junitSuite) addResult(namespace string, result v1alpha1.Result, reason string) {
	reason = OneLine(reason)
	c := junitCase{Name: namespace, Classname: junitNamespaces}
	switch result {
	case v1alpha1.ResultPass, v1alpha1.ResultFixed, v1alpha1.ResultRemoved:
		c.SystemOut = strings.TrimSuffix(string(result)+": "+reason, ": ")
	case v1alpha1.ResultSkipped, v1alpha1.ResultExempt, v1alpha1.ResultKept:
		c.Skipped = &junitOutcome{Message: string(result) + ": " + reason}
	default:
		c.Error = &junitOutcome{Message: reason, Type: string(result), Text: reason}
	}
	s.add(c)
}

func junitExpectations(r *v1alpha1.ReachExpectations) junitSuite {
	var problems []string
	if r.Summary.Lines == 0 {
		problems = append(problems, nothingExpected)
	}
	s := newJUnitSuite(cmp.Or(OneLine(expectationsFile(r)), "expectations"), r.Source, r.Metadata, problems)
	next := 0
	add := func(m *v1alpha1.Mismatch) {
		// The number is not in the name where there is another: a pipeline follows a case by its name, and lines move.
		line := fmt.Sprintf("line %d", m.Line)
		name := strings.Join(strings.Fields(m.From+" "+m.To+" "+m.Port+" "+expectedWord(m.Expected)), " ")
		c := junitCase{Name: OneLine(cmp.Or(name, line)), Classname: junitExpectedFile}
		decided := OneLine(m.Decided)
		switch {
		case m.Error != "":
			c.Error = &junitOutcome{Message: line + ": " + OneLine(m.Error), Type: "invalid", Text: OneLine(m.Error)}
		case m.Got == v1alpha1.ReachUnknown:
			c.Error = &junitOutcome{Message: line + ": unknown: " + decided, Type: string(m.Got), Text: decided}
		case m.Got != m.Expected:
			c.Failure = &junitOutcome{Message: fmt.Sprintf("%s: %s, expected %s: %s", line, m.Got, m.Expected, decided), Type: string(m.Got), Text: decided}
		}
		s.add(c)
	}
	// Both are in the order of the lines.
	for i := range r.Mismatches {
		for ; next < len(r.Agreed) && r.Agreed[next].Line < r.Mismatches[i].Line; next++ {
			add(&r.Agreed[next])
		}
		add(&r.Mismatches[i])
	}
	for ; next < len(r.Agreed); next++ {
		add(&r.Agreed[next])
	}
	return s
}

// expectedWord is how a file of expectations says it.
func expectedWord(v v1alpha1.ReachVerdict) string {
	switch v {
	case v1alpha1.ReachAllowed:
		return "allow"
	case v1alpha1.ReachDenied:
		return "deny"
	default:
		return ""
	}
}
