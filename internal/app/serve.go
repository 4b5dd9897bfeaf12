package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/route"
)

// Running is a server that has started: where its listeners are.
type Running struct {
	API, Depot, Ops string // base addresses such as http://127.0.0.1:8420; "" = off
}

// listener is one address and what it serves.
type listener struct {
	name    string
	address string
	handler http.Handler
	base    *string
}

// Serve starts the listeners and the background work, calls ready, and runs
// until ctx ends. Then it stops taking requests, lets those under way finish
// within the stop timeout, and returns. The error names what failed.
func (a *App) Serve(ctx context.Context, ready func(Running)) error {
	var at Running
	list, err := a.listeners(&at)
	if err != nil {
		return err
	}
	flush, err := startTracing(ctx, a.Config)
	if err != nil {
		return err
	}
	certificate, err := tlsConfig(a.Config)
	if err != nil {
		return err
	}
	tune()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	failed := make(chan error, len(list))
	var servers []*http.Server
	for _, l := range list {
		if l.address == "" || l.address == "off" {
			continue
		}
		s, err := a.start(work, l, certificate, failed)
		if err != nil {
			return errors.Join(err, a.stop(servers))
		}
		servers = append(servers, s)
	}
	background := a.background(work)
	if ready != nil {
		ready(at)
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	stopped := a.stop(servers)
	stopWork()
	background.Wait()
	return errors.Join(err, stopped, flush(context.WithoutCancel(ctx)))
}

func (a *App) start(ctx context.Context, l listener, certificate *tls.Config, failed chan<- error) (*http.Server, error) {
	var lc net.ListenConfig
	socket, err := lc.Listen(ctx, "tcp", l.address)
	if err != nil {
		return nil, fmt.Errorf("%s listener: %w", l.name, err)
	}
	scheme := "http://"
	if certificate != nil {
		socket, scheme = tls.NewListener(socket, certificate), "https://"
	}
	*l.base = scheme + socket.Addr().String()
	s := &http.Server{
		Handler:           l.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       a.Config.ReadTimeout,
		WriteTimeout:      2 * a.Config.ReadTimeout,
		IdleTimeout:       a.Config.IdleTimeout,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.seams.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() {
		if err := s.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("%s listener: %w", l.name, err)
		}
	}()
	return s, nil
}

func (a *App) stop(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), a.Config.StopTimeout)
	defer cancel()
	var all errorsOf
	for _, s := range servers {
		all.run(func() error {
			if err := s.Shutdown(ctx); err != nil {
				return errors.Join(fmt.Errorf("requests were cut off: %w", err), s.Close())
			}
			return nil
		})
	}
	return all.wait()
}

// errorsOf runs functions side by side and joins their errors.
type errorsOf struct {
	group sync.WaitGroup
	mu    sync.Mutex
	errs  []error
}

func (e *errorsOf) run(fn func() error) {
	e.group.Go(func() {
		err := fn()
		e.mu.Lock()
		e.errs = append(e.errs, err)
		e.mu.Unlock()
	})
}

func (e *errorsOf) wait() error {
	e.group.Wait()
	return errors.Join(e.errs...)
}

// The distances of background looks.
const (
	sealEvery    = 150 * time.Millisecond
	refreshEvery = 300 * time.Millisecond
	shipEvery    = time.Second / 10 // often, so that each time is short
	gaugeEvery   = 5 * time.Second
	analyzeEvery = 5 * time.Second // a plan made when its table was empty reads all of it; PostgreSQL looks once a minute
	trimAfter    = 2 * time.Second // what starting has left behind goes back to the system
)

// heapGrowth is how much the heap may grow between two collections, in percent
// of what lives. What lives is small here and requests leave much behind: with
// the default of 100 the collector takes a tenth of the processor time.
const heapGrowth = 300

// tune sets the collector, unless the environment (GOGC) does.
func tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}

// background starts what runs beside the requests.
func (a *App) background(ctx context.Context) *sync.WaitGroup {
	var group sync.WaitGroup
	tick := time.NewTicker(sealEvery)
	sealer := actor.NewSealer(a.DB, tick.C)
	sealer.OnCheckpoint = func(p actor.PublisherID, seq int64, hash [32]byte) {
		a.checkpoint(context.WithoutCancel(ctx), p, seq, hash)
	}
	sealer.OnError = func(err error) { a.seams.Log.Error("sealing the journal", "error", err) }
	group.Go(func() { defer tick.Stop(); sealer.Run(ctx) })
	group.Go(func() { _ = a.Jobs.Run(ctx) })
	group.Go(func() {
		if a.seams.Sleep(ctx, trimAfter) == nil {
			debug.FreeOSMemory()
		}
	})
	for _, w := range []struct {
		every time.Duration
		what  string
		do    func(context.Context) error
	}{
		{refreshEvery, "looking for changed keys", a.Keys.Refresh},
		{shipEvery, "shipping the issuance journal", a.ship},
		{gaugeEvery, "reading the gauges", a.gauges},
		{analyzeEvery, "looking for tables that have grown", a.DB.Analyze},
		{moduleEvery, "looking after the security module", a.lookAfterModule},
	} {
		group.Go(func() {
			for a.seams.Sleep(ctx, w.every) == nil {
				if err := w.do(ctx); err != nil && ctx.Err() == nil {
					a.seams.Log.Error(w.what, "error", err)
				}
			}
		})
	}
	return &group
}

func (a *App) gauges(ctx context.Context) error {
	counts, err := a.Jobs.Health(ctx)
	if err != nil {
		return err
	}
	a.metrics.waiting.Reset()
	for _, c := range counts {
		a.metrics.waiting.WithLabelValues(c.Kind, string(c.State)).Set(float64(c.Jobs))
	}
	return nil
}

// authenticate turns the Authorization header into an actor.
func (a *App) authenticate(ctx context.Context, r *http.Request, addr netip.Addr) (actor.Actor, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return actor.Anonymous(addr), nil
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return actor.Actor{}, actor.ErrSignIn
	}
	return a.Orgs.Authenticate(ctx, strings.TrimSpace(token), addr)
}

// mux builds the Mux of one listener.
func (a *App) mux(name string, table []route.Route, o route.Options) *route.Mux {
	o.Authenticate, o.Now, o.Log = a.authenticate, a.seams.Now, a.seams.Log.With("listener", name)
	o.PublicURL, o.Proxies, o.InFlight, o.Observe, o.Trace = a.Config.PublicURL, a.Config.Proxies, a.Config.InFlight, a.metrics.observe(name), a.trace()
	return route.New(table, o)
}
