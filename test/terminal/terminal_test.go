//go:build unix

package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"sigs.k8s.io/yaml"
)

const shop = "../../testdata/shop"

const coloured = "\x1b["

func TestColour(t *testing.T) {
	for _, c := range []struct {
		name     string
		flags    []string
		env      []string
		terminal stream
		want     bool
	}{
		{name: "a terminal has colours", want: true},
		{name: "a pipe has none", terminal: neither},
		{name: "stdout on a terminal has colours, whatever stderr is", terminal: onlyStdout, want: true},
		{name: "stdout in a pipe has none, whatever stderr is", terminal: onlyStderr},
		{name: "--color=always colours a pipe", flags: []string{"--color=always"}, terminal: neither, want: true},
		{name: "--color=never does not colour a terminal", flags: []string{"--color=never"}},
		{name: "--color=auto is the default", flags: []string{"--color=auto"}, want: true},
		{name: "NO_COLOR with any text means none", env: []string{"NO_COLOR=0"}},
		{name: "NO_COLOR without text means nothing", env: []string{"NO_COLOR="}, want: true},
		{name: "--color=always is stronger than NO_COLOR", flags: []string{"--color=always"}, env: []string{"NO_COLOR=1"}, want: true},
		{name: "a dumb terminal has none", env: []string{"TERM=dumb"}},
		{name: "a terminal of unknown kind has none", env: []string{"TERM"}},
		{name: "names have none", flags: []string{"-o", "name", "--color=always"}},
		{name: "documents have none", flags: []string{"-o", "json", "--color=always"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := session{args: append([]string{"audit", "-f", shop}, c.flags...), env: c.env, terminal: c.terminal}.run(t)
			data, talk := got.screen, got.stderr
			if c.terminal == onlyStderr || c.terminal == neither {
				data = got.stdout
			}
			if c.terminal == onlyStderr {
				talk = got.screen
			}
			if has := strings.Contains(data, coloured); has != c.want {
				t.Errorf("colours: %t, want %t: %q", has, c.want, data)
			}
			if strings.Contains(talk, coloured) {
				t.Errorf("stderr is coloured: %q", talk)
			}
		})
	}
}

// What goes into a pipe is the same, whatever else is a terminal.
func TestPipesSeeNoTerminal(t *testing.T) {
	args := []string{"audit", "-f", writeNasty(t)}
	piped := session{args: args, terminal: neither}.run(t)
	for _, columns := range []int{40, 120} {
		if got := (session{args: args, terminal: onlyStderr, columns: columns}).run(t); got.stdout != piped.stdout {
			t.Errorf("stdout in a pipe changes with a terminal of %d columns:\n%s", columns, got.stdout)
		}
		if got := (session{args: args, terminal: onlyStdout, columns: columns}).run(t); got.stderr != piped.stderr {
			t.Errorf("stderr in a pipe changes with a terminal of %d columns:\n%s", columns, got.stderr)
		}
	}
	for _, line := range strings.Split(piped.stdout, "\n") {
		if strings.HasPrefix(line, " ") {
			t.Errorf("a line was wrapped in a pipe: %q", line)
		}
	}
}

