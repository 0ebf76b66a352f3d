package apiserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
)

// Do sends a request, and again with growing pauses while the failure may pass
// by itself: 429, 5xx, a broken connection, until the context ends. A server
// that has never answered is not tried again: it is more likely the wrong one.
// One that has just come up may not know yet who may do what: a refusal is
// believed only when it stays. The request must be safe to repeat.
func (c *Clients) Do(ctx context.Context, request func(context.Context) error) error {
	pause := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 10, Cap: 15 * time.Second}
	troubled, refusals := false, 0
	quiet := silenced(ctx)
	for {
		err := request(quiet)
		switch {
		case err == nil:
			return nil
		case c.transient(err):
			troubled = true
		case refusals < maxRefusals && (troubled || c.broken.Load()) && isRefusal(err):
			refusals++
		default:
			return err
		}
		delay := pause.Step()
		if seconds, ok := apierrors.SuggestsClientDelay(err); ok {
			delay = max(delay, time.Duration(seconds)*time.Second)
		}
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			// The failure tells more than that the time was up.
			return err
		case <-timer.C:
		}
	}
}

// maxRefusals bounds how often a refusal of a server that may have just come up is doubted: for six seconds or more.
const maxRefusals = 5

// isRefusal says that the server does not know the user, or what the user may do: as kube-apiserver that was just started,
// which answers before it has read the roles, and forbids everything until then.
func isRefusal(err error) bool {
	return apierrors.IsUnauthorized(err) || apierrors.IsForbidden(err) && rbacInMessage.MatchString(apiStatus(err))
}

// doubtKey is where a context carries the flag of Doubt.
type doubtKey struct{}

// Doubt gives a context for a request, and a flag that is set as soon as a try of it has failed in a way that leaves open
// whether it did its work all the same: no answer, or 5xx. It counts the tries that client-go makes by itself, too.
func Doubt(ctx context.Context) (context.Context, *atomic.Bool) {
	flag := &atomic.Bool{}
	return context.WithValue(ctx, doubtKey{}, flag), flag
}

func noteDoubt(ctx context.Context) {
	if flag, is := ctx.Value(doubtKey{}).(*atomic.Bool); is {
		flag.Store(true)
	}
}

// finishGrace is how long a request that was begun may still take when the run ends.
const finishGrace = 10 * time.Second

// Finish sends a request that changes something. When ctx ends, what was begun
// is not cut off at once, for its outcome would be unknown, but has a moment left.
func Finish(ctx context.Context, request func(context.Context) error) error {
	graceful, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var late atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(finishGrace)
		defer timer.Stop()
		select {
		case <-timer.C:
			late.Store(true)
			cancel()
		case <-graceful.Done():
		}
	})
	defer stop()
	err := request(graceful)
	if err != nil && late.Load() {
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return err
}

// transient says whether the same request may succeed a moment later.
func (c *Clients) transient(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		code := status.Status().Code
		return code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
	}
	return c.answered.Load() && isConnectionError(err)
}

// isConnectionError says that an answer was lost on its way, or never came.
func isConnectionError(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	// HTTP/2 breaks a single request, or asks for another connection.
	var stream http2.StreamError
	var goAway http2.GoAwayError
	if errors.As(err, &stream) || errors.As(err, &goAway) {
		return true
	}
	if utilnet.IsProbableEOF(err) || utilnet.IsConnectionReset(err) || utilnet.IsConnectionRefused(err) ||
		utilnet.IsHTTP2ConnectionLost(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return true
	}
	var netErr net.Error
	var urlErr *url.Error
	return errors.As(err, &netErr) || errors.As(err, &urlErr)
}
