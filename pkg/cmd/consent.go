package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// consentFlags say that a change that restricts is meant.
type consentFlags struct{ yes bool }

func (f *consentFlags) addFlags(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, usage)
}

// errInterrupted is the end of a run that was asked to stop before it was answered.
var errInterrupted = errors.New("interrupted")

// ask asks a question on the terminal. Only y and yes are a yes; the end of the
// run is errInterrupted.
func (s Streams) ask(ctx context.Context, question string) (bool, error) {
	_, _ = fmt.Fprint(s.Err, question+" [y/N] ")
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.In).ReadString('\n')
		answers <- line
	}()
	select {
	case <-ctx.Done():
		return false, errInterrupted
	case answer := <-answers:
		answer = strings.ToLower(strings.TrimSpace(answer))
		return answer == "y" || answer == "yes", nil
	}
}

// maxListed is how many names a question lists.
const maxListed = 5

// firstNames lists the first few names.
func firstNames(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
}

// namedCount counts namespaces and lists the first few.
func namedCount(names []string) string {
	return fmt.Sprintf("%s: %s", report.Count(len(names), "namespace"), firstNames(names))
}
