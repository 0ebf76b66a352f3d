package apiserver

import (
	"context"
	"net/http"
)

// impatient stops waiting for a request whose context has ended. client-go runs
// a kubeconfig's credential command without any limit, one request after
// another: a login that hangs would keep a run far beyond its --timeout.
type impatient struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (i *impatient) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	answers := make(chan answer, 1)
	go func() {
		resp, err := i.next.RoundTrip(req) //nolint:bodyclose // the caller closes it, or the goroutine below
		answers <- answer{resp, err}
	}()
	select {
	case a := <-answers:
		return a.resp, a.err
	case <-ctx.Done():
		// It may have been sent, and may be yet.
		noteDoubt(ctx)
		go func() {
			if a := <-answers; a.resp != nil {
				_ = a.resp.Body.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// WrappedRoundTripper lets client-go find the transport that is wrapped.
func (i *impatient) WrappedRoundTripper() http.RoundTripper { return i.next }

type answer struct {
	resp *http.Response
	err  error
}
