package cmd

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
)

// run runs a command line without a terminal, in an environment without anything.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	var out, talk bytes.Buffer
	code = Main(context.Background(), args, Streams{
		In: strings.NewReader(""), Out: &out, Err: &talk, Getenv: func(string) string { return "" },
		Now: func() time.Time { return time.Unix(0, 0) }, RunID: func() string { return "run" },
	})
	return out.String(), talk.String(), code
}

// verbs are the names of all commands.
func verbs(t *testing.T) []string {
	t.Helper()
	names := commandNames(NewRootCommand(Streams{Getenv: func(string) string { return "" }}))
	if len(names) < 8 {
		t.Fatalf("only %v", names)
	}
	return names
}

func TestHelpFitsAndNamesThePluginAsUsersCallIt(t *testing.T) {
	for _, verb := range append(verbs(t), "") {
		args := []string{verb, "--help"}
		if verb == "" {
			args = args[1:]
		}
		text, stderr, code := run(t, args...)
		if code != ExitOK || stderr != "" {
			t.Errorf("%s --help: exit code %d: %s", verb, code, stderr)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if runewidth.StringWidth(line) > 120 {
				t.Errorf("%s --help: wider than 120 columns: %q", verb, line)
			}
			if strings.HasSuffix(line, " ") {
				t.Errorf("%s --help: spaces at the end: %q", verb, line)
			}
			// The binary and the executable for kubectl's completion are meant by their own names.
			named := strings.ReplaceAll(strings.ReplaceAll(line, "kubectl_complete-cis532", ""), "the command kubectl-cis532", "")
			if strings.Contains(named, "kubectl-cis532") && verb != "completion" {
				t.Errorf("%s --help: nobody types kubectl-cis532: %q", verb, line)
			}
		}
		if strings.Contains(text, "--kubeconfig string") {
			t.Errorf("%s --help lists the flags that `options` lists", verb)
		}
	}
}

func TestHelpIsTheSameHoweverItIsAskedFor(t *testing.T) {
	want, _, _ := run(t)
	for _, wanted := range []string{"kubectl cis532 audit\n", "kubectl cis532 fix --dry-run=server\n", "kubectl cis532 generate | kubectl apply -f -\n", "kubectl cis532 rollback\n", "Exit codes:"} {
		if !strings.Contains(want, wanted) {
			t.Errorf("help without arguments lacks %q", wanted)
		}
	}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		if got, _, code := run(t, args...); got != want || code != ExitOK {
			t.Errorf("%v differs from no arguments at all (exit code %d)", args, code)
		}
	}
	for _, verb := range verbs(t) {
		long, _, _ := run(t, verb, "--help")
		if short, _, _ := run(t, verb, "-h"); short != long {
			t.Errorf("%s -h differs from --help", verb)
		}
		if asked, _, _ := run(t, "help", verb); asked != long {
			t.Errorf("help %s differs from %s --help", verb, verb)
		}
	}
}

func TestHelpFitsANarrowTerminal(t *testing.T) {
	for _, verb := range verbs(t) {
		var out bytes.Buffer
		Main(context.Background(), []string{verb, "--help"}, Streams{Out: &out, Err: &out, OutTerminal: true, Width: 80, Getenv: func(string) string { return "" }})
		_, text, _ := strings.Cut(out.String(), "\n\n")
		options := false
		for line := range strings.Lines(text) {
			switch {
			case line == "Options:\n":
				options = true
			case strings.TrimSpace(line) == "":
				options = false
			}
			if options && len(strings.Fields(line)) > 1 && runewidth.StringWidth(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("%s --help on 80 columns: %q", verb, line)
			}
		}
	}
}

// Each example is a command line of a command that exists, with flags that it has.
func TestExamplesCanBeRun(t *testing.T) {
	count := 0
	root := func() *cobra.Command { return NewRootCommand(Streams{Getenv: func(string) string { return "" }}) }
	for _, c := range append(root().Commands(), root()) {
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			for _, part := range strings.Split(line, " | ") {
				rest, ours := strings.CutPrefix(part, displayName)
				if !ours {
					continue
				}
				count++
				args := strings.Fields(strings.NewReplacer("'", "", "{", "", "}", "").Replace(rest))
				if i := indexOf(args, ">"); i >= 0 {
					args = args[:i]
				}
				fresh := root()
				verb, flags, err := fresh.Find(args)
				if err != nil || len(args) > 0 && verb == fresh {
					t.Errorf("%s: no such command: %v", part, err)
					continue
				}
				if err := verb.ParseFlags(flags); err != nil {
					t.Errorf("%s: %v", part, err)
				}
			}
		}
	}
	if count < 15 {
		t.Errorf("only %d examples were found", count)
	}
}

func indexOf(words []string, word string) int {
	for i, w := range words {
		if w == word {
			return i
		}
	}
	return -1
}

func TestEveryUsageErrorIsTwoLinesAndExitCode2(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"}, {"help", "nonsense"}, {"--nonsense"}, {"--color=no"}, {"-n", ""}, {"options", "x"}, {"version", "x"}, {"version", "-o", "x"},
		{"explain", "x"}, {"explain", "a", "b"}, {"completion"}, {"completion", "x"},
		{"audit", "-x"}, {"audit", "--nonsense"}, {"audit", "-f"}, {"audit", "-o"}, {"audit", "-o", "x"}, {"audit", "--timeout", "x"}, {"audit", "--concurrency", "x"},
		{"audit", "--failing=x"}, {"fix", "--dry-run=x"}, {"rollback", "--dry-run=x"}, {"rollback", "--yes=x"}, {"generate", "--output-dir"}, {"audit", "--report"},
		{"reach"}, {"reach", "a"}, {"audit", "-v", "x"}, {"audit", "-A=x"},
	} {
		stdout, stderr, code := run(t, args...)
		lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
		if code != ExitError || stdout != "" || len(lines) != 2 || !strings.HasPrefix(lines[0], "error: ") ||
			!strings.HasPrefix(lines[1], "See 'kubectl cis532") || !strings.HasSuffix(lines[1], "--help' for usage.") {
			t.Errorf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
}
