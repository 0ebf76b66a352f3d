//go:build unix

package cluster

import (
	"fmt"
	"os"
	"strings"
)

const tailLines = 15

// logTails shows the end of the logs that tell why a start failed. What is wrong with etcd, run says itself.
func logTails(dir Dir) string {
	var tails strings.Builder
	for _, name := range []string{runLog, apiServerLog} {
		content, err := os.ReadFile(dir.path(name))
		text := strings.TrimSpace(string(content))
		if err != nil || text == "" {
			continue
		}
		lines := strings.Split(text, "\n")
		if len(lines) > tailLines {
			lines = lines[len(lines)-tailLines:]
		}
		fmt.Fprintf(&tails, "== %s\n%s\n", dir.path(name), strings.Join(lines, "\n"))
	}
	return tails.String()
}
