package cli

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/cmd"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// The environment of the program under test, which is the test binary itself.
const (
	// envProgram holds the path of the program; where envRun is set, the binary is the program.
	envProgram = "CIS532_TEST_PROGRAM"
	envRun     = "CIS532_TEST_RUN"
	// envNow is the program's clock, which stands still.
	envNow     = "CIS532_TEST_NOW"
	defaultNow = "2026-11-15T12:00:00Z"
)

func TestMain(m *testing.M) {
	if os.Getenv(envRun) != "" {
		runProgram()
	}
	os.Exit(m.Run())
}

// runProgram is the program's main with the test's clock.
func runProgram() {
	now, err := time.Parse(time.RFC3339, os.Getenv(envNow))
	if err != nil {
		panic(err)
	}
	streams := cmd.System()
	streams.Now = func() time.Time { return now }
	os.Exit(cmd.Main(context.Background(), os.Args[1:], streams))
}

func TestStories(t *testing.T) {
	runTranscripts(t, "testdata/stories", func(*testing.T, result) {})
}

// TestTrouble is the table of bad inputs: exit code 2, one clear message, and
// never a crash.
func TestTrouble(t *testing.T) {
	runTranscripts(t, "testdata/trouble", func(t *testing.T, r result) {
		if r.exit != 2 {
			t.Errorf("%s: exit code %d, want 2", r.command, r.exit)
		}
		if r.stderr == "" {
			t.Errorf("%s: nothing on stderr", r.command)
		}
	})
}
