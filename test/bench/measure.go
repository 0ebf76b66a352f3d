package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// program is a command line that is measured.
type program struct {
	// name is how the table calls it.
	name string
	args []string
	// exit is the exit code that it ends with.
	exit int
}

// sample is one run of a program, as timed writes it down.
type sample struct {
	Wall time.Duration `json:"wall"`
	// User and System are its own processor time.
	User   time.Duration `json:"user"`
	System time.Duration `json:"system"`
	// Memory is its peak resident memory, in bytes.
	Memory int64 `json:"memory"`
	// Exit is its exit code.
	Exit int `json:"exit"`
	// stdout is where what it said is.
	stdout string
}

// said is what the program said.
func (s sample) said() string {
	text, err := os.ReadFile(s.stdout)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

// once runs a program once.
func (b *bench) once(p program) (s sample, err error) {
	if err := b.ctx.Err(); err != nil {
		return s, err
	}
	stdout, err := os.CreateTemp(b.dir, "stdout-of-"+filepath.Base(p.args[0])+"-")
	if err != nil {
		return s, err
	}
	s.stdout = stdout.Name()
	var stderr bytes.Buffer
	took := b.bin("took")
	cmd := exec.Command(b.bin("timed"), append([]string{took}, p.args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = b.env, stdout, &stderr
	if err := errors.Join(cmd.Run(), stdout.Close()); err != nil {
		return s, fmt.Errorf("%s: %w: %s", strings.Join(p.args, " "), err, lastLines(stderr.String()))
	}
	text, err := os.ReadFile(took)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	if s.Exit != p.exit {
		return s, fmt.Errorf("%s: exit status %d, want %d: %s", strings.Join(p.args, " "), s.Exit, p.exit, lastLines(stderr.String()))
	}
	return s, nil
}

func lastLines(text string) string {
	const some = 400
	text = strings.TrimSpace(text)
	return text[max(0, len(text)-some):]
}

// alternate runs programs in turn, after a warm-up of each, and returns the samples of each.
func (b *bench) alternate(rounds int, programs ...program) ([][]sample, error) {
	samples := make([][]sample, len(programs))
	for round := range rounds + 1 {
		for i, p := range programs {
			s, err := b.once(p)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				samples[i] = append(samples[i], s)
			}
		}
	}
	for i, p := range programs {
		fmt.Fprintf(os.Stderr, "%-40s %v\n", p.name, describe(samples[i]))
	}
	return samples, nil
}

func describe(samples []sample) string {
	var parts []string
	for _, s := range samples {
		parts = append(parts, seconds(s.Wall))
	}
	return fmt.Sprintf("median %s s of %s; %d MB", seconds(median(samples, wall)), strings.Join(parts, " "), peak(samples)>>20)
}

func wall(s sample) time.Duration { return s.Wall }

// median is the middle of what the samples say.
func median(samples []sample, of func(sample) time.Duration) time.Duration {
	values := make([]time.Duration, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 0 {
		return (values[middle-1] + values[middle]) / 2
	}
	return values[middle]
}

// peak is the most memory that any of the runs took.
func peak(samples []sample) int64 {
	most := int64(0)
	for _, s := range samples {
		most = max(most, s.Memory)
	}
	return most
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3f", d.Seconds())
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}
