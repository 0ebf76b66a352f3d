package cmd

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// complete runs cobra's own command for shells, and gives the words without their descriptions, and the directive.
func complete(t *testing.T, line ...string) (words []string, directive string) {
	t.Helper()
	stdout, stderr, code := run(t, append([]string{"__complete"}, line...)...)
	if code != ExitOK {
		t.Fatalf("%q: exit code %d", line, code)
	}
	if strings.Contains(stderr, "rror") {
		t.Errorf("%q is not silent: %s", line, stderr)
	}
	for each := range strings.Lines(stdout) {
		word, _, _ := strings.Cut(strings.TrimSuffix(each, "\n"), "\t")
		words = append(words, word)
	}
	return words[:len(words)-1], words[len(words)-1]
}

const (
	files   = ":0"
	noSpace = ":2"
	noFiles = ":4"
	slash   = ":6" // neither a space nor files
	byName  = ":8" // files of some extensions
	dirs    = ":16"
)

func TestCompletion(t *testing.T) {
	const shop = "../../testdata/shop"
	for _, tt := range []struct {
		name, line, want, directive string
	}{
		{"a verb", "pol", "policies", noFiles},
		{"namespaces of manifests", "audit -f " + shop + " p", "payments", noFiles},
		{"no namespace twice", "audit -f " + shop + " payments p", "", noFiles},
		{"no namespaces beside -n", "audit -f " + shop + " -n shop p", "", noFiles},
		{"no namespaces beside -A", "audit -f " + shop + " -A p", "", noFiles},
		{"-n of manifests", "generate -f " + shop + " -n pay", "payments", noFiles},
		{"-n of reach", "reach -f " + shop + " -n pay", "payments", noFiles},
		{"namespaces to exclude", "audit -f " + shop + " --exclude mon", "monitoring", noFiles},
		{"a kustomization", "audit -k " + shop + "/nowhere p", "", noFiles},
		{"manifests that are not there", "audit -f nowhere p", "", noFiles},
		{"manifests from standard input are not waited for", "audit -f - p", "", noFiles},
		{"the namespace of an endpoint", "reach -f " + shop + " pay", "payments/", slash},
		{"the source of a connection", "reach -f " + shop + " payments/", "payments/deployment/gateway payments/statefulset/ledger", noFiles},
		{"the destination of a connection", "reach shop/deploy/web -f " + shop + " payments/svc/", "payments/svc/gateway", noFiles},
		{"endpoints with -n", "reach -n payments -f " + shop + " deploy/g", "deploy/gateway", noFiles},
		{"a port is no endpoint", "reach shop/deploy/web payments/svc/gateway -f " + shop + " p", "", noFiles},
		{"a matrix has no endpoints", "reach --matrix -f " + shop + " p", "", noFiles},
		{"expectations have no endpoints", "reach --expect x -f " + shop + " p", "", noFiles},
		{"a file of expectations", "reach --expect x", "", files},
		{"policies", "policies allow-d", "allow-dns", noFiles},
		{"a policy for namespaces", "fix shop --policy allow-d", "allow-dns", noFiles},
		{"a policy in one word", "fix --policy=allow-d", "allow-dns", noFiles},
		{"rules", "explain shadow", "shadowed-policy", noFiles},
		{"topics", "explain rbac-a", "rbac-audit", noFiles},
		{"what makes an audit fail", "audit --fail-on shadow", "shadowed-policy", noFiles},
		{"the next thing that makes an audit fail", "audit --fail-on high,shadow", "high,shadowed-policy", noFiles},
		{"nothing that makes an audit fail twice", "audit --fail-on high,hig", "", noFiles},
		{"a family of policies", "audit --accept cilium,ad", "cilium,admin", noFiles},
		{"a format", "audit -o custom-columns-", "custom-columns-file", noFiles},
		{"a format of a report", "fix --report js", "json=", noSpace},
		{"the file of a report", "fix --report json=a", "", files},
		{"the file of a report without a format", "fix --report ./a", "", files},
		{"manifests", "audit -f x", "json yaml yml", byName},
		{"a kustomization's directory", "audit -k x", "", dirs},
		{"a template", "audit --template x", "", files},
		{"a kubeconfig", "audit --kubeconfig x", "", files},
		{"a selector is no file", "audit -l x", "", noFiles},
		{"a time is no file", "audit --timeout x", "", noFiles},
		{"a token is no file", "audit --token x", "", noFiles},
		{"shells", "completion f", "fish", noFiles},
		{"verbs to help with", "help rol", "rollback", noFiles},
	} {
		t.Run(tt.name, func(t *testing.T) {
			words, directive := complete(t, strings.Split(tt.line, " ")...)
			if directive != byName {
				// Shells filter what they are given, and cobra's own lists rely on it.
				words = beginningWith(tt.line[strings.LastIndexAny(tt.line, " =")+1:], words)
			}
			if diff := cmp.Diff(tt.want, strings.Join(words, " ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if directive != tt.directive {
				t.Errorf("directive %s, want %s", directive, tt.directive)
			}
		})
	}
}

// A server that takes the connection and never answers.
func TestCompletionDoesNotWaitForAServerForEver(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	if words, directive := complete(t, "audit", "--server", "http://"+silent.Addr().String(), ""); len(words) > 0 || directive != noFiles {
		t.Errorf("%q %s", words, directive)
	}
	if words, directive := complete(t, "reach", "--server", "http://"+silent.Addr().String(), "shop/"); len(words) > 0 || directive != noFiles {
		t.Errorf("%q %s", words, directive)
	}
}

// What does not look at the context is left behind.
func TestQuicklyDoesNotRelyOnTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	if got := quickly(ctx, func(context.Context) ([]string, error) { <-forever; return []string{"late"}, nil }); got != nil {
		t.Errorf("%q", got)
	}
}

// What neither names files nor has a list of its own offers nothing; what does not is listed here on purpose.
func TestFlagsThatShellsOfferFilesFor(t *testing.T) {
	want := []string{"cache-dir", "certificate-authority", "client-certificate", "client-key", "expect", "filename", "kubeconfig", "kustomize", "output-dir", "policy-file", "report", "template"}
	found := map[string]bool{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || f.NoOptDefVal != "" {
				return
			}
			path := strings.Fields(cmd.CommandPath())[2:]
			_, directive := complete(t, append(path, "--"+f.Name, "x.")...)
			if directive != noFiles {
				found[f.Name] = true
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(NewRootCommand(Streams{Getenv: func(string) string { return "" }}))
	for _, name := range want {
		if !found[name] {
			t.Errorf("--%s offers no files", name)
		}
		delete(found, name)
	}
	for name := range found {
		t.Errorf("--%s offers files", name)
	}
}

func TestTheExecutableForKubectlFitsTheSystem(t *testing.T) {
	if got := pluginCompleter("darwin"); !strings.HasPrefix(got, "#!/usr/bin/env sh\n") || !strings.HasSuffix(got, "exec kubectl-cis532 __complete \"$@\"\n") {
		t.Errorf("%q", got)
	}
	if got := pluginCompleter("windows"); strings.Count(got, "\r\n") != strings.Count(got, "\n") || !strings.HasSuffix(got, "\r\n@kubectl-cis532 __complete %*\r\n") {
		t.Errorf("%q", got)
	}
}
