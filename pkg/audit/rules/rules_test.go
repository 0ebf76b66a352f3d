package rules_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

var update = flag.Bool("update", false, "write the expected messages of testdata/*/found*.yaml anew")

var now = time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)

// read reads an inventory from YAML.
func read(t *testing.T, text string) *inventory.Inventory {
	t.Helper()
	inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, gap := range inv.Gaps {
		t.Fatal(gap.Err)
	}
	return inv
}

// findings are those of one rule, namespace by namespace.
func findings(report *v1alpha1.AuditReport, rule string) []v1alpha1.Finding {
	var found []v1alpha1.Finding
	for _, ns := range report.Namespaces {
		for _, f := range ns.Findings {
			if f.Rule == rule {
				found = append(found, f)
			}
		}
	}
	return found
}

// messages are what one rule finds in an inventory.
func messages(t *testing.T, inv *inventory.Inventory, rule string) []string {
	t.Helper()
	var texts []string
	for _, f := range findings(audit.Run(inv, audit.Options{Now: now}), rule) {
		if f.Message == "" || f.Remedy == "" || strings.ContainsAny(f.Message+f.Remedy, "\n\t") {
			t.Errorf("a finding is a message and a remedy of one line each: %+v", f)
		}
		texts = append(texts, f.Message)
	}
	return texts
}

const expectation = "# found: "

// split tells the expected messages at the head of a fixture from the rest of it.
func split(text string) (expected []string, rest string) {
	for strings.HasPrefix(text, expectation) {
		line, after, _ := strings.Cut(text, "\n")
		expected = append(expected, strings.TrimPrefix(line, expectation))
		text = after
	}
	return expected, text
}

// TestFixtures reads testdata/RULE: found*.yaml, in which the rule finds exactly what the comments at its head say;
// near-miss*.yaml, one step away from that; and silent*.yaml, in which there is nothing to find. The comment of a near miss
// says what the step is.
func TestFixtures(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			for _, sort := range []string{"found", "near-miss", "silent"} {
				files, err := filepath.Glob(filepath.Join("testdata", rule.ID, sort+"*.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				if len(files) == 0 {
					t.Errorf("testdata/%s has no %s*.yaml", rule.ID, sort)
				}
				for _, file := range files {
					t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) { checkFixture(t, file, rule.ID, sort) })
				}
			}
		})
	}
}

func checkFixture(t *testing.T, file, rule, sort string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	expected, rest := split(string(text))
	got := messages(t, read(t, string(text)), rule)
	switch {
	case sort == "found" && len(got) == 0:
		t.Fatal("nothing is found")
	case sort == "found" && *update:
		head := ""
		for _, message := range got {
			head += expectation + message + "\n"
		}
		if err := os.WriteFile(file, []byte(head+rest), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	case sort != "found" && len(expected) > 0:
		t.Errorf("%q says what is found, and nothing should be", expectation)
	case sort == "near-miss" && !strings.HasPrefix(rest, "#"):
		t.Error("a comment must say by which step this is missed")
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("found (-want +got; -update writes it anew):\n%s", diff)
	}
}

func TestEachFixtureIsThatOfARule(t *testing.T) {
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if _, ok := rules.Lookup(folder.Name()); !ok {
			t.Errorf("testdata/%s: there is no such rule", folder.Name())
			continue
		}
		files, err := os.ReadDir(filepath.Join("testdata", folder.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !regexp.MustCompile(`^(found|near-miss|silent)[a-z0-9-]*\.yaml$`).MatchString(file.Name()) {
				t.Errorf("testdata/%s/%s is read by nobody", folder.Name(), file.Name())
			}
		}
	}
}

func TestEachPageHasAnExampleInWhichTheRuleFindsSomething(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			report := audit.Run(read(t, rule.Example), audit.Options{Now: now})
			if len(findings(report, rule.ID)) == 0 {
				t.Fatal("its example holds nothing that it finds")
			}
			for _, ns := range report.Namespaces {
				for _, f := range ns.Findings {
					if f.Rule == rule.ID && ns.Name != "shop" {
						t.Errorf("found in namespace %q, not in shop", ns.Name)
					}
				}
			}
		})
	}
}

func TestEachPageIsWhole(t *testing.T) {
	severities := []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo}
	seen := map[string]bool{}
	last := 0
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(rule.ID) {
				t.Errorf("the id %q is not made of lower-case words", rule.ID)
			}
			if seen[rule.ID] {
				t.Errorf("there are two rules of that id")
			}
			seen[rule.ID] = true
			place := slices.Index(severities, rule.Severity)
			if place < 0 {
				t.Errorf("severity %q", rule.Severity)
			}
			if place < last {
				t.Errorf("listed after rules that are less severe")
			}
			last = place
			for name, text := range map[string]string{"What": rule.What, "Why": rule.Why, "Example": rule.Example, "Remedy": rule.Remedy, "Summary": rule.Summary} {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s is empty", name)
				}
				if name != "Summary" && name != "Example" && !strings.HasSuffix(strings.TrimSpace(text), ".") && name != "Remedy" {
					t.Errorf("%s does not end with a full stop: %q", name, text)
				}
			}
			if strings.ContainsAny(rule.Summary, "\n\t") || strings.HasSuffix(rule.Summary, ".") || rule.Summary != strings.TrimSpace(rule.Summary) {
				t.Errorf("the summary is one line without a full stop: %q", rule.Summary)
			}
			if rule.Check == nil {
				t.Error("it checks nothing")
			}
			if got, ok := rules.Lookup(rule.ID); !ok || got.ID != rule.ID {
				t.Error("Lookup does not find it")
			}
		})
	}
	if _, ok := rules.Lookup("no-such-rule"); ok {
		t.Error("Lookup finds what is not there")
	}
}

func TestSeveritiesHaveARank(t *testing.T) {
	order := []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow, v1alpha1.SeverityInfo}
	for i, s := range order {
		for j, threshold := range order {
			if got := rules.AtLeast(s, threshold); got != (i <= j) {
				t.Errorf("%s at least %s: %v", s, threshold, got)
			}
		}
	}
}
