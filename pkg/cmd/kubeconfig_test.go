package cmd

import (
	"io"
	"strings"
	"testing"
)

// The command that comes next is about the same cluster, as the same user, as the one that proposes it.
func TestTheNextCommandNamesTheSameCluster(t *testing.T) {
	for _, c := range []struct{ name, given, want string }{
		{"nothing given is nothing repeated", "", ""},
		{"a context", "--context prod", " --context prod"},
		{"a kubeconfig, and a context behind an equals sign", "--kubeconfig=/etc/prod --context=prod", " --context prod --kubeconfig /etc/prod"},
		{"who is impersonated", "--as alice --as-group devs --as-group ops", " --as alice --as-group devs --as-group ops"},
		{"a boolean", "--insecure-skip-tls-verify=true", " --insecure-skip-tls-verify=true"},
		{"a token is a secret, and without one it would be somebody else", "--server https://prod --token s3cret", " --server https://prod --token TOKEN"},
		{"a password in an address is a secret", "--proxy-url http://me:s3cret@proxy:3128", " --proxy-url http://me:xxxxx@proxy:3128"},
		{"how the server is asked is not repeated, nor -n, which is the scope's", "--request-timeout 3s --cache-dir /tmp --disable-compression -n shop", ""},
		{"a name that a shell would read is quoted", "--context a;b", " --context 'a;b'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			flags := newKubeconfigFlags(Streams{Err: io.Discard})
			if err := flags.set.Parse(strings.Fields(c.given)); err != nil {
				t.Fatal(err)
			}
			if got := flags.commandLine(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
