package route

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
)

// Options are what a listener hands to its Mux. Authenticate, Now and Log are
// required.
type Options struct {
	Authenticate func(ctx context.Context, r *http.Request, addr netip.Addr) (actor.Actor, error)
	Now          func() time.Time
	Log          *slog.Logger
	PublicURL    string                                                                            // forms from pages under it are taken, also behind a proxy that rewrites Host; "" = none
	Proxies      []netip.Prefix                                                                    // whose forwarding headers are believed
	InFlight     int                                                                               // requests at a time; 0 = 1024
	Observe      func(rt Route, status int, took time.Duration)                                    // metrics; nil = none
	Page         func(w http.ResponseWriter, r *http.Request, err error, status int, id string)    // renders errors of HTML routes
	Trace        func(ctx context.Context, r *http.Request, rt Route) (context.Context, func(int)) // tracing; nil = none
}

// Mux serves a table of routes.
type Mux struct {
	options Options
	mux     *http.ServeMux
	load    *load
	origin  *http.CrossOriginProtection
}

// New builds the Mux of a table. It panics on a route that is neither public
// nor guarded by a permission: that is a mistake of the program.
func New(table []Route, o Options) *Mux {
	if o.InFlight == 0 {
		o.InFlight = 1024
	}
	m := &Mux{options: o, mux: http.NewServeMux(), load: newLoad(o.InFlight), origin: http.NewCrossOriginProtection()}
	if own := originOf(o.PublicURL); own != "" {
		if err := m.origin.AddTrustedOrigin(own); err != nil {
			panic(fmt.Sprintf("%s is no origin: %v", own, err))
		}
	}
	for _, rt := range table {
		if !rt.Public && rt.Permission == "" {
			panic(fmt.Sprintf("route %s %s has no permission and is not public", rt.Method, rt.Pattern))
		}
		m.mux.Handle(rt.Method+" "+rt.Pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m.serve(w.(*recorder), r, rt)
		}))
	}
	m.mux.HandleFunc(everything, func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*recorder)
		m.missing(rec, r)
		m.done(rec, r, Route{Pattern: "-"}, actor.Actor{})
	})
	return m
}

// everything is the pattern of what no route takes.
const everything = "/"

// ServeHTTP implements http.Handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w, id: m.requestID(r), began: m.options.Now()}
	h := w.Header()
	h.Set("X-Request-Id", rec.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	}
	m.mux.ServeHTTP(rec, r)
}

// missing answers what no route takes: 405 with the methods that it does take,
// or 404.
func (m *Mux) missing(w *recorder, r *http.Request) {
	var allowed []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		probe := *r
		probe.Method = method
		if _, pattern := m.mux.Handler(&probe); pattern != "" && pattern != everything {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		WriteProblem(w, r, ErrNoRoute, w.id)
		return
	}
	list := strings.Join(allowed, ", ")
	w.Header().Set("Allow", list)
	p := NewProblem(ErrMethod.With("method", r.Method, "allowed", list), "en", w.id)
	p.Status = http.StatusMethodNotAllowed
	writeJSON(w, p)
}

func (m *Mux) serve(w *recorder, r *http.Request, rt Route) {
	var by actor.Actor
	ctx, finish := r.Context(), func(int) {}
	if m.options.Trace != nil {
		ctx, finish = m.options.Trace(ctx, r, rt)
		r = r.WithContext(ctx)
	}
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			// The value of a panic may hold what was being worked on; its type and the stack do not.
			m.options.Log.ErrorContext(ctx, "panic", "request", w.id, "route", rt.Pattern, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			m.fail(w, r, rt, fault.New(fault.Internal, "internal"))
		}
		finish(w.status)
		m.done(w, r, rt, by)
	}()
	leave, ok := m.load.enter(rt.Class)
	if !ok {
		m.fail(w, r, rt, ErrOverload.After(time.Second))
		return
	}
	defer func() { leave(m.options.Now().Sub(w.began)) }()
	by, err := m.admit(w, r, rt)
	if err == nil {
		err = rt.Handler(w, r, by)
	}
	if err != nil {
		m.fail(w, r, rt, err)
	}
}

