package readme

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the exit codes of the guide's counterparts anew")

// The counterparts of the automation guide's commands are run from top to bottom. Their exit codes are those of
// testdata/guide.txt; no command may fail to do its work.
func TestEveryCommandOfTheGuidesPageRuns(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if found := commands(text); len(found) > 0 {
		t.Errorf("docs/guide.md has shell blocks, which this test does not run: %q", found)
	}
	env, work := shopCluster(t, buildPlugin(t), text)
	// What the guide's examples name, and the directory of its runner.
	prepare, err := filepath.Abs("testdata/guide.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := shell(t, work, env, "mkdir Level_1_Master_Node && kubectl apply -f "+prepare); code != 0 {
		t.Fatal(stderr)
	}
	var got strings.Builder
	for _, command := range commandsOfTables(text) {
		stdout, stderr, code := shell(t, work, env, command)
		fmt.Fprintf(&got, "%d %s\n", code, command)
		t.Logf("$ %s\n[exit %d]\n%s%s", command, code, stdout, stderr)
		if code > 1 || failed(stderr) {
			t.Errorf("%s: exit code %d\n%s%s", command, code, stdout, stderr)
		}
	}
	const golden = "testdata/guide.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	// isCommand says that a span of code is one to be run: nothing else in those cells begins so.
	isCommand = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )?(?:kubectl|sh|cp) `)
)

// commandsOfTables are the commands in the column "here" of tables that set them against the guide's.
func commandsOfTables(text string) []string {
	var all []string
	column := -1
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			column = -1
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00"), "|")
		if column < 0 {
			for i, cell := range cells {
				if strings.TrimSpace(cell) == "here" {
					column = i
				}
			}
			if column < 0 {
				column = len(cells)
			}
			continue
		}
		if column >= len(cells) {
			continue
		}
		for _, span := range codeSpan.FindAllStringSubmatch(cells[column], -1) {
			if command := strings.ReplaceAll(span[1], "\x00", "|"); isCommand.MatchString(command) {
				all = append(all, command)
			}
		}
	}
	return all
}