// At each width every row says all that it says in a pipe, the columns stand
// below their headers, and where the last column has room it does not run over the edge.
func TestWidths(t *testing.T) {
	nasty := writeNasty(t)
	for _, command := range [][]string{
		{"audit", "-f", shop},
		{"audit", "-f", shop, "-o", "wide"},
		{"audit", "-f", nasty},
		{"audit", "-f", nasty, "cjk", "combining", "long"},
		{"audit", "-f", nasty, "-o", "wide"},
		{"explain"},
	} {
		piped := session{args: command, terminal: neither}.run(t).stdout
		for _, columns := range []int{40, 80, 120, 200} {
			t.Run(fmt.Sprintf("%s at %d", filepath.Base(strings.Join(command, " ")), columns), func(t *testing.T) {
				lines := plain(session{args: command, terminal: onlyStdout, columns: columns}.run(t).screen)
				header := lines[0]
				last := header[strings.LastIndex(header, " ")+1:]
				begin := columnAt(header, last)
				var rows []string
				for _, line := range lines {
					continued := strings.HasPrefix(line, " ")
					if continued {
						if text := strings.TrimLeft(line, " "); columnAt(line, text) != begin {
							t.Errorf("a continued line begins at column %d, not %d: %q", columnAt(line, text), begin, line)
						}
						rows[len(rows)-1] += " " + strings.TrimLeft(line, " ")
					} else {
						rows = append(rows, line)
					}
					if wide := runewidth.StringWidth(line); columns-begin >= 24 && wide > columns && len(strings.Fields(line[begin:])) > 1 {
						t.Errorf("%d columns wide: %q", wide, line)
					}
				}
				if got, want := unspaced(strings.Join(rows, "\n")), unspaced(strings.TrimSuffix(piped, "\n")); got != want {
					t.Errorf("something is missing or new.\non the terminal:\n%s\nin the pipe:\n%s", got, want)
				}
			})
		}
	}
}

// unspaced is text without spaces: where a line was broken there was one, or none between wide characters.
func unspaced(text string) string { return strings.ReplaceAll(text, " ", "") }

// Text that does not end its line must not be followed by talk on the same one.
func TestTalkBeginsOnALineOfItsOwn(t *testing.T) {
	for _, format := range []string{"jsonpath={.verdict}", "go-template={{.verdict}}", "go-template={{.verdict}}\n", "jsonpath={.nothing}"} {
		got := session{args: []string{"audit", "-f", shop, "-o", format}}.run(t)
		want := "FAIL\r\nwarning: network plugin flannel"
		if strings.Contains(format, "nothing") {
			want = "warning: network plugin flannel"
		}
		if !strings.HasPrefix(got.screen, want) {
			t.Errorf("%q: %q", format, got.screen)
		}
	}
	if got := (session{args: []string{"audit", "-f", shop, "-o", "jsonpath={.verdict}"}, terminal: neither}).run(t); got.stdout != "FAIL" {
		t.Errorf("a pipe gets what was asked for, and no newline: %q", got.stdout)
	}
}

// formats are all of audit's.
var formats = []string{
	"table", "wide", "name", "json", "yaml", "kyaml",
	"jsonpath={.namespaces[*].reason}", "jsonpath-as-json={.namespaces[*].reason}",
	"go-template={{range .namespaces}}{{.reason}}\n{{end}}",
	"custom-columns=NAME:.name,WHY:.reason",
}

func TestHostileAnnotations(t *testing.T) {
	nasty := writeNasty(t)
	for _, format := range formats {
		for _, terminal := range []stream{both, onlyStdout, onlyStderr} {
			got := session{args: []string{"audit", "-f", nasty, "-o", format}, terminal: terminal}.run(t)
			if got.exit != 1 {
				t.Errorf("-o %s: exit code %d\n%s%s", format, got.exit, got.screen, got.stderr)
			}
		}
	}
	// What can be read is read back as it was, controls included.
	for _, format := range []string{"json", "yaml", "kyaml"} {
		got := session{args: []string{"audit", "-f", nasty, "csi", "-o", format}, terminal: neither}.run(t)
		var report struct {
			Namespaces []struct{ Reason string }
		}
		if err := yaml.Unmarshal([]byte(got.stdout), &report); err != nil {
			t.Fatalf("-o %s: %v\n%s", format, err, got.stdout)
		}
		want := "\x1b[2Jgone \u009b31mred \x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\ \a\b\b\b"
		if got := report.Namespaces[0].Reason; got != want {
			t.Errorf("-o %s: %q, want %q", format, got, want)
		}
	}
	for _, args := range [][]string{
		{"audit", "-f", nasty, "--report", "json=-"},
		{"audit", "-f", nasty, "--report", "yaml=-"},
		{"audit", "-f", nasty, "--report", "json=/dev/stderr"},
		{"audit", "-f", nasty, "--color=always"},
		{"generate", "-f", nasty},
		{"generate", "-f", nasty, "-o", "json"},
		{"generate", "-f", nasty, "-o", "table"},
	} {
		session{args: args}.run(t)
	}
}

