package apiserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	"k8s.io/klog/v2"
)

func TestAnEndedRunIsNotLogged(t *testing.T) {
	var logged []string
	logger := funcr.New(func(_, args string) { logged = append(logged, args) }, funcr.Options{})
	ctx := silenced(klog.NewContext(t.Context(), logger))
	for _, log := range []klog.Logger{klog.FromContext(ctx), klog.FromContext(ctx).WithName("a").WithValues("b", 1)} {
		log.Error(fmt.Errorf("read: %w", context.Canceled), "ended")
		log.Error(errors.New("reset"), "broken")
	}
	if len(logged) != 2 || slices.ContainsFunc(logged, func(line string) bool { return !strings.Contains(line, "broken") }) {
		t.Errorf("%q", logged)
	}
}
