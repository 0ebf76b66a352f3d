package readme

import (
	"bytes"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// root is the repository, with which the commands' paths begin.
const root = "../.."

var (
	shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	comment    = regexp.MustCompile(`\s+#.*$`)
)

// commands are those of the shell blocks, in order.
func commands(text string) []string {
	var all []string
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		// A command may go on in the next line.
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", "")) {
			if line = comment.ReplaceAllString(strings.TrimSpace(line), ""); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

func shell(t *testing.T, dir string, env []string, command string) (stdout, stderr string, code int) {
	t.Helper()
	var out, talk bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &talk
	if err := cmd.Run(); err != nil {
		exit := new(exec.ExitError)
		if !errors.As(err, &exit) {
			t.Fatalf("%s: %v", command, err)
		}
		code = exit.ExitCode()
	}
	return out.String(), talk.String(), code
}