func TestA256KiBAnnotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.yaml")
	reason := strings.Repeat("word \\e[31m", 25<<10)
	text := "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: long\n  annotations:\n    cis532.io/exempt: \"" + reason + "\"\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, format := range formats {
		got := session{args: []string{"audit", "-f", path, "-o", format}}.run(t)
		if got.exit != 0 {
			t.Errorf("-o %s: exit code %d", format, got.exit)
		}
	}
}

// What the user typed, what files are called and what is in them comes back in messages.
func TestHostileErrors(t *testing.T) {
	dir := t.TempDir()
	const evil = "\x1b[2J\u009b31m\x1b]8;;x\x1b\\ \r\b\a\u202e\xff"
	bad := filepath.Join(dir, "bad\x1b[2J\u009b\u202e.yaml")
	for path, text := range map[string]string{
		bad:                                  "a: [\n",
		filepath.Join(dir, "bytes.yaml"):     "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"a\xff\x9b\"}\n",
		filepath.Join(dir, "name.yaml"):      "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"a\\e[2J\\x9B\\u202E\"}\n",
		filepath.Join(dir, "kind.json"):      `{"apiVersion": "v1\u001b[2J\u009b", "kind": "\u202eNamespace\u0007"}`,
		filepath.Join(dir, "policy.yaml"):    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: \"a\\e[2J\\x9B\\u202E\", namespace: shop}\nspec: {podSelector: {matchLabels: {\"\\e[2J\": \"\\x9B\\u202E\"}}}\n",
		filepath.Join(dir, "kubeconfig"):     "apiVersion: v1\nkind: Config\ncurrent-context: \"\\e[2J\\x9B\\u202E\"\n",
		filepath.Join(dir, "exemption.yaml"): "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, annotations: {cis532.io/exempt: x, cis532.io/exempt-until: \"\\e[2J\\x9B\\u202E\"}}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{evil}, {"help", evil}, {"--" + evil}, {"audit", "--" + evil}, {"audit", "-o", evil}, {"audit", "-o", "jsonpath={" + evil}, {"audit", "-o", "go-template={{" + evil},
		{"audit", evil}, {"audit", "-n", evil}, {"audit", "-l", evil}, {"audit", "--exclude", "[" + evil}, {"audit", "--report", evil}, {"audit", "--report", "json=" + evil + "/x"},
		{"audit", "--sort-by", evil}, {"audit", "--color", evil}, {"audit", "-v", evil}, {"audit", "--timeout", evil}, {"audit", "--context", evil}, {"audit", "--server", evil},
		{"audit", "--kubeconfig", evil}, {"audit", "-f", evil}, {"audit", "-k", evil}, {"explain", evil}, {"completion", evil}, {"version", "-o", evil}, {"options", evil},
		{"fix", "--dry-run=" + evil}, {"fix", evil}, {"generate", "--output-dir", dir + "/" + "out\x1b[2J", "-f", shop}, {"reach", evil, evil, evil},
		{"audit", "-f", bad}, {"audit", "-f", dir}, {"audit", "--kubeconfig", filepath.Join(dir, "kubeconfig")}, {"generate", "-f", filepath.Join(dir, "exemption.yaml")},
	} {
		got := session{args: args}.run(t)
		if got.exit != 2 && args[0] != "generate" {
			t.Errorf("%q: exit code %d: %s", args, got.exit, got.screen)
		}
	}
	for _, name := range []string{"bytes.yaml", "name.yaml", "kind.json", "policy.yaml", "exemption.yaml"} {
		for _, format := range formats {
			session{args: []string{"audit", "-f", filepath.Join(dir, name), "-o", format}}.run(t)
		}
	}
}

// writeNasty writes the fixture of the golden files, and invisible things that YAML's escapes cannot say.
func writeNasty(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../golden/testdata/nasty.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "nasty.yaml")
	more := "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: long\n  annotations:\n    cis532.io/exempt: '" +
		strings.Repeat("many words 与中文混合 ", 12) + strings.Repeat("x", 300) + "'\n"
	if err := os.WriteFile(path, append(text, more...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
