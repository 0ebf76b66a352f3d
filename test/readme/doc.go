// Package readme runs what the documents tell their readers to run: every
// command of their shell blocks, in order, with the real kubectl on a real API
// server. What cannot be run here is marked with the reason, in the page.
package readme
