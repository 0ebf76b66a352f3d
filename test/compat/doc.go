// Package compat tests the drop-in scripts of compat/: run by sh and by bash, with the real plugin on a real API
// server, through the parser of the automation guide's runner, made again here.
//
// `go test ./test/compat -update` writes what the scripts print anew; read the diff.
package compat
