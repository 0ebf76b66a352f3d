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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
)

// Do sends a request, and again with growing pauses while the failure may pass
// by itself: 429, 5xx, a broken connection, until the context ends. A server
// that has never answered is not tried again: it is more likely the wrong one.
// The request must be safe to repeat.
func (c *Clients) Do(ctx context.Context, request func(context.Context) error) error {
	pause := wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 10, Cap: 15 * time.Second}
	for {
		err := request(ctx)
		if err == nil || !c.transient(err) {
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
	if utilnet.IsProbableEOF(err) || utilnet.IsConnectionReset(err) || utilnet.IsConnectionRefused(err) ||
		utilnet.IsHTTP2ConnectionLost(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return true
	}
	var netErr net.Error
	var urlErr *url.Error
	return errors.As(err, &netErr) || errors.As(err, &urlErr)
}
