package golden

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	plugin "github.com/cis532/kubectl-cis532/pkg/cmd"
)

var update = flag.Bool("update", false, "write the golden files anew")

// invocation is a command line, and where it is typed.
type invocation struct {
	// line is what follows "kubectl cis532", with words in single quotes where they hold spaces.
	line string
	// width is the terminal's, in columns; 0 is a pipe.
	width int
	// env is NAME=VALUE of the environment; TERM is xterm unless it says otherwise.
	env string
	// stdin is read by -f -.
	stdin string
	// files are shown after the run, and removed.
	files []string
}

// lines are command lines in a pipe.
func lines(all ...string) []invocation {
	list := make([]invocation, len(all))
	for i, line := range all {
		list[i] = invocation{line: line}
	}
	return list
}

// each repeats a command line with several ends.
func each(line string, ends ...string) []invocation {
	var list []invocation
	for _, end := range ends {
		list = append(list, invocation{line: line + " " + end})
	}
	return list
}

func concat(lists ...[]invocation) []invocation {
	var all []invocation
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// check runs command lines in a directory with the fixtures, and compares the
// transcript with testdata/NAME.txt.
func check(t *testing.T, name string, all []invocation) {
	t.Helper()
	golden, err := filepath.Abs(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	prepare(t)
	var got strings.Builder
	for _, one := range all {
		got.WriteString(one.run(t))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// prepare goes to a directory with the fixtures, and a home without a kubeconfig.
func prepare(t *testing.T) {
	t.Helper()
	fixtures, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, sample := range []string{"shop", "partners"} {
		if err := os.CopyFS(filepath.Join(dir, sample), os.DirFS(filepath.Join(fixtures, "..", "..", "..", "testdata", sample))); err != nil {
			t.Fatal(err)
		}
	}
	nasty, err := os.ReadFile(filepath.Join(fixtures, "nasty.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nasty.yaml":     string(nasty),
		"columns":        "NAME   WHY\n.name  .reason\n",
		"rows.gotmpl":    "{{range .namespaces}}{{.name}}={{.verdict}}\n{{end}}",
		"names.jsonpath": "{range .namespaces[*]}{.name}{\"\\n\"}{end}",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("HOME", "/home/user")
	t.Setenv("KUBECACHEDIR", "")
	t.Setenv("KUBECONFIG", filepath.Join(dir, "no-kubeconfig"))
}

// now is the clock of these tests.
var now = time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC)

// run runs the command line, and is its part of the transcript.
func (one invocation) run(t *testing.T) string {
	t.Helper()
	env := map[string]string{"TERM": "xterm"}
	for _, pair := range strings.Fields(one.env) {
		key, value, _ := strings.Cut(pair, "=")
		env[key] = value
	}
	var stdout, stderr bytes.Buffer
	terminal := one.width > 0
	code := plugin.Main(context.Background(), words(t, one.line), plugin.Streams{
		In: strings.NewReader(one.stdin), Out: &stdout, Err: &stderr,
		InTerminal: terminal, OutTerminal: terminal, ErrTerminal: terminal, Width: one.width,
		Getenv: func(key string) string { return env[key] },
		Now:    func() time.Time { return now },
		RunID:  func() string { return "20261115T120000Z-0badcafe" },
	})

	var b strings.Builder
	fmt.Fprintf(&b, "$ %skubectl cis532 %s", prefix(one.env), one.line)
	if terminal {
		fmt.Fprintf(&b, "   # on a terminal of %d columns", one.width)
	}
	b.WriteString("\n" + visible(stdout.String()))
	if text := stdout.String(); text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteString("[no newline]\n")
	}
	for line := range strings.Lines(stderr.String()) {
		fmt.Fprintf(&b, "2> %s\n", visible(strings.TrimSuffix(line, "\n")))
	}
	if code != 0 {
		fmt.Fprintf(&b, "[exit %d]\n", code)
	}
	for _, name := range one.files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%s: %v", one.line, err)
		}
		fmt.Fprintf(&b, "[%s]\n%s", name, visible(string(data)))
		_ = os.Remove(name)
	}
	b.WriteString("\n")
	return b.String()
}

func prefix(env string) string {
	if env == "" {
		return ""
	}
	return env + " "
}

// visible shows what cannot be seen, and hides what differs from machine to machine.
func visible(text string) string {
	return strings.NewReplacer(
		"\x1b[31m", "<red>", "\x1b[32m", "<green>", "\x1b[33m", "<yellow>", "\x1b[2m", "<faint>", "\x1b[0m", "</>",
		"\x1b", "<ESC>", "\r", "<CR>", "\b", "<BS>", "\a", "<BEL>", "\u009b", "<U+009B>", "\u0085", "<U+0085>",
		"\u2028", "<U+2028>", "\u202e", "<U+202E>", "\u202c", "<U+202C>", "\u2066", "<U+2066>", "\u2069", "<U+2069>", "\u200f", "<U+200F>",
		runtime.Version(), "<go>", runtime.GOOS+"/"+runtime.GOARCH, "<platform>",
	).Replace(text)
}

// words splits a command line as a shell does, for what is used here: spaces and single quotes.
func words(t *testing.T, line string) []string {
	t.Helper()
	var all []string
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quoted {
		t.Fatalf("a quote is open: %s", line)
	}
	if begun {
		all = append(all, word.String())
	}
	return all
}