// admit finds out who asks, refuses what need not reach a door, and bounds the
// body.
func (m *Mux) admit(w *recorder, r *http.Request, rt Route) (actor.Actor, error) {
	if rt.HTML && m.origin.Check(r) != nil {
		return actor.Actor{}, ErrCrossOrigin
	}
	if r.ContentLength > rt.limit() {
		return actor.Actor{}, ErrTooLarge.With("limit", rt.limit())
	}
	r.Body = http.MaxBytesReader(w.ResponseWriter, r.Body, rt.limit())
	addr := m.clientAddr(r)
	by := actor.Anonymous(addr)
	if !rt.Public || r.Header.Get("Authorization") != "" && !rt.Own || rt.HTML {
		var err error
		if by, err = m.options.Authenticate(r.Context(), r, addr); err != nil {
			return by, err
		}
	}
	by.Addr, by.RequestID = addr, w.id
	if !rt.Public {
		if by.Kind == actor.KindAnonymous {
			return by, actor.ErrSignIn
		}
		if !by.Perms.Has(rt.Permission) {
			return by, actor.Denied(rt.Permission)
		}
	}
	return m.retry(r, rt, by)
}

// KeyLimit is the longest Idempotency-Key, in characters.
const KeyLimit = 200

// retry reads the Idempotency-Key of a POST and the hash of what is asked: the
// body, and the query where there is one. Public routes have keys of their own
// in what they are sent (a nonce, a signature), and take none.
func (m *Mux) retry(r *http.Request, rt Route, by actor.Actor) (actor.Actor, error) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" || r.Method != http.MethodPost || rt.Public {
		return by, nil
	}
	if len(key) > KeyLimit || strings.ContainsFunc(key, func(c rune) bool { return c < 0x21 || c > 0x7e }) {
		return by, ErrKey.With("limit", KeyLimit).At("Idempotency-Key")
	}
	body, err := ReadBody(r, rt.limit())
	if err != nil {
		return by, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	hash := sha256.Sum256(body)
	if q := r.URL.Query(); len(q) > 0 {
		hash = sha256.Sum256(append(hash[:], q.Encode()...))
	}
	by.Retry = actor.Retry{Key: key, Route: rt.Method + " " + r.URL.Path, Body: hash}
	return by, nil
}

// ReadBody reads a whole request body. Errors: route.too_large,
// route.body_cut.
func ReadBody(r *http.Request, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if n := min(r.ContentLength, limit, readAhead); n > 0 {
		buf.Grow(int(n) + bytes.MinRead) // the end is found without growing once more
	}
	_, err := buf.ReadFrom(r.Body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, ErrTooLarge.With("limit", limit)
	case err != nil:
		return nil, ErrBodyCut.Wrap(err)
	}
	return buf.Bytes(), nil
}

// readAhead is up to how much is believed of a Content-Length, in bytes.
const readAhead = 64 << 10

func (m *Mux) fail(w *recorder, r *http.Request, rt Route, err error) {
	if w.status != 0 {
		return // too late to say anything else
	}
	f := first(err)
	if f.Kind == fault.Internal {
		m.options.Log.ErrorContext(r.Context(), "internal error", "request", w.id, "route", rt.Pattern, "error", err)
	}
	if rt.Fail != nil {
		SetRetryAfter(w.Header(), f)
		rt.Fail(w, r, err, w.id)
		return
	}
	if rt.HTML && m.options.Page != nil {
		SetRetryAfter(w.Header(), f)
		m.options.Page(w, r, err, Status(f.Kind), w.id)
		return
	}
	WriteProblem(w, r, err, w.id)
}

func (m *Mux) done(w *recorder, r *http.Request, rt Route, by actor.Actor) {
	took := m.options.Now().Sub(w.began)
	if m.options.Observe != nil {
		m.options.Observe(rt, w.status, took)
	}
	// The pattern, not the path: what a stranger puts into a path may be a code.
	if m.options.Log.Enabled(r.Context(), slog.LevelInfo) {
		m.options.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("request", w.id), slog.String("method", r.Method), slog.String("route", rt.Pattern),
			slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", took), slog.String("actor", by.ID))
	}
}

// requestID takes the id that a trusted proxy gave, or makes one.
func (m *Mux) requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= 64 && m.trusted(peer(r)) && plain(id) {
		return id
	}
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func plain(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_')
	})
}
