package cmd

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// longRun is how many namespaces make a run whose progress is worth showing.
const longRun = 20

// progress returns a function that shows on a terminal how far a long run is, or nil where there is no terminal to
// show it on. done is the word for what has been done.
func (g *globals) progress(done string) func(n, total int) {
	if !g.streams.ErrTerminal || g.quiet || !g.streams.capable() {
		return nil
	}
	var mu sync.Mutex
	var bar *progressbar.ProgressBar
	shown := 0
	return func(n, total int) {
		mu.Lock()
		defer mu.Unlock()
		if n <= shown || total < longRun { // calls may overtake each other
			return
		}
		shown = n
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(g.streams.Err), progressbar.OptionSetDescription(done),
				progressbar.OptionShowCount(), progressbar.OptionSetWidth(20), progressbar.OptionThrottle(65*time.Millisecond),
				progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true))
		}
		_ = bar.Set(n)
	}
}
