package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/joshdk/go-junit"
	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	xhtml "golang.org/x/net/html"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// readers read each format with somebody else's reader where there is one, and say what it says.
var readers = map[string]func([]byte) (said, error){
	"json":         readJSON,
	"yaml":         readYAML,
	"markdown":     readMarkdown,
	"csv":          readCSV,
	"html":         readHTML,
	"junit":        readJUnit,
	"sarif":        readSARIF,
	"openreports":  readClusterReports("openreports.io/v1alpha1", "ClusterReport"),
	"policyreport": readClusterReports("wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"),
	"kube-bench":   readKubeBench,
}

func readJSON(data []byte) (said, error) {
	r := &v1alpha1.AuditReport{}
	if err := json.Unmarshal(data, r); err != nil {
		return said{}, err
	}
	return saidBy(r), nil
}

// readHTML reads the document that the page holds, as a browser finds it. What the page shows of it is tested in a browser.
func readHTML(data []byte) (said, error) {
	page, err := xhtml.Parse(bytes.NewReader(data))
	if err != nil {
		return said{}, err
	}
	for node := range page.Descendants() {
		if node.Type == xhtml.ElementNode && node.Data == "script" && slices.Contains(node.Attr, xhtml.Attribute{Key: "id", Val: "report"}) {
			return readJSON([]byte(node.FirstChild.Data))
		}
	}
	return said{}, errors.New("the page holds no document")
}

func readYAML(data []byte) (said, error) {
	r := &v1alpha1.AuditReport{}
	if err := yaml.UnmarshalStrict(data, r); err != nil {
		return said{}, err
	}
	return saidBy(r), nil
}

// readMarkdown renders as GitHub does, and reads the page's tables. What the page itself is made of is all that there
// may be of HTML: no link, no picture, no mention.
func readMarkdown(data []byte) (said, error) {
	page, err := rendered(data)
	if err != nil {
		return said{}, err
	}
	allowed := []string{"html", "head", "body", "h2", "h3", "p", "strong", "br", "ul", "li", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
	s := newSaid()
	for node := range page.Descendants() {
		if node.Type == xhtml.ElementNode && node.Data == "h2" {
			verdict, _, _ := strings.Cut(node.FirstChild.Data, ":")
			s.Passes = verdict == string(v1alpha1.VerdictPass)
		}
		switch {
		case node.Type == xhtml.CommentNode, node.Type == xhtml.ElementNode && !slices.Contains(allowed, node.Data):
			return s, fmt.Errorf("the page has a %q", node.Data)
		case node.Type == xhtml.TextNode && mentions.MatchString(node.Data):
			return s, fmt.Errorf("somebody is mentioned: %q", node.Data)
		case node.Type != xhtml.ElementNode || node.Data != "tr":
			continue
		}
		cells := texts(node)
		switch {
		case cells[0] == "NAMESPACE":
		case len(cells) == 7:
			s.Verdicts[cells[0]] = v1alpha1.Verdict(cells[1])
		case len(cells) == 5:
			s.find(cells[0], fmt.Sprintf("[%s] %s: %s", cells[1], cells[2], cells[3]))
		default:
			return s, fmt.Errorf("a row of %d cells: %q", len(cells), cells)
		}
	}
	return s, nil
}

// mentions is what GitHub and GitLab look for in a rendered page.
var mentions = regexp.MustCompile(`(^|\W)@[A-Za-z0-9]|[#!$%&~][0-9]|[%~]["A-Za-z]|(?i:\bGH-[0-9])`)

// rendered is Markdown as a page.
func rendered(data []byte) (*xhtml.Node, error) {
	var page bytes.Buffer
	github := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := github.Convert(data, &page); err != nil {
		return nil, err
	}
	return xhtml.Parse(&page)
}

// texts are the texts of a row's cells.
func texts(row *xhtml.Node) []string {
	var cells []string
	for cell := range row.ChildNodes() {
		if cell.Type != xhtml.ElementNode {
			continue
		}
		var text strings.Builder
		for node := range cell.Descendants() {
			if node.Type == xhtml.TextNode {
				text.WriteString(node.Data)
			}
		}
		cells = append(cells, text.String())
	}
	return cells
}

func readCSV(data []byte) (said, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return said{}, err
	}
	s := newSaid()
	findings := slices.Index(rows[0], "findings")
	s.Passes = !slices.ContainsFunc(rows, func(row []string) bool { return row[1] == "FAIL" || row[1] == "ERROR" })
	for _, row := range rows[1:] {
		for _, cell := range row {
			if formulaBegins.MatchString(cell) {
				return s, fmt.Errorf("a spreadsheet would compute %q", cell)
			}
		}
		if row[0] == "" { // the run as a whole
			continue
		}
		s.Verdicts[row[0]] = v1alpha1.Verdict(row[1])
		if row[findings] != "" {
			for _, text := range strings.Split(row[findings], "\n") {
				s.find(row[0], text)
			}
		}
	}
	return s, nil
}

