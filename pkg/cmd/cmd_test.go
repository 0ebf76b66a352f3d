package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		found, failed, exitZero bool
		want                    int
	}{
		{false, false, false, ExitOK},
		{true, false, false, ExitFound},
		{true, false, true, ExitOK},
		{false, true, false, ExitError},
		{true, true, false, ExitError},
		{true, true, true, ExitError},
		{false, true, true, ExitError},
		{false, false, true, ExitOK},
	} {
		if got := exitCode(outcome(c.found, c.failed, c.exitZero)); got != c.want {
			t.Errorf("found %t, failed %t, --exit-zero %t: %d, want %d", c.found, c.failed, c.exitZero, got, c.want)
		}
	}
	for _, err := range []error{errors.New("trouble"), usageError{command: "x", err: errors.New("trouble")}, errors.Join(outcomeError{ExitError}, io.EOF), fmt.Errorf("wrapped: %w", outcomeError{ExitError})} {
		if got := exitCode(err); got != ExitError {
			t.Errorf("%v: %d", err, got)
		}
	}
	for verdict, want := range map[v1alpha1.Verdict]int{v1alpha1.VerdictPass: ExitOK, v1alpha1.VerdictFail: ExitFound, v1alpha1.VerdictError: ExitError} {
		if got := exitCode(auditOutcome(&v1alpha1.AuditReport{Verdict: verdict}, false, false)); got != want {
			t.Errorf("audit %s: %d, want %d", verdict, got, want)
		}
		// Findings that --fail-on names turn a PASS into 1, and leave ERROR what it is.
		if got, want := exitCode(auditOutcome(&v1alpha1.AuditReport{Verdict: verdict}, true, false)), max(want, ExitFound); got != want {
			t.Errorf("audit %s with --fail-on: %d, want %d", verdict, got, want)
		}
	}
}

// A word that was quoted is the same word when a shell has read it.
func TestShellQuoteRoundTripsThroughSh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }), 1, 10).Draw(t, "words")
		words = append(words, "'", `"`, "$HOME", "`id`", "a b", "*", `\`, "!", "~", "-", "", "\n", "#", "a;b", "é")
		output, err := exec.Command("sh", "-c", `printf '%s\0'`+joinWords(words)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00"); !slices.Equal(got, words) {
			t.Fatalf("%q became %q", words, got)
		}
	})
}

func TestRunIDsSortAndNeverMeet(t *testing.T) {
	at := time.Date(2026, 11, 15, 13, 0, 0, 0, time.FixedZone("CET", 3600))
	first, second, later := newRunID(at), newRunID(at), newRunID(at.Add(time.Second))
	if !regexp.MustCompile(`^20261115T120000Z-[0-9a-f]{8}$`).MatchString(first) {
		t.Errorf("%q", first)
	}
	if first == second {
		t.Errorf("the same twice: %q", first)
	}
	if later <= first {
		t.Errorf("%q does not sort behind %q", later, first)
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	write := func(text string, fail error) error {
		return writeFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fail)
		})
	}
	files := func() []string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	trouble := errors.New("the disk is full")
	if err := write("sec", trouble); !errors.Is(err, trouble) {
		t.Errorf("%v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first" {
		t.Errorf("a write that was cut off left %q", got)
	}
	if got := files(); !slices.Equal(got, []string{"report.json"}) {
		t.Errorf("files are left over: %v", got)
	}
	if err := write("second", nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "second" {
		t.Errorf("%q", got)
	}
	if err := writeFile(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Errorf("a device: %v", err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatal("the device was replaced by a file")
	}
}

func TestProgressIsOnlyForTerminals(t *testing.T) {
	for _, c := range []struct {
		name     string
		terminal bool
		term     string
		quiet    bool
		want     bool
	}{
		{"a terminal", true, "xterm", false, true},
		{"a pipe", false, "xterm", false, false},
		{"a dumb terminal", true, "dumb", false, false},
		{"a terminal of unknown kind", true, "", false, false},
		{"--quiet", true, "xterm", true, false},
	} {
		var b strings.Builder
		g := &globals{quiet: c.quiet, streams: Streams{Err: &b, ErrTerminal: c.terminal, Getenv: func(name string) string {
			return map[string]string{"TERM": c.term}[name]
		}}}
		progress := g.progress("created")
		if (progress != nil) != c.want {
			t.Errorf("%s: %t, want %t", c.name, progress != nil, c.want)
		}
		if progress == nil {
			continue
		}
		progress(1, 3) // a short run needs none
		if b.Len() > 0 {
			t.Errorf("%s: %q", c.name, b.String())
		}
		progress = g.progress("created")
		progress(1, 300)
		progress(300, 300)
		progress(299, 300) // it came too late
		if got := b.String(); !strings.HasPrefix(got, "\rcreated ") || !strings.Contains(got, "(1/300)") || !strings.HasSuffix(got, "\x1b[2K\r") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
