package compat

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

const (
	auditScript     = "5.3.2_audit.sh"
	remediateScript = "5.3.2_remediate.sh"
)

// step is one run of a script: what it must exit with, and what the runner must make of it.
type step struct {
	script    string
	env, args []string
	code      int
	status    status
	// before are the plugin's arguments that prepare it, and its exit code.
	before []string
	exits  int
}

func (s step) mode() mode {
	if s.script == auditScript {
		return modeAudit
	}
	return modeRemediate
}

func (s step) String() string { return strings.Join(append(append(s.env, s.script), s.args...), " ") }

// The cluster is gone through once by each shell, and looks as before afterwards: all print the same.
func TestTheScriptsSayWhatTheGuidesDo(t *testing.T) {
	as := func(user string) []string { return []string{"--context", user} }
	env := func(variables ...string) []string { return variables }
	wide := env("SKIP_SYSTEM_NS=false")
	steps := []step{
		{script: auditScript, code: 1, status: statusFail},
		{script: auditScript, env: env("VERBOSE=true"), code: 1, status: statusFail},
		{script: auditScript, env: wide, code: 1, status: statusFail},
		{script: auditScript, args: []string{"-n", "identity"}, code: 0, status: statusPass},
		{script: auditScript, args: []string{"-n", "legacy-erp"}, code: 0, status: statusPass},
		{script: auditScript, args: []string{"-n", "identity", "--fail-on", "no-policy"}, code: 0, status: statusPass},
		{script: auditScript, args: []string{"-n", "shop", "--exit-zero"}, code: 1, status: statusFail},
		{script: auditScript, args: []string{"-f", "testdata/many.yaml"}, code: 1, status: statusFail},
		{script: auditScript, args: []string{"-f", "testdata/guides.yaml"}, code: 0, status: statusPass},
		{script: auditScript, args: as(testcluster.Nobody), code: 2, status: statusFail},
		{script: auditScript, args: append(as(testcluster.Nobody), "-n", "identity"), code: 2, status: statusFail},
		{script: auditScript, args: []string{"--exclude", "*", "--no-exemptions"}, code: 2, status: statusFail},
		{script: auditScript, args: []string{"-l", "nothing=here"}, code: 2, status: statusFail},
		{script: auditScript, args: []string{"no-such-namespace"}, code: 2, status: statusFail},
		{script: auditScript, args: []string{"--no-such-flag"}, code: 2, status: statusFail},
		{script: auditScript, args: []string{"--help"}, code: 2, status: statusFail},
		{script: auditScript, args: []string{"shop", "--failing", "--sort-by", ".name", "-o", "json"}, code: 1, status: statusFail},
		{script: auditScript, args: []string{"-n", "identity", "--failing"}, code: 0, status: statusPass},
		{script: auditScript, env: env("VERBOSE=debug [PASS]"), args: []string{"-n", "identity"}, code: 0, status: statusPass},

		{script: remediateScript, env: env("DRY_RUN=true"), code: 1, status: statusFail},
		{script: remediateScript, env: env("DRY_RUN=1", "VERBOSE=true"), args: []string{"shop"}, code: 1, status: statusFail},
		{script: remediateScript, env: env("DRY_RUN=true"), args: []string{"shop", "--dry-run=none"}, code: 1, status: statusFail},
		{script: remediateScript, env: env("DRY_RUN=on", "VERBOSE=Yes"), args: []string{"shop", "--policy", "default-deny"}, code: 1, status: statusFail},
		{script: remediateScript, args: []string{"shop", "--policy=default-deny"}, code: 2, status: statusFail},
		{script: remediateScript, args: []string{"--help"}, code: 2, status: statusFail},
		{script: remediateScript, args: []string{"--skip-gitops-managed", "payments", "identity"}, code: 1, status: statusFail},
		{script: remediateScript, args: []string{"--replace-guide-policy", "identity", "shop"}, code: 1, status: statusFail},
		{script: remediateScript, args: []string{"--replace-guide-policy", "identity"}, code: 0, status: statusPass},
		{script: auditScript, code: 1, status: statusFail},
		{script: remediateScript, args: as(testcluster.Nobody), code: 2, status: statusFail},
		{script: remediateScript, args: as(testcluster.Auditor), code: 2, status: statusFail},
		{script: remediateScript, args: []string{"--failing"}, code: 0, status: statusFixed},
		{script: remediateScript, code: 0, status: statusPass},
		{script: remediateScript, env: env("VERBOSE=true", "DRY_RUN=true"), code: 0, status: statusPass},
		{script: remediateScript, env: env("CIS532_EXIT_CODES=guide"), code: 0, status: statusPass},
		{script: auditScript, code: 0, status: statusPass},
		{script: auditScript, args: []string{"--fail-on", "baseline-only"}, code: 1, status: statusFail},
		{script: auditScript, env: env("VERBOSE=1", "SKIP_SYSTEM_NS=TRUE"), code: 0, status: statusPass},

		{script: remediateScript, env: env("CIS532_EXIT_CODES=guide"), code: 1, status: statusFail, before: []string{"rollback", "--exit-zero"}},
		{script: remediateScript, env: wide, code: 0, status: statusFixed},
		{script: auditScript, env: wide, code: 0, status: statusPass},
		{script: remediateScript, args: []string{"--exclude", "*"}, code: 0, status: statusPass, before: []string{"rollback", "--exit-zero", "--include-system"}},
	}
	const path = "testdata/scripts.txt"
	for i, shell := range shells(t) {
		t.Run(filepath.Base(shell[0]), func(t *testing.T) {
			var story strings.Builder
			for _, s := range steps {
				if s.before != nil {
					plugin(t, s.exits, s.before...)
				}
				got := call(t, shell, s.script, s.env, s.args)
				judge(t, s, got)
				fmt.Fprintf(&story, "$ %s\n%s[exit %d]\n\n", s, strings.ReplaceAll(timestamp.ReplaceAllString(got.stdout, "Timestamp: TIME"), cluster.Server, "SERVER"), got.code)
			}
			if *update && i == 0 {
				if err := os.WriteFile(path, []byte(story.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), story.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Settings, and machines, that are not as they should be: never a word that a runner takes for success.
func TestWhatGoesWrongIsNeverAPass(t *testing.T) {
	spaces := filepath.Join(t.TempDir(), "kube config")
	text, err := os.ReadFile(cluster.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spaces, text, 0o600); err != nil {
		t.Fatal(err)
	}
	// Whoever develops a plugin has it installed.
	nowhere := "PATH=" + strings.Join(slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "kubectl-cis532"))
		return err == nil
	}), string(os.PathListSeparator))
	type wrong struct {
		env    []string
		code   int
		reason string
	}
	cases := map[string]wrong{
		"a kubeconfig with spaces in its path":   {[]string{"KUBECONFIG=" + spaces}, 1, "namespace(s)"},
		"no plugin":                              {[]string{nowhere, "HOME="}, 2, "not found in PATH"},
		"no home":                                {[]string{nowhere, "HOME=/nonexistent", "KREW_ROOT="}, 2, "not found in PATH"},
		"a plugin that is not there":             {[]string{"CIS532_BIN=/no/such [PASS]"}, 2, `"/no/such (PASS)", which cannot be executed`},
		"a plugin that says nothing and is glad": {[]string{"CIS532_BIN=true"}, 2, "ended with exit code 0"},
		"a plugin that says nothing and fails":   {[]string{"CIS532_BIN=false"}, 0, ""},
		"a plugin that is another program":       {[]string{"CIS532_BIN=ls"}, 2, "ended with exit code 2"},
		"a kubeconfig that is not there":         {[]string{"KUBECONFIG=/no/such/file"}, 2, "kubeconfig"},
		"a wrong time-out":                       {[]string{"CIS532_TIMEOUT=soon"}, 2, "invalid argument"},
		"no time at all":                         {[]string{"CIS532_TIMEOUT=1ns"}, 2, "no answer in time"},
		"a plugin that prints something else":    {[]string{"CIS532_BIN=echo"}, 2, "printed no"},
		"a login that hangs":                     {[]string{"CIS532_TIMEOUT=2s", "KUBECONFIG=" + loginThatHangs(t)}, 2, "no answer in time"},
		"a setting that means nothing":           {[]string{"SKIP_SYSTEM_NS=perhaps [PASS]"}, 2, `SKIP_SYSTEM_NS is "perhaps (PASS)"`},
		"no directory for temporary files":       {[]string{"TMPDIR=/no/such/directory"}, 2, "temporary directory"},
	}
	if _, err := os.Stat(full); err == nil {
		cases["a disk that is full"] = wrong{[]string{"CIS532_BIN=" + intoFull(t)}, 2, "no space left"}
	}
	for name, c := range cases {
		for _, shell := range shells(t) {
			for _, script := range []string{auditScript, remediateScript} {
				t.Run(name+", "+filepath.Base(shell[0])+" "+script, func(t *testing.T) {
					env, code, reason := append([]string{"DRY_RUN=true"}, c.env...), c.code, c.reason
					if env[1] == "CIS532_BIN=false" {
						// Its exit code is that of a FAIL, and no namespace is in its output.
						code, reason = 1, "count as failure"
						if script == remediateScript {
							code, reason = 2, "ended with exit code 1"
						}
					}
					s := step{script: script, env: env, code: code, status: statusFail}
					got := call(t, shell, script, env, nil)
					judge(t, s, got)
					if p := parse(got, s.mode(), false); !strings.Contains(p.reason, reason) {
						t.Errorf("reason %q, want %q\n%s", p.reason, reason, got.stdout)
					}
				})
			}
		}
	}
	for _, variable := range []string{"DRY_RUN", "CIS532_EXIT_CODES"} {
		t.Run(variable+" that means nothing", func(t *testing.T) {
			s := step{script: remediateScript, env: []string{variable + "=[FIXED]"}, code: 2, status: statusFail}
			judge(t, s, call(t, shells(t)[0], s.script, s.env, nil))
		})
	}
}

// loginThatHangs is a kubeconfig whose credential command waits for something else.
func loginThatHangs(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: '" + cluster.Server + "', insecure-skip-tls-verify: true}}]\n" +
		"contexts: [{name: c, context: {cluster: c, user: u}}]\n" +
		"users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sleep, args: ['20'], interactiveMode: Never}}}]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// full is a file that nothing can be written to, where the system has such a one.
