package cmd

import (
	"fmt"
	"sync"
)

// progress returns a function that shows on one line of a terminal how far a
// run is, or nil where there is no terminal to show it on.
func (g *globals) progress(done string) func(n, total int) {
	if !g.streams.ErrTerminal || g.quiet || !g.streams.capable() {
		return nil
	}
	var mu sync.Mutex
	shown := -1
	return func(n, total int) {
		mu.Lock()
		defer mu.Unlock()
		// Calls may overtake each other; and a terminal needs no more than a hundred steps.
		if n <= shown || (n < total && n*100/total == shown*100/total && shown >= 0) {
			return
		}
		shown = n
		end := ""
		if n == total {
			end = "\r\x1b[K"
		}
		_, _ = fmt.Fprintf(g.streams.Err, "\r%s %d/%d%s", done, n, total, end)
	}
}
