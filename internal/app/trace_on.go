//go:build otel

package app

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/licet/licet/internal/route"
)

// Tracing reports whether this build can send traces.
const Tracing = true

// startTracing sends spans to the configured OTLP/HTTP address; without one it
// does nothing. The returned function sends what is left.
func startTracing(ctx context.Context, c Config) (func(context.Context) error, error) {
	if c.TraceURL == "" {
		return func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.TraceURL))
	if err != nil {
		return nil, err
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "licet"), attribute.String("service.version", Version))))
	otel.SetTracerProvider(provider)
	return provider.Shutdown, nil
}

// trace makes one span per request, named by its route; no address, id or code
// becomes an attribute.
func (a *App) trace() func(context.Context, *http.Request, route.Route) (context.Context, func(int)) {
	tracer := otel.Tracer("github.com/licet/licet")
	carrier := propagation.TraceContext{}
	return func(ctx context.Context, r *http.Request, rt route.Route) (context.Context, func(int)) {
		ctx = carrier.Extract(ctx, propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, r.Method+" "+rt.Pattern, trace.WithSpanKind(trace.SpanKindServer))
		return ctx, func(status int) {
			span.SetAttributes(attribute.Int("http.response.status_code", status), attribute.String("http.route", rt.Pattern))
			span.End()
		}
	}
}