// formulaBegins is OWASP's list, and the wide characters that Excel takes for them.
// Where semicolons separate cells, each of them begins one, and each line break a row.
var formulaBegins = regexp.MustCompile("(^|[;\n])[\\s\"]*[=+\\-@\t\r＝＋－＠]")

func readJUnit(data []byte) (said, error) {
	suites, err := junit.Ingest(data)
	if err != nil {
		return said{}, err
	}
	s := newSaid()
	s.Passes = suites[0].Totals.Failed+suites[0].Totals.Error == 0
	for _, test := range suites[0].Tests {
		if test.Classname != junitNamespaces {
			continue
		}
		s.Verdicts[test.Name] = junitVerdict(test)
		for _, line := range strings.Split(test.SystemOut, "\n") {
			if strings.HasPrefix(line, "[high] ") || strings.HasPrefix(line, "[medium] ") || strings.HasPrefix(line, "[low] ") || strings.HasPrefix(line, "[info] ") {
				s.find(test.Name, line)
			}
		}
	}
	return s, nil
}

func junitVerdict(test junit.Test) v1alpha1.Verdict {
	switch test.Status {
	case junit.StatusPassed:
		if strings.HasPrefix(test.SystemOut, "ACCEPTED: ") {
			return v1alpha1.VerdictAccepted
		}
		return v1alpha1.VerdictPass
	case junit.StatusFailed:
		return v1alpha1.VerdictFail
	case junit.StatusSkipped:
		verdict, _, _ := strings.Cut(test.Message, ":")
		return v1alpha1.Verdict(verdict)
	default:
		return v1alpha1.VerdictError
	}
}

func readSARIF(data []byte) (said, error) {
	log, err := sarif.FromBytes(data)
	if err != nil {
		return said{}, err
	}
	s, run := newSaid(), log.Runs[0]
	s.Passes = *run.Invocations[0].ExecutionSuccessful && !slices.ContainsFunc(run.Results, func(r *sarif.Result) bool {
		return len(r.Suppressions) == 0 && (*r.RuleID == noPolicy || *r.RuleID == notJudged)
	})
	for _, location := range run.LogicalLocations {
		verdict, _ := location.Properties.Properties["verdict"].(string)
		s.Verdicts[*location.Name] = v1alpha1.Verdict(verdict)
	}
	unjudged := 0
	for _, result := range run.Results {
		suppressed := len(result.Suppressions) > 0
		if *result.RuleID == notJudged || suppressed {
			if err := s.agreesWith(result, suppressed); err != nil {
				return s, err
			}
			if !suppressed {
				unjudged++
			}
			continue
		}
		namespace := *result.Locations[0].LogicalLocations[0].Name
		severity, _ := result.Properties.Properties["severity"].(string)
		message := strings.TrimPrefix(*result.Message.Text, namespace+": ")
		s.find(namespace, fmt.Sprintf("[%s] %s: %s", severity, *result.RuleID, message))
	}
	for _, verdict := range s.Verdicts {
		if verdict == v1alpha1.VerdictError {
			unjudged--
		}
	}
	// What is left is of the run as a whole.
	if unjudged < 0 || *run.Invocations[0].ExecutionSuccessful != (unjudged == 0 && !slices.Contains(slices.Collect(maps.Values(s.Verdicts)), v1alpha1.VerdictError)) {
		return s, fmt.Errorf("the run is successful: %t, with %d namespaces too few that were not judged", *run.Invocations[0].ExecutionSuccessful, -unjudged)
	}
	return s, nil
}

// agreesWith holds a result that is no finding to the verdict of its namespace: what was not judged is ERROR, what is
// suppressed was taken upon himself by somebody.
func (s said) agreesWith(result *sarif.Result, suppressed bool) error {
	if len(result.Locations[0].LogicalLocations) == 0 {
		return nil
	}
	want := []v1alpha1.Verdict{v1alpha1.VerdictError}
	if suppressed {
		want = []v1alpha1.Verdict{v1alpha1.VerdictAccepted, v1alpha1.VerdictExempt}
	}
	if name := *result.Locations[0].LogicalLocations[0].Name; !slices.Contains(want, s.Verdicts[name]) {
		return fmt.Errorf("%s is %s with a result of %s", name, s.Verdicts[name], *result.RuleID)
	}
	return nil
}

