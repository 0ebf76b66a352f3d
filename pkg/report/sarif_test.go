package report

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// sarifSchemaValidator is OASIS' schema, formats of URIs and times included.
func sarifSchemaValidator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/schemas/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	parsed, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(sarifSchema, parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func sarifOf(t interface{ Fatal(...any) }, r *v1alpha1.AuditReport) []byte {
	var text bytes.Buffer
	if err := WriteFile(&text, "sarif", r); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func TestSARIFKeepsToTheSchema(t *testing.T) {
	schema := sarifSchemaValidator(t)
	valid := func(t interface{ Fatal(...any) }, r *v1alpha1.AuditReport) {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(sarifOf(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("of the sample company", func(t *testing.T) { valid(t, sampleCompany(t)) })
	t.Run("of hostile texts", func(t *testing.T) { valid(t, hostileReport()) })
	t.Run("of an empty report", func(t *testing.T) { valid(t, v1alpha1.NewAuditReport()) })
	t.Run("of anything", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { valid(t, anyReport(t)) }) })
	t.Run("and the schema would find an error", func(t *testing.T) {
		var document map[string]any
		if err := json.Unmarshal(sarifOf(t, sampleCompany(t)), &document); err != nil {
			t.Fatal(err)
		}
		document["runs"].([]any)[0].(map[string]any)["results"].([]any)[0].(map[string]any)["level"] = "high"
		if schema.Validate(document) == nil {
			t.Error(`a level "high" was taken`)
		}
	})
}

// What GitHub's code scanning wants beyond the schema.
func TestSARIFIsFitForCodeScanning(t *testing.T) {
	for name, r := range map[string]*v1alpha1.AuditReport{"of the sample company": sampleCompany(t), "of hostile texts": hostileReport()} {
		t.Run(name, func(t *testing.T) {
			log, err := sarif.FromBytes(sarifOf(t, r))
			if err != nil {
				t.Fatal(err)
			}
			run, seen := log.Runs[0], map[string]bool{}
			if len(run.Results) == 0 {
				t.Fatal("no results")
			}
			for _, result := range run.Results {
				rule := run.Tool.Driver.Rules[result.RuleIndex]
				if *rule.ID != *result.RuleID {
					t.Errorf("rule %s at the place of %s", *rule.ID, *result.RuleID)
				}
				if rule.Properties.Properties["security-severity"] == nil || *rule.Help.Text == "" {
					t.Errorf("rule %s has no severity or no help", *rule.ID)
				}
				if len(result.Locations) != 1 || result.Locations[0].PhysicalLocation.Region.StartLine == nil || *result.Locations[0].PhysicalLocation.ArtifactLocation.URI == "" {
					t.Errorf("%s: no physical location", *result.Message.Text)
				}
				fingerprint := result.PartialFingerprints["primaryLocationLineHash"]
				if fingerprint == "" || seen[fingerprint] {
					t.Errorf("%s: fingerprint %q is missing or another result's", *result.Message.Text, fingerprint)
				}
				seen[fingerprint] = true
			}
		})
	}
}

func TestSARIFPointsToTheManifest(t *testing.T) {
	log, err := sarif.FromBytes(sarifOf(t, sampleCompany(t)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, result := range log.Runs[0].Results {
		place := result.Locations[0].PhysicalLocation
		got[*result.RuleID+" "+*place.ArtifactLocation.URI] = true
		text, err := os.ReadFile(*place.ArtifactLocation.URI)
		if err != nil {
			t.Fatal(err)
		}
		if line := strings.Split(string(text), "\n")[*place.Region.StartLine-1]; !strings.HasPrefix(line, "apiVersion:") {
			t.Errorf("%s: line %d is %q", *result.Message.Text, *place.Region.StartLine, line)
		}
	}
	for _, want := range []string{"no-policy ../../testdata/shop/00-namespaces.yaml", "dead-policy ../../testdata/shop/analytics.yaml"} {
		if !got[want] {
			t.Errorf("no result %s", want)
		}
	}
}

func TestFingerprintsStayWhereCountsChange(t *testing.T) {
	fingerprints := func(messages ...string) []string {
		r := v1alpha1.NewAuditReport()
		ns := v1alpha1.NamespaceAudit{Name: "shop", Verdict: v1alpha1.VerdictPass}
		for _, message := range messages {
			ns.Findings = append(ns.Findings, v1alpha1.Finding{Rule: "dead-policy", Severity: v1alpha1.SeverityLow, Message: message})
		}
		r.Namespaces = append(r.Namespaces, ns)
		log, err := sarif.FromBytes(sarifOf(t, r))
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, result := range log.Runs[0].Results {
			all = append(all, result.PartialFingerprints["cis532/v1"])
		}
		return all
	}
	before := fingerprints(`NetworkPolicy "a" selects no pod, 3 others do`, `NetworkPolicy "b" selects no pod`, "1 pod: web-7f", "2 pods: web-8a")
	after := fingerprints(`NetworkPolicy "b" selects no pod`, "9 pods: web-00")
	if diff := cmp.Diff([]string{before[1], before[2]}, after); diff != "" {
		t.Error(diff)
	}
}

func TestSARIFSaysWhatWasNotJudgedAndWhatIsSuppressed(t *testing.T) {
	log, err := sarif.FromBytes(sarifOf(t, hostileReport()))
	if err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if *run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].ToolExecutionNotifications) != 2 {
		t.Errorf("the invocation does not say what is missing: %+v", run.Invocations[0])
	}
	suppressed, unjudged := 0, 0
	for _, result := range run.Results {
		if len(result.Suppressions) > 0 {
			suppressed++
		}
		if *result.RuleID == notJudged {
			unjudged++
		}
	}
	want := map[v1alpha1.Verdict]int{}
	for _, ns := range hostileReport().Namespaces {
		want[ns.Verdict]++
	}
	if suppressed != want[v1alpha1.VerdictExempt]+want[v1alpha1.VerdictAccepted] || unjudged != want[v1alpha1.VerdictError]+1 {
		t.Errorf("%d suppressed, %d not judged; the report has %v", suppressed, unjudged, want)
	}
}
