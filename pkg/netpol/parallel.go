package netpol

import (
	"runtime"
	"sync"
)

// fewItems are done sooner by one than shared among several.
const fewItems = 512

// inParts calls for the parts of 0..n-1, on as many processors as there are. The parts are numbered in order, below
// runtime.GOMAXPROCS(0).
func inParts(n int, do func(part, from, to int)) {
	parts := runtime.GOMAXPROCS(0)
	if n <= fewItems || parts == 1 {
		do(0, 0, n)
		return
	}
	var group sync.WaitGroup
	for part := range parts {
		group.Go(func() { do(part, part*n/parts, (part+1)*n/parts) })
	}
	group.Wait()
}