// readClusterReports reads the objects of a report API, strictly, and counts their results again.
func readClusterReports(apiVersion, kind string) func([]byte) (said, error) {
	return func(data []byte) (said, error) {
		s := newSaid()
		s.Passes = true
		documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
		for {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				return s, nil
			}
			if err != nil {
				return s, err
			}
			var object openreports.ClusterReport
			if err := yaml.UnmarshalStrict(document, &object); err != nil {
				return s, err
			}
			if object.APIVersion != apiVersion || object.Kind != kind {
				return s, fmt.Errorf("it is a %s of %s", object.Kind, object.APIVersion)
			}
			if err := s.readResults(object.Summary, object.Results); err != nil {
				return s, err
			}
			s.Passes = s.Passes && object.Summary.Fail+object.Summary.Error == 0
		}
	}
}

func (s said) readResults(summary openreports.ReportSummary, results []openreports.ReportResult) error {
	var counted openreports.ReportSummary
	for _, result := range results {
		*map[openreports.Result]*int{"pass": &counted.Pass, "fail": &counted.Fail, "warn": &counted.Warn, "error": &counted.Error, "skip": &counted.Skip}[result.Result]++
		if len(result.Subjects) == 0 {
			continue
		}
		namespace := result.Subjects[0].Name
		text := fmt.Sprintf("[%s] %s: %s", result.Severity, result.Rule, result.Description)
		if result.Result == "warn" {
			s.find(namespace, text)
			continue
		}
		verdict := v1alpha1.Verdict(result.Properties["verdict"])
		if !slices.Contains(resultVerdicts[result.Result], verdict) {
			return fmt.Errorf("%s is %s as %s", namespace, verdict, result.Result)
		}
		s.Verdicts[namespace] = verdict
		if result.Result == "fail" {
			s.find(namespace, text)
		}
	}
	if counted != summary {
		return fmt.Errorf("its summary is %+v, its results are %+v", summary, counted)
	}
	return nil
}

// resultVerdicts are the verdicts that a result may stand for: a dashboard only looks at results.
var resultVerdicts = map[openreports.Result][]v1alpha1.Verdict{
	"pass": {v1alpha1.VerdictPass, v1alpha1.VerdictAccepted}, "fail": {v1alpha1.VerdictFail}, "error": {v1alpha1.VerdictError},
	"skip": {v1alpha1.VerdictSkipped, v1alpha1.VerdictExempt},
}

// readKubeBench reads the JSON as kube-bench's documentation has it: no other field, none missing.
func readKubeBench(data []byte) (said, error) {
	var output struct {
		Controls []struct {
			ID              string `json:"id"`
			Version         string `json:"version"`
			DetectedVersion string `json:"detected_version"`
			Text            string `json:"text"`
			NodeType        string `json:"node_type"`
			Tests           []struct {
				Section                string
				Type                   string
				Pass, Fail, Warn, Info int
				Desc                   string
				Results                []struct {
					TestNumber     string `json:"test_number"`
					TestDesc       string `json:"test_desc"`
					Audit          string
					AuditEnv       string
					AuditConfig    string
					Type           string
					Remediation    string
					TestInfo       []string `json:"test_info"`
					Status         string
					ActualValue    string `json:"actual_value"`
					Scored         bool
					IsMultiple     bool
					ExpectedResult string `json:"expected_result"`
					Reason         string
				}
			}
			TotalPass int `json:"total_pass"`
			TotalFail int `json:"total_fail"`
			TotalWarn int `json:"total_warn"`
			TotalInfo int `json:"total_info"`
		}
		Totals struct {
			TotalPass int `json:"total_pass"`
			TotalFail int `json:"total_fail"`
			TotalWarn int `json:"total_warn"`
			TotalInfo int `json:"total_info"`
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&output); err != nil {
		return said{}, err
	}
	s, check := newSaid(), output.Controls[0].Tests[0].Results[0]
	if failed := check.Status == "FAIL"; failed != (output.Totals.TotalFail == 1) || failed == (output.Totals.TotalPass == 1) {
		return s, fmt.Errorf("the check is %s, the totals are %+v", check.Status, output.Totals)
	}
	s.Passes = check.Status == "PASS"
	for line := range strings.Lines(check.ActualValue) {
		words := strings.Fields(line)
		s.Verdicts[words[1]] = v1alpha1.Verdict(words[3])
	}
	for _, info := range check.TestInfo {
		if namespace, finding, ok := strings.Cut(info, ": ["); ok {
			s.find(namespace, "["+finding)
		}
	}
	return s, nil
}
