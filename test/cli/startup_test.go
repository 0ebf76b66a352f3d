package cli

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// initialised is what Go says, when asked, of the initialisation of kubectl's get.
var initialised = regexp.MustCompile(`(?m)^init k8s\.io/kubectl/pkg/cmd/get @.*, (\d+) bytes, \d+ allocs$`)

// Before main begins, kubectl's packages would unpack their translations (4.4 MB), in each run of each command.
func TestNoTranslationsAreLoadedAtTheStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, "version", "--client")
	command.Env = append(os.Environ(), envRun+"=1", envNow+"=2026-11-22T00:00:00Z", "GODEBUG=inittrace=1", "LANG=de_DE.UTF-8")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	found := initialised.FindSubmatch(output)
	if found == nil {
		t.Fatalf("k8s.io/kubectl/pkg/cmd/get is not initialised, or Go says it otherwise:\n%s", output)
	}
	const most = 1 << 20
	if size, err := strconv.Atoi(string(found[1])); err != nil || size > most {
		t.Errorf("%s bytes were allocated before main began, want at most %d (%v)", found[1], most, err)
	}
}
