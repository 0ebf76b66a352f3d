package cmd

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// Streams is the world outside: where text goes and comes from, and the clock.
type Streams struct {
	// In, Out and Err are the standard streams: Out is data, Err is talk.
	In       io.Reader
	Out, Err io.Writer
	// InTerminal and OutTerminal and ErrTerminal say which of them are terminals.
	InTerminal, OutTerminal, ErrTerminal bool
	// Width is that of the terminal that Out is, in columns; 0 where it is none or does not say.
	Width int
	// Getenv reads the environment.
	Getenv func(string) string
	// Now is the clock.
	Now func() time.Time
	// RunID makes the id of a run.
	RunID func() string
}

// System returns the streams of the process.
func System() Streams {
	s := Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Getenv:      os.Getenv,
		Now:         time.Now,
	}
	prepareTerminal(os.Stdout)
	prepareTerminal(os.Stderr)
	if s.OutTerminal {
		if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			s.Width = width
		}
	}
	s.RunID = func() string { return newRunID(s.Now()) }
	return s
}

// newRunID is the time and a random part, so that runs sort and never meet.
func newRunID(now time.Time) string {
	random := make([]byte, 4)
	// Since Go 1.24 this never fails.
	_, _ = rand.Read(random)
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random)
}

// say writes a line of talk. Text from outside is made safe.
func (s Streams) say(format string, args ...any) {
	_, _ = fmt.Fprintln(s.Err, report.OneLine(fmt.Sprintf(format, args...)))
}

// color decides whether Out gets colours.
func (s Streams) color(mode string) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	default:
		return s.OutTerminal && s.Getenv("NO_COLOR") == "" && s.capable()
	}
}

// capable says that the terminal understands escape sequences.
func (s Streams) capable() bool {
	term := s.Getenv("TERM")
	if term == "" {
		// On Windows TERM is unset, and only newer terminals understand them.
		return s.Getenv("WT_SESSION") != ""
	}
	return term != "dumb"
}
