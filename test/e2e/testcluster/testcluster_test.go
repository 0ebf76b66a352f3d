package testcluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

var cluster *testcluster.Cluster

func TestMain(m *testing.M) {
	var err error
	if cluster, err = testcluster.Start(testcluster.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := cluster.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func mark(t *testing.T) testcluster.Mark {
	t.Helper()
	m, err := cluster.Mark()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func eventsSince(t *testing.T, m testcluster.Mark) []testcluster.Event {
	t.Helper()
	events, err := cluster.AuditLog(m)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestKubectlGivesOutputAndExitCode(t *testing.T) {
	got := cluster.Kubectl(testcluster.Admin, "get", "namespace", "default", "-o", "name")
	want := testcluster.Result{Stdout: "namespace/default\n"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	got = cluster.Kubectl(testcluster.Nobody, "get", "namespace", "default")
	if got.ExitCode != 1 || got.Stdout != "" || !strings.Contains(got.Stderr, "(Forbidden)") {
		t.Errorf("nobody: %+v, want exit code 1 and Forbidden", got)
	}
}

func TestUsersHaveTheShippedRoles(t *testing.T) {
	for user, want := range map[string]string{
		testcluster.Admin: "yes yes yes", testcluster.Auditor: "yes no no", testcluster.Fixer: "yes yes no", testcluster.Nobody: "no no no",
	} {
		var got []string
		for _, verb := range []string{"list", "create", "patch"} {
			answer := cluster.Kubectl(user, "auth", "can-i", verb, "networkpolicies.networking.k8s.io", "-A")
			got = append(got, strings.TrimSpace(answer.Stdout))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s may list, create, patch: %v, want %s", user, got, want)
		}
	}
}

func TestAuditLogHasEachRequestAtOnce(t *testing.T) {
	const policy = `{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": {"podSelector": {}}}`
	const path = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies"
	base := testcluster.Event{
		User: "fixer", Group: "networking.k8s.io", Resource: "networkpolicies", Namespace: "default",
	}
	event := func(change func(*testcluster.Event)) testcluster.Event {
		e := base
		change(&e)
		return e
	}
	tests := []struct {
		name   string
		args   []string
		want   testcluster.Event
		writes bool
	}{
		{
			name: "a creation that is a dry run",
			args: []string{"create", "--dry-run=server", "--validate=false", "-f", "-"},
			want: event(func(e *testcluster.Event) { e.Verb, e.Name, e.Code, e.DryRun = "create", "deny", 201, true }),
		},
		{
			name:   "a creation",
			args:   []string{"create", "--validate=false", "-f", "-"},
			want:   event(func(e *testcluster.Event) { e.Verb, e.Name, e.Code = "create", "deny", 201 }),
			writes: true,
		},
		{
			name: "a list",
			args: []string{"get", "networkpolicies"},
			want: event(func(e *testcluster.Event) { e.Verb, e.Code = "list", 200 }),
		},
		{
			name: "a request that is forbidden",
			args: []string{"annotate", "networkpolicy", "deny", "a=b"},
			want: event(func(e *testcluster.Event) { e.Verb, e.Name, e.Code = "patch", "deny", 403 }),
			// It would have written, had it been allowed to.
			writes: true,
		},
		{
			name: "a deletion that is a dry run",
			args: []string{"delete", "networkpolicy", "deny", "--dry-run=server"},
			want: event(func(e *testcluster.Event) { e.Verb, e.Name, e.Code, e.DryRun = "delete", "deny", 200, true }),
		},
		{
			name:   "a deletion",
			args:   []string{"delete", "networkpolicy", "deny", "--wait=false"},
			want:   event(func(e *testcluster.Event) { e.Verb, e.Name, e.Code = "delete", "deny", 200 }),
			writes: true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			begin := mark(t)
			result := cluster.KubectlInput(strings.NewReader(policy), testcluster.Fixer, test.args...)
			events := eventsSince(t, begin)
			i := slices.IndexFunc(events, func(e testcluster.Event) bool { return e.Verb == test.want.Verb && e.Resource == "networkpolicies" })
			if i < 0 {
				t.Fatalf("%+v is not in the audit log: %+v", result, events)
			}
			got := events[i]
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(testcluster.Event{}, "UserAgent", "RequestURI")); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			if !strings.HasPrefix(got.UserAgent, "kubectl/v1.37") || !strings.HasPrefix(got.RequestURI, path) {
				t.Errorf("user agent %q, URI %q", got.UserAgent, got.RequestURI)
			}
			if got.Writes() != test.writes {
				t.Errorf("Writes() is %t", got.Writes())
			}
		})
	}
}

func TestAuditLogNamesWhoIsImpersonated(t *testing.T) {
	begin := mark(t)
	cluster.Kubectl(testcluster.Admin, "--as=somebody", "get", "pods")
	events := eventsSince(t, begin)
	if len(events) == 0 {
		t.Fatal("no events")
	}
	last := events[len(events)-1]
	if last.User != "admin" || last.Impersonated != "somebody" || last.Code != 403 {
		t.Errorf("last event: %+v", last)
	}
}

func TestAWatchIsOneEvent(t *testing.T) {
	begin := mark(t)
	result := cluster.Kubectl(testcluster.Admin, "get", "--raw", "/api/v1/namespaces?watch=true&timeoutSeconds=1")
	if result.ExitCode != 0 {
		t.Fatalf("watch: %+v", result)
	}
	var watches int
	for _, event := range eventsSince(t, begin) {
		if event.Verb == "watch" {
			watches++
		}
	}
	if watches != 1 {
		t.Errorf("%d watch events, want 1", watches)
	}
}

func TestPluginsFindTheClusterThroughItsEnvironment(t *testing.T) {
	dir := t.TempDir()
	plugin := "#!/bin/sh\nkubectl config current-context\n"
	if err := os.WriteFile(filepath.Join(dir, "kubectl-hello"), []byte(plugin), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	got := cluster.Run(nil, filepath.Join(cluster.BinDir, "kubectl"), "hello")
	want := testcluster.Result{Stdout: "admin\n"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestClustersStandSideBySideAndLeaveNothing(t *testing.T) {
	other, err := testcluster.Start(testcluster.Options{RBAC: []string{}, APIServerArgs: []string{"--max-requests-inflight=7"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(other.Kubeconfig)
	if other.Server == cluster.Server {
		t.Errorf("both serve at %s", other.Server)
	}
	if got := other.Kubectl(testcluster.Auditor, "get", "networkpolicies", "-A"); got.ExitCode == 0 {
		t.Errorf("the auditor has rights without a role: %+v", got)
	}
	if err := other.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("Stop left %s: %v", dir, err)
	}
}

func TestAnotherAPIServerIsKilledAndComesBack(t *testing.T) {
	server, err := cluster.AddAPIServer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	get := func(user, server string) testcluster.Result {
		t.Helper()
		return cluster.Kubectl(user, "get", "namespaces", "-o", "name", "--server="+server)
	}
	if got, want := get(testcluster.Auditor, server.Server), get(testcluster.Admin, cluster.Server); got != want || got.ExitCode != 0 {
		t.Errorf("one API server says %+v, the other %+v", got, want)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if got := get(testcluster.Admin, server.Server); got.ExitCode == 0 {
		t.Errorf("it was killed, and says %+v", got)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if got, want := get(testcluster.Admin, server.Server), get(testcluster.Admin, cluster.Server); got != want || got.ExitCode != 0 {
		t.Errorf("one API server says %+v, the other %+v", got, want)
	}
	if err := server.Kill(); err != nil {
		t.Error(err)
	}
	events, err := server.AuditLog()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, e := range events {
		if e.Verb == "list" && e.Resource == "namespaces" {
			listed[e.User] = true
		}
	}
	if !listed[testcluster.Auditor] || !listed[testcluster.Admin] {
		t.Errorf("not all of both lives is in the audit log: %v", listed)
	}
}

func TestAClusterThatCannotStartIsAnError(t *testing.T) {
	_, err := testcluster.Start(testcluster.Options{APIServerArgs: []string{"--no-such-flag"}})
	if err == nil || !strings.Contains(err.Error(), "unknown flag: --no-such-flag") {
		t.Errorf("got %v, want the server's own words", err)
	}
}

func TestRunOfAMissingProgramSaysSo(t *testing.T) {
	got := cluster.Run(nil, "./no-such-program")
	if _, err := exec.LookPath("./no-such-program"); err == nil || got.ExitCode != -1 || got.Stderr == "" {
		t.Errorf("got %+v", got)
	}
}
