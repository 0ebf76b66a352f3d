// Package report turns documents into text: tables for people, and the formats
// that other programs read. It is the only package that knows formats.
//
// Text that came from a cluster or a file is never trusted: on its way out
// control characters are replaced, so that it cannot move a terminal's cursor.
//
// The package must not compute facts, talk to a server, or decide exit codes.
package report
