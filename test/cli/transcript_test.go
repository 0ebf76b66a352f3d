package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// transcript is one case of a file of transcripts:
//
//	=== a name that reads as a sentence
//	-- ns.yaml --
//	what the file holds (\xff, \t and \r are bytes)
//	-- run --
//	$ kubectl cis532 audit -f ns.yaml
//	what it writes to stdout
//	2> what it writes to stderr
//	[exit 1]
//
// Commands are sh's; $WORK is the directory that they run in. No line for the
// exit code means 0.
type transcript struct {
	name  string
	files []file
	run   string
}

type file struct{ name, data string }

// result is what one command did.
type result struct {
	command, stdout, stderr string
	exit                    int
}

func runTranscripts(t *testing.T, dir string, check func(*testing.T, result)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			all := readTranscripts(t, path)
			for i := range all {
				t.Run(all[i].name, func(t *testing.T) { all[i].check(t, check) })
			}
			if *update {
				writeTranscripts(t, path, all)
			}
		})
	}
}

var fileMark = regexp.MustCompile(`(?m)^-- (.+) --$\n?`)

func readTranscripts(t *testing.T, path string) []transcript {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []transcript
	for _, text := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		name, text, _ := strings.Cut(text, "\n")
		tr := transcript{name: name}
		marks := fileMark.FindAllStringSubmatchIndex(text, -1)
		for i, mark := range marks {
			end := len(text)
			if i+1 < len(marks) {
				end = marks[i+1][0]
			}
			f := file{text[mark[2]:mark[3]], strings.TrimRight(text[mark[1]:end], "\n")}
			if f.data != "" {
				f.data += "\n"
			}
			if f.name == "run" {
				tr.run = f.data
			} else {
				tr.files = append(tr.files, f)
			}
		}
		all = append(all, tr)
	}
	return all
}

func writeTranscripts(t *testing.T, path string, all []transcript) {
	t.Helper()
	texts := make([]string, len(all))
	for i, tr := range all {
		var b strings.Builder
		fmt.Fprintf(&b, "=== %s\n", tr.name)
		for _, f := range append(tr.files, file{"run", tr.run}) {
			fmt.Fprintf(&b, "-- %s --\n%s", f.name, f.data)
		}
		texts[i] = b.String()
	}
	if err := os.WriteFile(path, []byte(strings.Join(texts, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// check runs the commands and compares all that they write.
func (tr *transcript) check(t *testing.T, check func(*testing.T, result)) {
	dir := t.TempDir()
	for _, f := range tr.files {
		path := filepath.Join(dir, f.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, unescape(f.data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if prepare := preparations[tr.name]; prepare != nil {
		if err := prepare(dir); err != nil {
			t.Fatal(err)
		}
	}
	var got strings.Builder
	for line := range strings.Lines(tr.run) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		r := runCommand(t, dir, strings.TrimSpace(command))
		check(t, r)
		if crash.MatchString(r.stdout + r.stderr) {
			t.Errorf("%s: it crashed:\n%s", r.command, r.stderr)
		}
		got.WriteString(r.String())
	}
	if *update {
		tr.run = got.String()
	}
	if diff := cmp.Diff(strings.Split(tr.run, "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
}

var crash = regexp.MustCompile(`(?m)^panic:|^goroutine \d+|^fatal error:`)

// shellPrelude makes `kubectl cis532` the program under test.
const shellPrelude = `kubectl() { shift; ` + envRun + `=1 "$` + envProgram + `" "$@"; }
`

func runCommand(t *testing.T, dir, command string) result {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", shellPrelude+command)
	shell.Dir = dir
	shell.Env = []string{
		"PATH=" + os.Getenv("PATH"), envProgram + "=" + program, envNow + "=" + defaultNow,
		// No kubeconfig of the machine may be found.
		"HOME=" + dir, "KUBECONFIG=" + filepath.Join(dir, "no-kubeconfig"),
	}
	var stdout, stderr bytes.Buffer
	shell.Stdout, shell.Stderr = &stdout, &stderr
	r := result{command: command}
	if err := shell.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("%s: %v", command, err)
		}
		r.exit = exit.ExitCode()
	}
	r.stdout = strings.ReplaceAll(stdout.String(), dir, "$WORK")
	r.stderr = strings.ReplaceAll(stderr.String(), dir, "$WORK")
	return r
}

// String is the command's part of a transcript.
func (r result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "$ %s\n%s", r.command, r.stdout)
	if r.stdout != "" && !strings.HasSuffix(r.stdout, "\n") {
		b.WriteString("[no newline]\n")
	}
	for line := range strings.Lines(r.stderr) {
		fmt.Fprintf(&b, "2> %s\n", strings.TrimSuffix(line, "\n"))
	}
	if r.exit != 0 {
		fmt.Fprintf(&b, "[exit %d]\n", r.exit)
	}
	return b.String()
}

var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}|\\t|\\r`)

// unescape lets a transcript say bytes that a text file should not hold.
func unescape(data string) []byte {
	return escaped.ReplaceAllFunc([]byte(data), func(code []byte) []byte {
		switch code[1] {
		case 't':
			return []byte("\t")
		case 'r':
			return []byte("\r")
		}
		var b byte
		_, _ = fmt.Sscanf(string(code[2:]), "%02x", &b)
		return []byte{b}
	})
}
