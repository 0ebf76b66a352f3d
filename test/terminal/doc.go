// Package terminal tests the built plugin on a pseudo-terminal: colours, widths
// and what text from outside may do there, which is nothing.
//
// Every byte that arrives at the terminal is parsed, and any control sequence
// that is not the plugin's own fails a test.
package terminal
