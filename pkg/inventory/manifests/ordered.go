package manifests

import (
	"runtime"
	"sync"
)

// A step does the part of some work that may be done beside others', and returns the part that must be done in order.
type step func() (then func() error)

// inFlight is how many steps may be given, for each processor, before the first of them is done.
const inFlight = 4

// ordered takes the steps that produce gives, on all processors, and then, in their order, what they return: produce runs
// beside it. give answers false where there is no need to go on. The first error ends it, else that of produce.
func ordered(produce func(give func(step) bool) error) error {
	type task struct {
		step step
		then chan func() error
	}
	processors := runtime.GOMAXPROCS(0)
	todo := make(chan task, processors*inFlight)
	inOrder := make(chan task, processors*inFlight)
	stop := make(chan struct{})
	var producing sync.WaitGroup
	var produced error
	producing.Go(func() {
		defer close(inOrder)
		defer close(todo)
		produced = produce(func(s step) bool {
			t := task{s, make(chan func() error, 1)}
			select {
			case <-stop:
				return false
			case inOrder <- t:
			}
			todo <- t
			return true
		})
	})
	for range processors {
		producing.Go(func() {
			for t := range todo {
				t.then <- t.step()
			}
		})
	}
	var err error
	for t := range inOrder {
		then := <-t.then
		if err != nil {
			continue
		}
		if err = then(); err != nil {
			close(stop)
		}
	}
	producing.Wait()
	if err != nil {
		return err
	}
	return produced
}
