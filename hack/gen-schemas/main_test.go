package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func TestTheSchemasInDocsAreWhatTheTypesSay(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(destination, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if _, ok := want[filepath.Base(path)]; !ok {
			t.Errorf("%s: no such kind any more: run make generate-code", path)
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(destination, name))
		if err != nil {
			t.Errorf("%v: run make generate-code", err)
			continue
		}
		if !bytes.Equal(got, text) {
			t.Errorf("docs/schemas/%s is not what the types say: run make generate-code", name)
		}
	}
}

func TestEveryFieldIsDescribed(t *testing.T) {
	for kind := range compileAll(t) {
		text, err := os.ReadFile(filepath.Join(destination, kind+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			schemaObject
			Defs map[string]schemaObject `json:"$defs"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		check := func(name string, object schemaObject) {
			if object.Description == "" {
				t.Errorf("%s: no description: does its Go type have a comment?", name)
			}
			if object.AdditionalProperties == nil || *object.AdditionalProperties {
				t.Errorf("%s: it takes unknown fields", name)
			}
			for field, property := range object.Properties {
				if property.Description == "" && property.Const == "" {
					t.Errorf("%s.%s: no description: does its Go field have a comment?", name, field)
				}
			}
		}
		check(kind, document.schemaObject)
		for name, object := range document.Defs {
			check(kind+": "+name, object)
		}
	}
}

// schemaObject is what the tests look at in the schema of an object.
type schemaObject struct {
	Description          string `json:"description"`
	AdditionalProperties *bool  `json:"additionalProperties"`
	Properties           map[string]struct {
		Description string `json:"description"`
		Const       string `json:"const"`
	} `json:"properties"`
}

func TestWhatTheProgramPrintsIsValid(t *testing.T) {
	binary := build(t)
	manifests := filepath.Join("testdata", "every-verdict.yaml")
	for _, command := range []struct {
		kind string
		args []string
	}{
		{"VersionInfo", []string{"version", "--client", "-o", "json"}},
		{"AuditReport", []string{"audit", "-f", manifests, "-o", "json"}},
		{"AuditReport", []string{"audit", "-f", manifests, "--include-system", "--no-exemptions", "--report", "json=-"}},
		{"AuditReport", []string{"audit", "-f", manifests, "-n", "open", "-o", "json"}},
		{"AuditReport", []string{"audit", "-f", os.DevNull, "-o", "json"}},
		{"AuditReport", []string{"audit", "-R", "-f", filepath.Join("..", "..", "testdata", "shop"), "-o", "json"}},
	} {
		t.Run(strings.Join(command.args, " "), func(t *testing.T) {
			validate(t, command.kind, run(t, binary, command.args...), true)
		})
	}
}

func TestReportsOfWritingVerbsAreValid(t *testing.T) {
	// They need a cluster; here are reports with every result and every field.
	yes, now := true, metav1.Now()
	fix := v1alpha1.NewFixReport()
	fix.Metadata.CreationTimestamp = now
	fix.Source = v1alpha1.Source{Kind: v1alpha1.SourceCluster, Context: "prod", Server: "https://prod.example:6443"}
	fix.Scope, fix.Policy, fix.DryRun, fix.Run = v1alpha1.ScopeFull, "allow-all", v1alpha1.DryRunNone, "run"
	fix.Errors = []string{"an error"}
	rollback := v1alpha1.NewRollbackReport()
	rollback.Metadata.CreationTimestamp = now
	rollback.Source, rollback.Scope, rollback.DryRun, rollback.Errors = fix.Source, v1alpha1.ScopePartial, v1alpha1.DryRunServer, fix.Errors
	for _, result := range []v1alpha1.Result{
		v1alpha1.ResultPass, v1alpha1.ResultFixed, v1alpha1.ResultRemoved, v1alpha1.ResultKept,
		v1alpha1.ResultSkipped, v1alpha1.ResultExempt, v1alpha1.ResultError,
	} {
		fix.Namespaces = append(fix.Namespaces, v1alpha1.NamespaceFix{
			Name: "ns", Result: result, Reason: "reason", Policies: []string{"cis-default-allow"}, Verified: &yes,
		})
		rollback.Namespaces = append(rollback.Namespaces, v1alpha1.NamespaceRollback{
			Name: "ns", Result: result, Reason: "reason", Policies: []string{"cis-default-allow"}, Verified: &yes,
			Kept: []v1alpha1.KeptPolicy{{Name: "kept", Reason: "edited"}},
		})
	}
	for kind, report := range map[string]any{"FixReport": fix, "RollbackReport": rollback} {
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, kind, text, true)
	}
}

func TestTheSchemasRefuseWhatIsNotADocument(t *testing.T) {
	report := v1alpha1.NewFixReport()
	report.Metadata.CreationTimestamp = metav1.Now()
	report.Source.Kind, report.Scope, report.DryRun = v1alpha1.SourceCluster, v1alpha1.ScopeFull, v1alpha1.DryRunNone
	report.Namespaces = []v1alpha1.NamespaceFix{{Name: "ns", Result: v1alpha1.ResultPass}}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	validate(t, "FixReport", text, true)
	for name, change := range map[string][2]string{
		"another kind":          {`"kind":"FixReport"`, `"kind":"AuditReport"`},
		"another version":       {`"cis532.io/v1alpha1"`, `"cis532.io/v1"`},
		"an unknown field":      {`"scope":`, `"extra":1,"scope":`},
		"an unknown row field":  {`"result":`, `"extra":1,"result":`},
		"an unknown result":     {`"result":"PASS"`, `"result":"OK"`},
		"an unknown scope":      {`"scope":"Full"`, `"scope":"Half"`},
		"a missing field":       {`"scope":"Full",`, ``},
		"a number for a string": {`"policy":""`, `"policy":1`},
		"a time that is none":   {`"creationTimestamp":"`, `"creationTimestamp":"about `},
		"no list of namespaces": {`"namespaces":[{"name":"ns","result":"PASS"}]`, `"namespaces":null`},
	} {
		t.Run(name, func(t *testing.T) {
			broken := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(broken, text) {
				t.Fatalf("%s is not in the document: %s", change[0], text)
			}
			validate(t, "FixReport", broken, false)
		})
	}
}

// validate checks a document against the schema of its kind in docs/schemas.
func validate(t *testing.T, kind string, text []byte, wantValid bool) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("not JSON: %v\n%s", err, text)
	}
	schema, ok := compileAll(t)[kind]
	if !ok {
		t.Fatalf("no schema for %s", kind)
	}
	err = schema.Validate(document)
	if wantValid && err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	if !wantValid && err == nil {
		t.Errorf("the schema takes it:\n%s", text)
	}
}

// compileAll compiles the schemas of docs/schemas, by kind.
func compileAll(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(destination, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, path := range paths {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		schema, err := compiler.Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		schemas[strings.TrimSuffix(filepath.Base(path), ".json")] = schema
	}
	if len(schemas) == 0 {
		t.Fatalf("no schema in %s", destination)
	}
	return schemas
}

// build builds the plugin.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "kubectl-cis532")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	cmd := exec.Command("go", "build", "-C", filepath.Join("..", ".."), "-o", binary, "./cmd/kubectl-cis532")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// run runs the plugin without any cluster and returns what it prints. A verdict is not an error.
func run(t *testing.T, binary string, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = slices.Concat(os.Environ(), []string{"KUBECONFIG=" + os.DevNull})
	_ = cmd.Run()
	if stdout.Len() == 0 {
		t.Fatalf("kubectl cis532 %s: %v: nothing on stdout\n%s", strings.Join(args, " "), cmd.ProcessState, stderr.String())
	}
	return stdout.Bytes()
}
