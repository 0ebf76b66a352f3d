package release

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"

	"sigs.k8s.io/yaml"
)

// install does what krew does with a manifest, and gives the directory that belongs on PATH: the archive of this
// platform is checked, unpacked into a store, and its executable is linked as kubectl-cis532.
func (d *dist) install(t *testing.T, text string) string {
	t.Helper()
	var m manifest
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Spec.Platforms {
		if p.Selector.MatchLabels["os"] != runtime.GOOS || p.Selector.MatchLabels["arch"] != runtime.GOARCH {
			continue
		}
		files, err := d.unpack(p.URI[strings.LastIndex(p.URI, "/")+1:], p.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		store, bin := filepath.Join(t.TempDir(), "store", krew.PluginName, m.Spec.Version), t.TempDir()
		for name, file := range files {
			at := filepath.Join(store, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, file.content, file.mode.Perm()); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(filepath.Join(store, p.Bin), filepath.Join(bin, "kubectl-"+krew.PluginName)); err != nil {
			t.Fatal(err)
		}
		return bin
	}
	t.Fatalf("no platform of the manifest is %s/%s", runtime.GOOS, runtime.GOARCH)
	return ""
}

// The manifest of the archives' release installs a plugin that real kubectl finds, and that works on a real cluster.
func TestArchiveInstallsAsAPluginOfKubectl(t *testing.T) {
	d := readDist(t)
	text, err := krew.Manifest("v"+d.Version, d.sums)
	if err != nil {
		t.Fatal(err)
	}
	bin := d.install(t, text)
	cluster, err := testcluster.Start(testcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	kubectl := func(want int, args ...string) string {
		t.Helper()
		got := cluster.Run(nil, filepath.Join(cluster.BinDir, "kubectl"), args...)
		if got.ExitCode != want {
			t.Fatalf("kubectl %v: exit code %d, want %d\n%s%s", args, got.ExitCode, want, got.Stdout, got.Stderr)
		}
		return got.Stdout
	}
	if got, want := kubectl(0, "cis532", "version", "--client"), "Client Version: v"+d.Version+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := kubectl(0, "plugin", "list"); !strings.Contains(got, filepath.Join(bin, "kubectl-cis532")+"\n") {
		t.Errorf("kubectl plugin list:\n%s", got)
	}
	kubectl(1, "cis532", "audit", "default")
	kubectl(1, "cis532", "fix", "default")
	kubectl(0, "cis532", "audit", "default")
	if got, want := kubectl(0, "-n", "default", "get", "networkpolicies", "-o", "name"), "networkpolicy.networking.k8s.io/cis-default-allow\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := kubectl(0, "-n", "default", "get", "networkpolicies", "-o", `jsonpath={.items[0].metadata.annotations.cis532\.io/tool-version}`), "v"+d.Version; got != want {
		t.Errorf("made by %q, want %q", got, want)
	}
}
