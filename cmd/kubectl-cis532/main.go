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
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP) // the terminal is gone, or the connection to it
	}
	go func() {
		<-signals
		// The first signal ends the run in good order, a second one at once.
		cancel()
		os.Exit(exitCode(<-signals))
	}()
	os.Exit(cmd.Main(ctx, os.Args[1:], cmd.System()))
}

// exitCode is what shells make of a program that a signal ended: 130 for Ctrl-C.
func exitCode(s os.Signal) int {
	const bySignal = 128
	if number, ok := s.(syscall.Signal); ok {
		return bySignal + int(number)
	}
	return cmd.ExitError
}
