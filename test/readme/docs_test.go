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
	// exits are the exit codes of its commands, in order; 0 where the page does not say.
	exits []int
	// notRun is why it cannot be run here; empty where it can.
	notRun string
}

// A comment before a block says what is special about it: <!-- exits: 1 -->, <!-- exits: 0 1 --> (of each command, in
// order), or <!-- not run: REASON -->.
var markedBlock = regexp.MustCompile("(?ms)^(?:<!-- (exits|not run): ([^\n]*) -->\n)?```(?:sh|bash|shell|console)\n(.*?)^```$")

// strayMarker is a comment of that kind that stands before no block, or has no reason.
var strayMarker = regexp.MustCompile(`(?m)^<!-- *(exits|not run)`)

// blocks are the shell blocks of a page, in order.
func blocks(t *testing.T, page, text string) []block {
	t.Helper()
	var all []block
	marked := 0
	for _, match := range markedBlock.FindAllStringSubmatch(text, -1) {
		b := block{commands: commands("```sh\n" + match[3] + "```\n")}
		codes := []string{"0"}
		switch kind, value := match[1], strings.TrimSpace(match[2]); {
		case kind != "" && value == "":
			t.Errorf("%s: a marker without a value", page)
		case kind == "not run":
			b.notRun = value
		case kind == "exits":
			codes = strings.Fields(value)
		}
		b.exits = exits(t, page, codes, len(b.commands))
		if match[1] != "" {
			marked++
		}
		all = append(all, b)
	}
	if stray := len(strayMarker.FindAllString(text, -1)); stray != marked {
		t.Errorf("%s: %d markers, of which %d stand before a shell block", page, stray, marked)
	}
	return all
}

// exits are exit codes for a number of commands: one for all of them, or one for each.
func exits(t *testing.T, page string, codes []string, count int) []int {
	t.Helper()
	all := make([]int, count)
	if len(codes) != 1 && len(codes) != count {
		t.Errorf("%s: %d exit codes (%s) for %d commands", page, len(codes), strings.Join(codes, " "), count)
		return all
	}
	for i := range all {
		code, err := strconv.Atoi(codes[min(i, len(codes)-1)])
		if err != nil {
			t.Errorf("%s: exits: %v", page, err)
		}
		all[i] = code
	}
	return all
}

// elsewherePages have tests of their own, with the reason.
var elsewherePages = map[string]string{
	"docs/guide.md": "guide_test.go: its commands stand in tables, beside the guide's",
}

// pages are all pages with commands to follow.
func pages(t *testing.T) []string {
	t.Helper()
	all := []string{"README.md", "SECURITY.md", "CONTRIBUTING.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" && !entry.IsDir() {
			path, err = filepath.Rel(root, path)
			if path = filepath.ToSlash(path); elsewherePages[path] == "" {
				all = append(all, path)
			}
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
	bin := buildPlugin(t)
	for _, page := range pages(t) {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		if all := blocks(t, page, string(text)); len(all) > 0 {
			t.Run(page, func(t *testing.T) { follow(t, bin, string(text), all) })
		}
	}
}

// buildPlugin builds the plugin into a directory, which it returns.
func buildPlugin(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./cmd/kubectl-cis532")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return bin
}

// follow runs the blocks of a page.
func follow(t *testing.T, bin, text string, all []block) {
	t.Helper()
	var env []string
	var work string
	if slices.ContainsFunc(all, func(b block) bool { return b.notRun == "" }) {
		env, work = shopCluster(t, bin, text)
	}
	for _, b := range all {
		for i, command := range b.commands {
			if b.notRun != "" {
				t.Logf("not run: %s: %s", command, b.notRun)
				continue
			}
			dir := work
			if strings.HasPrefix(command, "go ") {
				dir = root
			}
			stdout, stderr, code := shell(t, dir, env, command)
			t.Logf("$ %s\n[exit %d]", command, code)
			if code != b.exits[i] || failed(stderr) {
				t.Errorf("%s: exit code %d, want %d\n%s%s", command, code, b.exits[i], stdout, stderr)
			}
		}
	}
}

// failed says whether a command, be it in a pipe, could not do its work.
func failed(stderr string) bool {
	return strings.Contains("\n"+stderr, "\nerror: ") || strings.Contains(stderr, "Error from server")
}

// shopCluster starts a cluster with testdata/shop for a page, and gives the environment and the directory in which its
// commands are run: with the files of the repository that pages name, and those that the page tells its readers to write.
func shopCluster(t *testing.T, bin, text string) (env []string, work string) {
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
	for _, dir := range []string{"compat", "deploy", "testdata"} {
		if err := os.CopyFS(filepath.Join(work, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range filesOf(text) {
		if err := os.WriteFile(filepath.Join(work, file.name), []byte(file.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if result := cluster.Kubectl(testcluster.Admin, "apply", "-f", filepath.Join(root, "testdata/shop")); result.ExitCode != 0 {
		t.Fatal(result.Stderr)
	}
	// `go install` replaces the plugin by itself.
	return append(cluster.Env(), "GOBIN="+bin, "PATH="+strings.Join([]string{bin, cluster.BinDir, os.Getenv("PATH")}, string(os.PathListSeparator))), work
}

var (
	anyBlock = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```$")
	fileName = regexp.MustCompile(`^# ([a-z-]+\.(?:yaml|txt))[:\n]`)
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

func TestMarkersOfBlocks(t *testing.T) {
	text := "<!-- exits: 0 1 -->\n```sh\na\nb # why\n```\n\n<!-- exits: 1 -->\n```sh\ne\nf\n```\n\n<!-- not run: no network -->\n```bash\nc\n```\n\n```sh\nd | e\n```\n"
	got := blocks(t, "page", text)
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	if b := got[0]; !slices.Equal(b.commands, []string{"a", "b"}) || !slices.Equal(b.exits, []int{0, 1}) || b.notRun != "" {
		t.Errorf("%+v", b)
	}
	if b := got[1]; !slices.Equal(b.commands, []string{"e", "f"}) || !slices.Equal(b.exits, []int{1, 1}) {
		t.Errorf("%+v", b)
	}
	if b := got[2]; b.notRun != "no network" || !slices.Equal(b.commands, []string{"c"}) {
		t.Errorf("%+v", b)
	}
	if b := got[3]; !slices.Equal(b.exits, []int{0}) || !slices.Equal(b.commands, []string{"d | e"}) {
		t.Errorf("%+v", b)
	}
}
