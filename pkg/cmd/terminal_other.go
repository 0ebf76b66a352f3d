//go:build !windows

package cmd

import "os"

// prepareTerminal does nothing: terminals understand escape sequences, or TERM says that they do not.
func prepareTerminal(*os.File) {}
