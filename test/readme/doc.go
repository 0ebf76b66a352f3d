// Package readme runs what README.md tells its readers to run: every command
// of its shell blocks, in order, with the real kubectl on a real API server.
// What cannot be run here is named in the test with the reason.
package readme
