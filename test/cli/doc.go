// Package cli holds tests of the program as its users run it: a process with
// arguments, files and pipes, without a cluster. They are transcripts: files,
// command lines, and all that these write, with their exit codes.
//
//   - testdata/trouble: the table of bad inputs, with the exact messages (TestTrouble);
//   - testdata/stories: what the program does with manifests (TestStories).
//
// `go test ./test/cli -update` writes the transcripts anew; read the diff.
// What needs an API server is in test/e2e.
package cli
