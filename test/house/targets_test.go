package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// phony are the targets that the Makefile declares to be none of files.
	phony = regexp.MustCompile(`(?m)^\.PHONY: ([a-z-]+)\n`)
	// described are those that `make` alone lists, with what it says of them.
	described = regexp.MustCompile(`(?m)^([a-z-]+):[^\n#]*## ([^\n]+)$`)
	// mentioned is a target in a document or workflow: in code, as a step, as a line of a block.
	mentioned = regexp.MustCompile("(?m)(?:`make |run: make |^make )([a-z][a-z-]*)(?:`|$| +#| )")
)

func TestContributingListsTheTargetsOfTheMakefile(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(repository, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	contributing, err := os.ReadFile(filepath.Join(repository, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows, targets []string
	for _, match := range described.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, match[1])
		rows = append(rows, "| `make "+match[1]+"` | "+match[2]+" |")
	}
	if table := strings.Join(rows, "\n") + "\n"; len(rows) < 10 || !strings.Contains(string(contributing), table) {
		t.Errorf("CONTRIBUTING.md should have\n%s", table)
	}
	for _, match := range phony.FindAllStringSubmatch(string(makefile), -1) {
		if !slices.Contains(targets, match[1]) {
			t.Errorf("Makefile: %s has no description", match[1])
		}
	}
	workflows, err := filepath.Glob(filepath.Join(repository, ".github/workflows/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files := workflows
	for name := range markdown(t) {
		files = append(files, filepath.Join(repository, name))
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range mentioned.FindAllStringSubmatch(string(content), -1) {
			if !slices.Contains(targets, match[1]) {
				t.Errorf("%s: the Makefile has no target %q", file, match[1])
			}
		}
	}
}
