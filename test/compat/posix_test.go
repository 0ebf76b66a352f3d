package compat

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

func scriptFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "compat", "*.sh"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	return files
}

// The runner starts them with bash; cron jobs and slim images have other shells.
func TestScriptsArePOSIXShell(t *testing.T) {
	for _, file := range scriptFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX), syntax.KeepComments(true)).Parse(bytes.NewReader(text), file)
		if err != nil {
			t.Error(err)
			continue
		}
		var formatted bytes.Buffer
		if err := syntax.NewPrinter().Print(&formatted, parsed); err != nil {
			t.Fatal(err)
		}
		if formatted.String() != string(text) {
			t.Errorf("%s is not laid out as shfmt does", file)
		}
		// `local` and `[[` parse as commands of some name.
		syntax.Walk(parsed, func(node syntax.Node) bool {
			if call, ok := node.(*syntax.CallExpr); ok && len(call.Args) > 0 {
				switch name := call.Args[0].Lit(); name {
				case "local", "declare", "typeset", "[[", "source", "let", "function", "jq", "kubectl", "python3":
					t.Errorf("%s:%s: %s", file, call.Pos(), name)
				}
			}
			return true
		})
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s cannot be executed: %v", file, err)
		}
		if !strings.HasPrefix(string(text), "#!/bin/sh\n") {
			t.Errorf("%s does not begin with #!/bin/sh", file)
		}
	}
}

// A wrong script must be found, or the test above says nothing.
func TestBashIsNotPOSIX(t *testing.T) {
	for _, text := range []string{"a=(1 2)\n", "cat < <(ls)\n", "echo ${a^^}\n"} {
		if _, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "bash"); err == nil {
			t.Errorf("taken for POSIX: %s", text)
		}
	}
}

// Each script is whole by itself, so that it can be dropped in alone; what they share is the same in both.
func TestWhatTheScriptsShareIsTheSame(t *testing.T) {
	var shared []string
	for _, file := range scriptFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, begins := strings.Cut(string(text), "\n# Settings, as environment variables:\n")
		part, _, ends := strings.Cut(rest, "\n# end: the same in both scripts\n")
		if !begins || !ends {
			t.Fatalf("%s has no shared part", file)
		}
		shared = append(shared, part)
	}
	if shared[0] != shared[1] {
		t.Error("what stands between \"Settings\" and \"end\" differs")
	}
}

func TestTheRunnerFindsTheTitleAndTakesTheChecksForAutomated(t *testing.T) {
	for _, file := range scriptFiles(t) {
		title, isManual := titleOf(t, file)
		if title != "Ensure that all Namespaces have Network Policies defined" || isManual {
			t.Errorf("%s: title %q, manual %t", file, title, isManual)
		}
	}
}
