package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// workflow is what the tests look at in a workflow of GitHub Actions.
type workflow struct {
	Permissions map[string]string `json:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `json:"permissions"`
		Timeout     int               `json:"timeout-minutes"`
		Steps       []struct {
			Name string            `json:"name"`
			Uses string            `json:"uses"`
			Run  string            `json:"run"`
			With map[string]any    `json:"with"`
			Env  map[string]string `json:"env"`
		} `json:"steps"`
	} `json:"jobs"`
}

var (
	pinned     = regexp.MustCompile(`^[\w-]+/[\w/-]+@[0-9a-f]{40}$`)
	usesLine   = regexp.MustCompile(`(?m)^\s*-? *uses: (\S+)(.*)$`)
	version    = regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)( [A-Z]+=.*)?$`)
	expression = regexp.MustCompile(`\$\{\{ *([\w.]+) *\}\}`)
)

func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v: %v", files, err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var w workflow
			if err := yaml.Unmarshal(text, &w); err != nil {
				t.Fatal(err)
			}
			w.check(t, string(makefile))
			for _, line := range usesLine.FindAllStringSubmatch(string(text), -1) {
				if !pinned.MatchString(line[1]) || !version.MatchString(line[2]) {
					t.Errorf("%s%s: must be pinned by its commit, with the version behind it", line[1], line[2])
				}
			}
			if strings.Contains(string(text), "pull_request_target") {
				t.Error("pull_request_target runs strangers' code with our rights")
			}
		})
	}
}

func (w *workflow) check(t *testing.T, makefile string) {
	t.Helper()
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
		t.Errorf("permissions %v: what a job needs beyond reading it says itself", w.Permissions)
	}
	for name, job := range w.Jobs {
		if job.Timeout == 0 {
			t.Errorf("job %s: no timeout-minutes", name)
		}
		calls := 0
		for _, step := range job.Steps {
			if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
				t.Errorf("job %s: checkout leaves its token behind: persist-credentials: false", name)
			}
			// A text from outside becomes part of the script: it belongs into the environment.
			for _, found := range expression.FindAllStringSubmatch(step.Run, -1) {
				if !strings.HasPrefix(found[1], "matrix.") {
					t.Errorf("job %s: %s in a script", name, found[0])
				}
			}
			target := makeTarget.FindStringSubmatch(step.Run)
			if target == nil {
				continue
			}
			calls++
			if !strings.Contains(makefile, "\n"+target[1]+":") {
				t.Errorf("job %s: the Makefile has no target %s", name, target[1])
			}
		}
		if calls == 0 {
			t.Errorf("job %s calls no target of the Makefile", name)
		}
	}
}
