package compat

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// status is what the automation guide's runner (cis_k8s_unified.py) makes of a script.
type status string

const (
	statusPass   status = "PASS"
	statusFixed  status = "FIXED"
	statusFail   status = "FAIL"
	statusManual status = "MANUAL"
)

// mode is what the runner runs a script for.
type mode string

const (
	modeAudit     mode = "audit"
	modeRemediate mode = "remediate"
)

// parsed is what the runner takes from a script's output.
type parsed struct {
	status       status
	reason, hint string
	commands     []string
}

// parse does what the runner does with a script that has ended. isManual says that its title has the word (Manual).
//
// The tags are read from stdout, the last one counts; the words from both streams. In remediation an exit code other
// than 0 is FAIL, and 0 is FIXED where the output has the word "fixed" anywhere; 3 is MANUAL.
func parse(got result, m mode, isManual bool) parsed {
	p := parsed{status: statusFail}
	for line := range strings.SplitSeq(got.stdout, "\n") {
		if _, text, found := strings.Cut(line, "[FAIL_REASON]"); found {
			p.reason = strings.TrimSpace(text)
		} else if _, text, found := strings.Cut(line, "[FIX_HINT]"); found {
			p.hint = strings.TrimSpace(text)
		} else if _, text, found := strings.Cut(line, "[CMD]"); found {
			p.commands = append(p.commands, strings.TrimSpace(text))
		}
	}
	all := got.stdout + got.stderr
	words := slices.ContainsFunc([]string{"manual remediation", "manual intervention", "requires manual"}, func(words string) bool {
		return strings.Contains(strings.ToLower(all), words)
	})
	switch {
	case isManual && strings.Contains(all, "[PASS]"):
		p.status = statusPass
	case isManual && strings.Contains(all, "[FAIL]"):
		p.status = statusFail
	case isManual, got.code == 3:
		p.status = statusManual
	case got.code == 0 && m == modeRemediate && strings.Contains(strings.ToLower(all), "fixed"):
		p.status = statusFixed
	case got.code == 0:
		p.status = statusPass
	case m == modeAudit && words:
		p.status = statusManual
	}
	return p
}

// titleOf is the title that the runner's reports give a script, and whether it takes the check for a manual one.
func titleOf(t *testing.T, path string) (title string, isManual bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n")[:30] {
		if _, after, found := strings.Cut(line, "Title:"); found && strings.HasPrefix(line, "#") && title == "" {
			title, isManual = strings.TrimSpace(after), i < 10 && strings.Contains(line, "(Manual)")
		}
	}
	return title, isManual
}
