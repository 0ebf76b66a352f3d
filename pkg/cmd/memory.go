package cmd

import "runtime/debug"

// gcPercent is how much garbage may be held beside what is used. Measured with 10,000 namespaces, half of Go's own 100 takes
// 20 MB less, and no more time than differs from run to run: what is read is taken apart as it comes, and leaves little.
const gcPercent = 50

// holdLittleMemory says so before facts are read, unless the user says otherwise. What reads none starts faster without.
func holdLittleMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
