package e2e

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fault is a kind of trouble on the way to the API server.
type fault string

const (
	// resetBefore breaks the connection; the server hears nothing.
	resetBefore fault = "reset before"
	// resetAfter lets the server do it, and breaks the connection.
	resetAfter fault = "reset after"
	delayed    fault = "delay"
	tooMany    fault = "429"
	failed     fault = "500"
	// failedAfter lets the server do it, and says that it failed, as where etcd did not answer in time.
	failedAfter fault = "500 after"
	// bodyCut breaks the connection in the middle of the answer.
	bodyCut fault = "body cut"
	// denied refuses for good.
	denied fault = "denied"
)

var (
	anyFault = []fault{resetBefore, resetAfter, delayed, tooMany, failed, failedAfter, bodyCut}
	// answeredFaults leave no doubt that there is a server.
	answeredFaults = []fault{delayed, tooMany, failed, failedAfter, bodyCut}
)

// storm is a meddler that gives a share of the requests a fault. What a request gets follows from the seed, from what it
// asks for, and from how many times that was asked before: not from the order in which requests happen to come.
type storm struct {
	seed uint64
	// changes counts the requests that change a policy. Each of them is told to onChange, before it meets its fault.
	changes  counter
	onChange func(n int)
	// patient is a storm without trouble that does not pass.
	patient bool

	mu    sync.Mutex
	tries map[string]int
	given map[fault]int
	// reads are how many of the faults hit lists, watches and the like.
	reads int
}

func newStorm(seed uint64) *storm {
	return &storm{seed: seed, onChange: func(int) {}, tries: map[string]int{}, given: map[fault]int{}}
}

// stormSeed is that of CIS532_SEED, or a new one. It is printed, for the next time.
func stormSeed(t *testing.T) uint64 {
	t.Helper()
	var b [8]byte
	_, _ = rand.Read(b[:])
	seed := binary.LittleEndian.Uint64(b[:])
	if text := os.Getenv("CIS532_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("CIS532_SEED: %v", err)
		}
	}
	t.Logf("CIS532_SEED=%d", seed)
	return seed
}

const (
	// changesHit is the share of changes, and of reads of one object, that meet a fault: there are a thousand of them.
	changesHit = 0.05
	// readsHit is that of lists, watches and what else is asked once or twice in a run.
	readsHit = 0.3
	// struck is the share of namespaces in which no change is allowed in a storm: trouble that does not pass.
	struck = 0.02
	// readsMiss is how many tries of a read fail at most before one is let through.
	readsMiss = 3
)

// dice are those of something that can be drawn again.
func (s *storm) dice(what string) *mathrand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(what))
	return mathrand.New(mathrand.NewPCG(s.seed, hash.Sum64())) //nolint:gosec // nothing is secret here
}

// draw says what becomes of a request.
func (s *storm) draw(r *http.Request) (fault, *mathrand.Rand) {
	key := r.Method + " " + r.URL.RequestURI()
	s.mu.Lock()
	defer s.mu.Unlock()
	try := s.tries[key]
	s.tries[key]++
	rng := s.dice(fmt.Sprintf("%s %d", key, try))
	kinds, hit := anyFault, changesHit
	if namespaceOf(r) == "" || isPolicyList(r) {
		hit = readsHit
		switch isWatch := r.URL.Query().Has("watch"); {
		case try%(readsMiss+1) == readsMiss:
			return "", rng
		case try == 0 && !isWatch:
			// A server that never answered is not tried again: it is taken for the wrong one.
			kinds = answeredFaults
		}
	}
	if rng.Float64() >= hit {
		return "", rng
	}
	drawn := kinds[rng.IntN(len(kinds))]
	s.given[drawn]++
	if hit == readsHit {
		s.reads++
	}
	return drawn, rng
}

func (s *storm) meddle(w http.ResponseWriter, r *http.Request, next http.Handler) {
	isChange := isPolicyRequest(r, http.MethodPost) || isPolicyRequest(r, http.MethodDelete)
	if isChange {
		s.onChange(s.changes.next())
	}
	drawn, rng := s.draw(r)
	switch isWatch := r.URL.Query().Has("watch"); {
	case drawn == "" && isChange && !s.patient && s.dice(namespaceOf(r)).Float64() < struck:
		s.count(denied)
		refuse(w, http.StatusForbidden, "Forbidden", "admission webhook storm.example denied the request")
	case drawn == delayed:
		sleep(r, time.Duration(rng.IntN(500))*time.Millisecond)
		next.ServeHTTP(w, r)
	case drawn == tooMany:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, "TooManyRequests", "too many requests, please try again later")
	case drawn == failed:
		refuse(w, http.StatusInternalServerError, "InternalError", "out of order")
	case drawn == resetBefore:
		reset(w)
	case drawn == "":
		next.ServeHTTP(w, r)
	case isWatch:
		// What is done after a watch was served is done in the middle of it.
		next.ServeHTTP(&breaksOff{ResponseWriter: w}, r)
	case drawn == resetAfter:
		next.ServeHTTP(httptest.NewRecorder(), r)
		reset(w)
	case drawn == failedAfter:
		next.ServeHTTP(httptest.NewRecorder(), r)
		if rng.IntN(2) == 0 {
			w.Header().Set("Retry-After", "1") // client-go tries again by itself, and tells nobody
		}
		refuse(w, http.StatusInternalServerError, "ServerTimeout", "etcdserver: request timed out")
	case drawn == bodyCut:
		cutShort(w, r, next)
	}
}

func (s *storm) count(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given[f]++
}

// report tells how many faults there were of each kind.
func (s *storm) report(t *testing.T) (total int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(s.given)) {
		parts = append(parts, fmt.Sprintf("%s: %d", kind, s.given[kind]))
		total += s.given[kind]
	}
	t.Logf("%d faults, %d of them in lists, watches and the like, and %d changes (%s)", total, s.reads, s.changes.total(), strings.Join(parts, ", "))
	return total
}

// sleep lets time pass, but not longer than somebody waits for the answer.
func sleep(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}

// reset breaks the connection the hard way (RST); of HTTP/2 only the request's stream.
func reset(w http.ResponseWriter) {
	if hijacker, is := w.(http.Hijacker); is {
		if conn, _, err := hijacker.Hijack(); err == nil {
			if secured, is := conn.(interface{ NetConn() net.Conn }); is {
				if tcp, is := secured.NetConn().(*net.TCPConn); is {
					_ = tcp.SetLinger(0)
					_ = tcp.Close()
				}
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}

// breaksOff is a stream that ends in the middle of its third piece.
type breaksOff struct {
	http.ResponseWriter
	pieces int
}

// Write implements io.Writer.
func (b *breaksOff) Write(p []byte) (int, error) {
	if b.pieces++; b.pieces == 3 {
		_, _ = b.ResponseWriter.Write(p[:len(p)/2])
		b.Flush()
		panic(http.ErrAbortHandler)
	}
	return b.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (b *breaksOff) Flush() { b.ResponseWriter.(http.Flusher).Flush() }