const full = "/dev/full"

// intoFull is the plugin with an output that nothing can be written to.
func intoFull(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "full")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec kubectl-cis532 \"$@\" >"+full+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	timestamp = regexp.MustCompile(`Timestamp: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)
	statistic = regexp.MustCompile(`(?m)^  ([A-Z][A-Za-z ()]*): +(\d+)$`)
	rowOf     = regexp.MustCompile(`(?m)^\[(.+)\] (\S+) +(PASS|FIXED|SKIPPED|ERROR) +\S`)
)

// judge checks what holds for every run.
func judge(t *testing.T, s step, got result) {
	t.Helper()
	if got.code != s.code {
		t.Errorf("%s: exit code %d, want %d\n%s%s", s, got.code, s.code, got.stdout, got.stderr)
	}
	if got.stderr != "" {
		t.Errorf("%s: stderr: %s", s, got.stderr)
	}
	p := parse(got, s.mode(), false)
	if p.status != s.status {
		t.Errorf("%s: the runner says %s, want %s\n%s", s, p.status, s.status, got.stdout)
	}
	if s.mode() == modeAudit {
		if manual := parse(got, modeAudit, true); manual.status != s.status {
			t.Errorf("%s: with a manual check the runner says %s, want %s\n%s", s, manual.status, s.status, got.stdout)
		}
	}
	if s.code != 0 && s.status == statusFail && !strings.Contains(got.stdout, "[FIXED]") && (p.reason == "" || p.hint == "") {
		t.Errorf("%s: reason %q, hint %q\n%s", s, p.reason, p.hint, got.stdout)
	}
	if s.mode() == modeRemediate && strings.Contains(got.stdout, "SUMMARY STATISTICS:") {
		addsUp(t, got.stdout)
	}
}

// addsUp checks that the numbers of the summary are those of the namespaces above it.
func addsUp(t *testing.T, text string) {
	t.Helper()
	if !timestamp.MatchString(text) {
		t.Errorf("no timestamp in:\n%s", text)
	}
	rows := map[string]int{}
	for _, match := range rowOf.FindAllStringSubmatch(text, -1) {
		rows[match[3]]++
	}
	numbers, sum := map[string]int{}, 0
	for _, match := range statistic.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(match[2])
		if err != nil {
			t.Fatal(err)
		}
		if numbers[match[1]] = n; match[1] != "Total Namespaces Processed" {
			sum += n
		}
	}
	if total := numbers["Total Namespaces Processed"]; sum != total || total != rows["PASS"]+rows["FIXED"]+rows["SKIPPED"]+rows["ERROR"] {
		t.Errorf("%d namespaces, the numbers add up to %d, and the rows are %v:\n%s", total, sum, rows, text)
	}
	for name, want := range map[string]int{
		"Already Had Policy":          rows["PASS"],
		"Policy Application Failures": rows["ERROR"],
	} {
		if got, found := numbers[name]; got != want || !found {
			t.Errorf("%s: %d, want %d:\n%s", name, got, want, text)
		}
	}
	if applied := numbers["Policies Applied"] + numbers["Policies To Apply (dry run)"]; applied != rows["FIXED"] {
		t.Errorf("%d policies, %d namespaces:\n%s", applied, rows["FIXED"], text)
	}
	if skipped := numbers["System Namespaces Skipped"] + numbers["Exempt Namespaces"] + numbers["Other Namespaces Skipped"]; skipped != rows["SKIPPED"] {
		t.Errorf("%d skipped, %d namespaces:\n%s", skipped, rows["SKIPPED"], text)
	}
}
