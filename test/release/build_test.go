package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
)

// compile builds the plugin for a platform, with linker flags. It leaves out
// what changes no behaviour and would compile everything anew: -trimpath, and
// for this machine CGO_ENABLED=0 (for others it is Go's default).
func compile(t *testing.T, p krew.Platform, ldflags string) string {
	t.Helper()
	build := readGoreleaser(t).Builds[0]
	out := filepath.Join(t.TempDir(), build.Binary)
	flags := slices.DeleteFunc(build.Flags, func(flag string) bool { return flag == "-trimpath" })
	args := slices.Concat([]string{"build"}, flags, []string{"-ldflags", ldflags, "-o", out, build.Main})
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = slices.Concat(os.Environ(), []string{"GOOS=" + p.OS, "GOARCH=" + p.Arch})
	started := time.Now()
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s/%s: %v\n%s", p.OS, p.Arch, err, text)
	}
	info, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s/%s: %.1f s, %d MB", p.OS, p.Arch, time.Since(started).Seconds(), info.Size()>>20)
	return out
}

// modulePath is what goreleaser's {{ .ModulePath }} stands for.
func modulePath(t *testing.T) string {
	t.Helper()
	first, _, _ := strings.Cut(read(t, "go.mod"), "\n")
	return strings.TrimPrefix(first, "module ")
}

// releaseFlags are the linker flags of .goreleaser.yaml, filled in.
func releaseFlags(t *testing.T) string {
	t.Helper()
	return render(t, strings.Join(readGoreleaser(t).Builds[0].LDFlags, " "), map[string]string{
		"ModulePath": modulePath(t), "Version": "1.2.3-test", "FullCommit": "0123456789abcdef", "CommitDate": "2026-01-02T03:04:05Z",
	})
}

func TestThePluginBuildsForEveryPlatform(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles everything for each platform: minutes, the first time")
	}
	flags := releaseFlags(t)
	for _, p := range krew.Platforms {
		compile(t, p, flags)
	}
}

func TestAReleaseSaysItsVersion(t *testing.T) {
	binary := compile(t, krew.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}, releaseFlags(t))
	if got, want := run(t, binary, "version", "--client"), "Client Version: v1.2.3-test\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	document := run(t, binary, "version", "--client", "-o", "json")
	for _, want := range []string{`"gitVersion": "v1.2.3-test"`, `"gitCommit": "0123456789abcdef"`, `"buildDate": "2026-01-02T03:04:05Z"`} {
		if !strings.Contains(document, want) {
			t.Errorf("no %s in\n%s", want, document)
		}
	}
	if strings.Contains(document, "gitTreeState") {
		t.Errorf("the build does not know the state of the tree:\n%s", document)
	}
}

func TestABuildWithoutAVersionSaysSo(t *testing.T) {
	binary := compile(t, krew.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}, "-s -w")
	if got, want := run(t, binary, "version", "--client"), "Client Version: devel\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func run(t *testing.T, binary string, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}
