package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// row is one line of the table: what was measured, against what, and the goal.
type row struct {
	what, against, goal string
	// measured is the ratio or the amount, met whether it is as the goal wants it.
	measured string
	met      bool
	// absolute are the times behind the ratio: they are this machine's.
	absolute string
}

// atMost is a row whose first program may take so many times as long as the second.
func atMost(what, against string, limit float64, a, b []sample) row {
	ratio := float64(median(a, wall)) / float64(median(b, wall))
	return row{
		what: what, against: against, goal: fmt.Sprintf("at most %.4g x", limit),
		measured: fmt.Sprintf("%.2f x", ratio), met: ratio <= limit, absolute: absolute(a, b),
	}
}

// faster is a row whose first program is to be so many times as fast as the second.
func faster(what, against string, factor float64, a, b []sample) row {
	ratio := float64(median(b, wall)) / float64(median(a, wall))
	goal := "faster"
	if factor > 1 {
		goal = fmt.Sprintf("at least %.4g x faster", factor)
	}
	return row{what: what, against: against, goal: goal, measured: fmt.Sprintf("%.3g x faster", ratio), met: ratio >= factor, absolute: absolute(a, b)}
}

// below is a row about memory, in megabytes of 1,000,000 bytes.
func below(what string, limit float64, a []sample) row {
	const megabyte = 1e6
	used := float64(peak(a)) / megabyte
	return row{what: what, against: "", goal: fmt.Sprintf("below %.4g MB", limit), measured: fmt.Sprintf("%.0f MB", used), met: used < limit}
}

// grows is a row about growth.
func grows(what string, limit, from, to float64, unit string) row {
	ratio := to / from
	return row{
		what: what, against: "itself", goal: fmt.Sprintf("at most %.4g x", limit), measured: fmt.Sprintf("%.1f x", ratio), met: ratio <= limit,
		absolute: fmt.Sprintf("%.3g / %.3g %s", to, from, unit),
	}
}

func absolute(a, b []sample) string {
	return seconds(median(a, wall)) + " / " + seconds(median(b, wall)) + " s"
}

// write writes the page.
func write(w io.Writer, rows []row, notes []string, at time.Time, shape string) error {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Written by `+"`make bench`"+`, which anyone can run: it builds everything, starts a real API server on this machine, fills it, and runs each
program in turn with the one that it is compared with, after a warm-up; the ratio is of the medians. Times in seconds are this
machine's, the plugin's first. What was compared is in [test/bench](../test/bench).

%s. Measured on %s.

| what | against | goal | measured | times | met |
| --- | --- | --- | --- | --- | --- |
`, shape, at.UTC().Format("2006-01-02"))
	for _, r := range rows {
		met := "yes"
		if !r.met {
			met = "**no**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.against, r.goal, r.measured, r.absolute, met)
	}
	b.WriteString("\n")
	for _, note := range notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
