package apiserver

import (
	"context"
	"errors"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// silenced is a context in which client-go does not log that a run was ended: what was interrupted is told by the error.
func silenced(ctx context.Context) context.Context {
	logger := klog.FromContext(ctx)
	return klog.NewContext(ctx, logger.WithSink(endings{logger.GetSink()}))
}

// endings leaves out the errors of a context that has ended.
type endings struct{ logr.LogSink }

// Error implements logr.LogSink.
func (e endings) Error(err error, message string, keysAndValues ...any) {
	if !errors.Is(err, context.Canceled) {
		e.LogSink.Error(err, message, keysAndValues...)
	}
}

// WithValues implements logr.LogSink.
func (e endings) WithValues(keysAndValues ...any) logr.LogSink {
	return endings{e.LogSink.WithValues(keysAndValues...)}
}

// WithName implements logr.LogSink.
func (e endings) WithName(name string) logr.LogSink { return endings{e.LogSink.WithName(name)} }
