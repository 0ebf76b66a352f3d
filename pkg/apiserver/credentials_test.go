package apiserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// closed says when a body is closed.
type closed struct {
	io.Reader
	done chan struct{}
}

func (c closed) Close() error { close(c.done); return nil }

func TestARequestThatWaitsForCredentialsEndsWithItsContext(t *testing.T) {
	late, body := make(chan struct{}), closed{strings.NewReader("late"), make(chan struct{})}
	hanging := &impatient{roundTrip(func(*http.Request) (*http.Response, error) {
		<-late
		return &http.Response{StatusCode: http.StatusOK, Body: body}, nil
	})}
	ctx, cancel := context.WithCancel(t.Context())
	ctx, doubt := Doubt(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	//nolint:bodyclose // there is none
	if resp, err := hanging.RoundTrip(req); resp != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", resp, err)
	}
	if !doubt.Load() {
		t.Error("nobody knows whether it did its work, and it is not said")
	}
	// An answer that comes all the same holds no connection.
	close(late)
	<-body.done
}

func TestARequestThatIsAnsweredIsPassedOn(t *testing.T) {
	want := &http.Response{StatusCode: http.StatusTeapot, Body: http.NoBody}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	passed := &impatient{roundTrip(func(*http.Request) (*http.Response, error) { return want, nil })}
	got, err := passed.RoundTrip(req) //nolint:bodyclose // it is http.NoBody
	if got != want || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
