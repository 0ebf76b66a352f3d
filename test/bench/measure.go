package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program is a command line that is measured.
type program struct {
	// name is how the table calls it.
	name string
	args []string
	// exits are the exit codes that it may end with; empty is 0.
	exits []int
	// before and after set the scene; they are not measured.
	before, after func() error
}

// sample is one run of a program.
type sample struct {
	wall time.Duration
	// user and system are its own processor time.
	user, system time.Duration
	// memory is its peak resident memory, in bytes.
	memory int64
	// stdout is what it said.
	stdout string
}

// run runs a program once, in an environment.
func (p program) run(env []string) (s sample, err error) {
	for _, step := range []func() error{p.before} {
		if step != nil {
			if err := step(); err != nil {
				return s, err
			}
		}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &stdout, &stderr
	begin := time.Now()
	err = cmd.Run()
	s.wall = time.Since(begin)
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return s, fmt.Errorf("%s: %w", strings.Join(p.args, " "), err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 && !slices.Contains(p.exits, code) {
		return s, fmt.Errorf("%s: exit status %d: %s", strings.Join(p.args, " "), code, lastLines(stderr.String()))
	}
	s.user, s.system = cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = usage.Maxrss
		if runtime.GOOS != "darwin" {
			s.memory *= 1024 // Linux counts kilobytes
		}
	}
	s.stdout = stdout.String()
	if p.after != nil {
		err = p.after()
		return s, err
	}
	return s, nil
}

func lastLines(text string) string {
	const some = 400
	text = strings.TrimSpace(text)
	return text[max(0, len(text)-some):]
}

// alternate runs programs in turn, after a warm-up of each, and returns the samples of each.
func alternate(env []string, rounds int, programs ...program) ([][]sample, error) {
	samples := make([][]sample, len(programs))
	for round := range rounds + 1 {
		for i, p := range programs {
			s, err := p.run(env)
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
		parts = append(parts, seconds(s.wall))
	}
	return fmt.Sprintf("median %s s of %s; %d MB", seconds(median(samples, wall)), strings.Join(parts, " "), peak(samples)>>20)
}

func wall(s sample) time.Duration { return s.wall }

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
		most = max(most, s.memory)
	}
	return most
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3f", d.Seconds())
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}
