package cmd

import (
	"os"

	"golang.org/x/sys/windows"
)

// prepareTerminal switches a console's understanding of escape sequences on: programs begin without, even in Windows
// Terminal. What is no console, or an old one, stays as it is.
func prepareTerminal(f *os.File) {
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) == nil {
		_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
