package cmd

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// endsHalfway gives what has come until the run is told to stop, and then ends, as a pipe does whose writer was told too.
type endsHalfway struct {
	io.Reader
	stop func()
}

// Read implements io.Reader.
func (r endsHalfway) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		r.stop()
	}
	return n, err
}

const passing = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: shop}
spec: {podSelector: {}, ingress: [{}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
`

func TestHalfOfStandardInputIsNoEvidence(t *testing.T) {
	manifests := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(manifests, []byte(passing), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, input, args string }{
		{"an audit", passing, "audit -f -"},
		{"an audit whose verdict nobody looks at", passing, "audit -f - --exit-zero -o json"},
		{"manifests that are to be applied", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "generate -f -"},
		{"a connection", passing, "reach 203.0.113.7 shop/web 80 -f -"},
		{"expectations", "203.0.113.7 shop/web 80 allow\n", "reach --expect - -o json -f " + manifests},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, stopped := range []bool{false, true} {
				ctx, cancel := context.WithCancel(t.Context())
				stop := func() {}
				if stopped {
					stop = cancel
				}
				var stdout, stderr bytes.Buffer
				code := Main(ctx, strings.Fields(c.args), Streams{
					In: endsHalfway{strings.NewReader(c.input), stop}, Out: &stdout, Err: &stderr,
					Getenv: func(string) string { return "" }, Now: time.Now, RunID: func() string { return "run" },
				})
				cancel()
				if !stopped && (code != ExitOK || stdout.Len() == 0) {
					t.Errorf("all of it: exit code %d\n%s%s", code, &stdout, &stderr)
				}
				if stopped && (code != ExitError || stdout.Len() > 0 || !strings.Contains(stderr.String(), "interrupted")) {
					t.Errorf("half of it: exit code %d\n%s%s", code, &stdout, &stderr)
				}
			}
		})
	}
}
