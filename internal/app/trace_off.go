//go:build !otel

package app

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/route"
)

// trace returns nothing: this build has no tracing; build with -tags otel.
func (a *App) trace() func(context.Context, *http.Request, route.Route) (context.Context, func(int)) {
	return nil
}

// Tracing reports whether this build can send traces.
const Tracing = false

func startTracing(context.Context, Config) (func(context.Context) error, error) {
	return func(context.Context) error { return nil }, nil
}
