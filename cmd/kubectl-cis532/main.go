// Command kubectl-cis532 is the kubectl plugin `kubectl cis532`. Everything is
// in pkg/cmd; here are only signals and the exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "k8s.io/client-go/plugin/pkg/client/auth" // every way to log in that a kubeconfig may name

	"github.com/cis532/kubectl-cis532/pkg/cmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		// The first signal ends the run in good order, a second one at once.
		stop()
	}()
	os.Exit(cmd.Main(ctx, os.Args[1:], cmd.System()))
}
