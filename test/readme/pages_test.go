package readme

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

var update = flag.Bool("update", false, "write the exit codes of the pages' commands anew")

// page is a page of docs that is followed from top to bottom on a cluster with testdata/shop.
type page struct {
	file string
	// commands takes them from the page's text, in order.
	commands func(text string) []string
	// prepare is a manifest beside testdata/shop; empty for none.
	prepare string
	// dirs are directories that a reader of the page has.
	dirs []string
}

func TestEveryCommandOfTheGuidesPageRuns(t *testing.T) {
	followPage(t, page{file: "guide.md", commands: commandsOfTables, prepare: "testdata/guide.yaml", dirs: []string{"Level_1_Master_Node"}})
}

func TestEveryCommandOfTheHardeningPageRuns(t *testing.T) {
	followPage(t, page{file: "hardening.md", commands: commands})
}

// followPage runs a page's commands. Their exit codes are those of testdata/PAGE.txt; no command may fail to do its work.
func followPage(t *testing.T, p page) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", p.file))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	bin, work := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, dir := range []string{"testdata", "compat"} {
		if err := os.CopyFS(filepath.Join(work, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range p.dirs {
		if err := os.Mkdir(filepath.Join(work, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range filesOf(string(text)) {
		if err := os.WriteFile(filepath.Join(work, file.name), []byte(file.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, manifest := range []string{filepath.Join(root, "testdata/shop"), p.prepare} {
		if manifest == "" {
			continue
		}
		if result := cluster.Kubectl(testcluster.Admin, "apply", "-f", manifest); result.ExitCode != 0 {
			t.Fatal(result.Stderr)
		}
	}
	env := append(cluster.Env(), "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	var got strings.Builder
	for _, command := range p.commands(string(text)) {
		stdout, stderr, code := shell(t, work, env, command)
		fmt.Fprintf(&got, "%d %s\n", code, command)
		t.Logf("$ %s\n[exit %d]\n%s%s", command, code, stdout, stderr)
		if code > 1 || strings.Contains("\n"+stderr, "\nerror: ") || strings.Contains(stderr, "Error from server") {
			t.Errorf("%s: exit code %d\n%s%s", command, code, stdout, stderr)
		}
	}
	golden := filepath.Join("testdata", strings.TrimSuffix(p.file, ".md")+".txt")
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
	anyBlock = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```$")
	fileName = regexp.MustCompile(`^# ([a-z-]+\.(?:yaml|txt))[:\n]`)
	codeSpan = regexp.MustCompile("`([^`]+)`")
	// isCommand says that a span of code is one to be run: nothing else in those cells begins so.
	isCommand = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )?(?:kubectl|sh|cp) `)
)

type namedFile struct{ name, text string }

// filesOf are the files that a page tells its readers to write: blocks that begin with a comment that names one.
func filesOf(text string) []namedFile {
	var files []namedFile
	for _, block := range anyBlock.FindAllStringSubmatch(text, -1) {
		if name := fileName.FindStringSubmatch(block[1]); name != nil {
			files = append(files, namedFile{name[1], block[1]})
		}
	}
	return files
}

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
