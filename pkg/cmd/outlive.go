package cmd

import (
	"os"
	"os/signal"
	"syscall"
)

// outliveReaders keeps a run from being ended by a write to a pipe that nobody
// reads any more (2>&1 | head): a warning of the API server in the middle of a
// run would leave half of a set, and nothing verified. Once what it returns is
// called, such a write ends the process again, as it does any other.
func outliveReaders() (stop func()) {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	return func() { signal.Stop(pipes) }
}
