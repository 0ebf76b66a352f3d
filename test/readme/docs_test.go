package readme

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// block is a shell block of a page.
type block struct {
	commands []string
	// exits are the exit codes that are right for each of its commands; 0 where the page does not say.
	exits []int
	// notRun is why it cannot be run here; empty where it can.
	notRun string
}

// A comment before a block says what is special about it: <!-- exits: 0 1 --> or <!-- not run: REASON -->.
var markedBlock = regexp.MustCompile("(?ms)^(?:<!-- (exits|not run): ([^\n]*) -->\n)?```(?:sh|bash|shell|console)\n(.*?)^```$")

// strayMarker is a comment of that kind that stands before no block, or has no reason.
var strayMarker = regexp.MustCompile(`(?m)^<!-- *(exits|not run)`)

// blocks are the shell blocks of a page, in order.
func blocks(t *testing.T, page, text string) []block {
	t.Helper()
	var all []block
	marked := 0
	for _, match := range markedBlock.FindAllStringSubmatch(text, -1) {
		b := block{exits: []int{0}}
		switch kind, value := match[1], strings.TrimSpace(match[2]); {
		case kind != "" && value == "":
			t.Errorf("%s: a marker without a value", page)
		case kind == "not run":
			b.notRun = value
		case kind == "exits":
			b.exits = nil
			for _, code := range strings.Fields(value) {
				number, err := strconv.Atoi(code)
				if err != nil {
					t.Errorf("%s: exits: %s", page, value)
				}
				b.exits = append(b.exits, number)
			}
		}
		if match[1] != "" {
			marked++
		}
		b.commands = commands("```sh\n" + match[3] + "```\n")
		all = append(all, b)
	}
	if stray := len(strayMarker.FindAllString(text, -1)); stray != marked {
		t.Errorf("%s: %d markers, of which %d stand before a shell block", page, stray, marked)
	}
	return all
}

// pages are all pages but README.md, which has a test of its own.
func pages(t *testing.T) []string {
	t.Helper()
	all := []string{"SECURITY.md", "CONTRIBUTING.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" && !entry.IsDir() {
			path, err = filepath.Rel(root, path)
			all = append(all, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil || len(all) < 20 {
		t.Fatalf("%v: %v", all, err)
	}
	return all
}

// Each page is followed from top to bottom, on a cluster of its own with testdata/shop.
func TestEveryShellBlockOfThePagesRuns(t *testing.T) {
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, page := range pages(t) {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		all := blocks(t, page, string(text))
		if len(all) == 0 {
			continue
		}
		t.Run(page, func(t *testing.T) { follow(t, bin, all) })
	}
}

// follow runs the blocks of a page.
func follow(t *testing.T, bin string, all []block) {
	runs := slices.ContainsFunc(all, func(b block) bool { return b.notRun == "" })
	var env []string
	var work string
	if runs {
		env, work = shopCluster(t, bin)
	}
	for _, b := range all {
		for _, command := range b.commands {
			if b.notRun != "" {
				t.Logf("not run: %s: %s", command, b.notRun)
				continue
			}
			stdout, stderr, code := shell(t, work, env, command)
			t.Logf("$ %s\n[exit %d]", command, code)
			if !slices.Contains(b.exits, code) {
				t.Errorf("%s: exit code %d, want one of %v\n%s%s", command, code, b.exits, stdout, stderr)
			}
		}
	}
}

// shopCluster starts a cluster with testdata/shop, and gives the environment and the directory that commands are run in.
func shopCluster(t *testing.T, bin string) (env []string, work string) {
	t.Helper()
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	work = t.TempDir()
	for _, dir := range []string{"testdata", "deploy"} {
		if err := os.CopyFS(filepath.Join(work, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	if result := cluster.Kubectl(testcluster.Admin, "apply", "-f", filepath.Join(root, "testdata/shop")); result.ExitCode != 0 {
		t.Fatal(result.Stderr)
	}
	return append(cluster.Env(), "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator))), work
}

func TestMarkersOfBlocks(t *testing.T) {
	text := "<!-- exits: 0 1 -->\n```sh\na\nb # why\n```\n\n<!-- not run: no network -->\n```bash\nc\n```\n\n```sh\nd | e\n```\n"
	got := blocks(t, "page", text)
	if len(got) != 3 {
		t.Fatalf("%+v", got)
	}
	if b := got[0]; !slices.Equal(b.commands, []string{"a", "b"}) || !slices.Equal(b.exits, []int{0, 1}) || b.notRun != "" {
		t.Errorf("%+v", b)
	}
	if b := got[1]; b.notRun != "no network" || !slices.Equal(b.commands, []string{"c"}) {
		t.Errorf("%+v", b)
	}
	if b := got[2]; !slices.Equal(b.exits, []int{0}) || !slices.Equal(b.commands, []string{"d | e"}) {
		t.Errorf("%+v", b)
	}
}
