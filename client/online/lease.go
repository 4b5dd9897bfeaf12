package online

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/licet/licet/client"
)

// LeaseNews says what has become of a lease.
type LeaseNews string

// What a lease's watcher is told.
const (
	LeaseRenewed LeaseNews = "renewed" // it goes on
	LeaseLate    LeaseNews = "late"    // it was not renewed (Err says why), and goes on for Left; the renewer keeps trying
	LeaseQueued  LeaseNews = "queued"  // there is none yet: TakeLease waits for one (Err says at which position)
	LeaseEnded   LeaseNews = "ended"   // it is over (Err says why), and nothing brings it back; take a new one
)

// LeaseEvent is one piece of news.
type LeaseEvent struct {
	News LeaseNews
	Left time.Duration // until it ends without a renewal
	Err  error         // why it is late or has ended
}

// Lease is a use of a floating license that is renewed in the background until
// End. Its methods may be called by several goroutines.
type Lease struct {
	t      *Transport
	c      *client.Container
	secret string
	watch  func(LeaseEvent)
	cancel context.CancelFunc
	done   chan struct{}
	asking sync.Mutex // one renewal at a time

	mu  sync.RWMutex
	now *client.Lease
	err error // why it has ended
}

// TakeLease takes a place of a floating license and keeps it until End, or until it
// cannot be renewed before its time is over. watch is told what happens, from one
// goroutine and one event at a time; it may be nil. Neither an outage of the server
// nor a panic of watch stops the program: what happens without a lease is the
// program's to decide, by Has and Runs.
//
// With ask.Wait it waits in the queue while every place is taken, and leaves it when
// ctx ends. ctx bounds the taking only. Errors: *wire.CodeError, client.ErrNoCode,
// *client.Refusal ("license.no_seat": every place is taken; "license.queued" together
// with the error of ctx: it has waited in vain), client.ErrOffline, and those of
// client.Container.OpenLease.
func (t *Transport) TakeLease(ctx context.Context, c *client.Container, ask client.LeaseAsk, watch func(LeaseEvent)) (*Lease, error) {
	token, nonce, err := c.NewLease(ask)
	if err != nil {
		return nil, err
	}
	if watch == nil {
		watch = func(LeaseEvent) {}
	}
	l := &Lease{t: t, c: c, watch: watch, done: make(chan struct{})}
	b, asked, err := l.place(ctx, token, ask.Wait)
	if err != nil {
		return nil, err
	}
	var grant struct {
		Secret string   `json:"secret"`
		Lines  []string `json:"lines"`
	}
	if err := json.Unmarshal(b, &grant); err != nil || grant.Secret == "" {
		return nil, fmt.Errorf("%w: this is no answer of a license server", client.ErrOffline)
	}
	now, err := c.OpenLease(grant.Lines, nonce, nil, asked)
	if err != nil {
		return nil, err
	}
	l.secret, l.now = grant.Secret, now
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	go l.keep(run)
	return l, nil
}

// place asks for a place, and waits for one in the queue if it may. asked is the
// clock's reading before the question that was answered.
func (l *Lease) place(ctx context.Context, token string, wait bool) (answer []byte, asked time.Time, err error) {
	const plain = "text/plain; charset=utf-8"
	var queued error
	for {
		asked = l.c.Clock().Now()
		answer, err = l.t.post(ctx, l.c, "/api/v1/lease", plain, "application/json", []byte(token))
		switch {
		case inQueue(err):
			queued = err
			l.tell(LeaseEvent{LeaseQueued, 0, err})
		case err == nil, !wait, queued == nil, ctx.Err() == nil && !errors.Is(err, client.ErrOffline):
			return answer, asked, err
		}
		if e := l.c.Clock().Wait(ctx, max(shortPause, after(err))); e != nil {
			once := *l.t
			once.Tries = 1
			_, _ = once.post(context.WithoutCancel(ctx), l.c, "/api/v1/lease/leave", plain, "", []byte(token)) // else it is forgotten by its silence
			return nil, asked, errors.Join(queued, e)
		}
	}
}

// inQueue reports whether the server says that the asker waits.
func inQueue(err error) bool {
	var r *client.Refusal
	return errors.As(err, &r) && r.Code == "license.queued"
}

// TakeLease is Transport.TakeLease over the standard transport.
func TakeLease(ctx context.Context, c *client.Container, ask client.LeaseAsk, watch func(LeaseEvent)) (*Lease, error) {
	return (&Transport{}).TakeLease(ctx, c, ask, watch)
}

// Now returns the lease as it was renewed last. After its end it says so.
func (l *Lease) Now() *client.Lease {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.now
}

// Err returns why the lease has ended, nil while it goes on.
func (l *Lease) Err() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.err
}

// Runs reports whether the program should go on: the lease has not ended, or its
// license only asks to warn or to log. After End it is false.
func (l *Lease) Runs() bool {
	switch err := l.Err(); {
	case err == nil:
		return l.Now().Runs()
	case errors.Is(err, errGivenBack):
		return false
	}
	return l.Now().Lenient()
}

// Has reports whether the lease runs and its license holds the feature.
func (l *Lease) Has(feature string) bool { return l.Runs() && l.Now().Has(feature) }

// Limit returns a named limit of the license; ok is false if it sets none, or when
// the lease does not run.
func (l *Lease) Limit(name string) (value int64, ok bool) {
	if !l.Runs() {
		return 0, false
	}
	return l.Now().Limit(name)
}

// Done is closed when the renewer has stopped: after End, or when the lease is over.
func (l *Lease) Done() <-chan struct{} { return l.done }

// errGivenBack is why a lease has ended that its program gave back.
var errGivenBack = errors.New("online: the lease was given back")

// End stops the renewer and gives the place back. When the server is not reached,
// the place frees itself at the end of the lease; the error says so and can be
// passed over. Ending it again does nothing.
func (l *Lease) End(ctx context.Context) error {
	l.cancel()
	<-l.done
	if first := l.finish(errGivenBack); !first {
		return nil
	}
	_, err := l.send(ctx, *l.t, "/api/v1/lease/end")
	return err
}

// finish notes why the lease has ended, and reports whether it was the first to.
func (l *Lease) finish(why error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return false
	}
	l.err = why
	return true
}

// send says something about the lease.
func (l *Lease) send(ctx context.Context, t Transport, path string) ([]byte, error) {
	now := l.Now()
	body, err := json.Marshal(struct {
		Issuer string `json:"iss"`
		Lease  string `json:"lease"`
		Fence  int64  `json:"fence"`
		Secret string `json:"secret"`
	}{l.c.Publisher(), now.ID, now.Fence, l.secret})
	if err != nil {
		return nil, err
	}
	return t.post(ctx, l.c, path, "application/json", "application/json", body)
}

// The pauses of a renewer that cannot renew.
const (
	shortPause = 5 * time.Second
	longPause  = time.Minute
)

// keep renews the lease until ctx ends or the lease does.
func (l *Lease) keep(ctx context.Context) {
	defer close(l.done)
	defer l.tellEnd()
	wait, pause := l.Now().Renew, shortPause
	for l.c.Clock().Wait(ctx, wait) == nil {
		err := l.renew(ctx)
		if ctx.Err() != nil {
			return
		}
		left := l.Now().Left()
		switch {
		case err == nil:
			wait, pause = l.Now().Renew, shortPause
			l.tell(LeaseEvent{LeaseRenewed, left, nil})
		case gone(err) || l.Now().State() == client.Expired:
			l.finish(err)
			return
		default:
			wait, pause = max(pause, after(err)), min(2*pause, longPause)
			l.tell(LeaseEvent{LeaseLate, left, err})
		}
	}
}

// tellEnd tells of an end that the program has not asked for.
func (l *Lease) tellEnd() {
	if err := l.Err(); err != nil && !errors.Is(err, errGivenBack) {
		l.tell(LeaseEvent{LeaseEnded, l.Now().Left(), err})
	}
}

// Renew renews the lease at once, such as when the machine has slept; in the
// background it is renewed anyway. The error says why it was not: nil also means
// that it goes on, "license.lease_gone" (client.Code) that it is over, and anything
// else that it goes on to its end.
func (l *Lease) Renew(ctx context.Context) error {
	if err := l.Err(); err != nil {
		return err
	}
	err := l.renew(ctx)
	if gone(err) {
		l.finish(err)
		l.cancel()
	}
	return err
}

// renew asks once.
func (l *Lease) renew(ctx context.Context) error {
	l.asking.Lock()
	defer l.asking.Unlock()
	once := *l.t
	once.Tries = 1
	asked := l.c.Clock().Now()
	b, err := l.send(ctx, once, "/api/v1/lease/renew")
	if err != nil {
		return err
	}
	var answer struct {
		Lines []string `json:"lines"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return fmt.Errorf("%w: %w", client.ErrOffline, err)
	}
	next, err := l.c.OpenLease(answer.Lines, "", l.Now(), asked)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = next
	return nil
}

// tell passes news on. What the program's own function does wrong does not end the
// program here.
func (l *Lease) tell(e LeaseEvent) {
	defer func() { _ = recover() }()
	l.watch(e)
}

// gone reports whether the server says that the lease is over.
func gone(err error) bool {
	var r *client.Refusal
	return errors.As(err, &r) && r.Status == http.StatusNotFound && r.Code == "license.lease_gone"
}

// after is how long the server wants to be left alone.
func after(err error) time.Duration {
	var r *client.Refusal
	if errors.As(err, &r) {
		return min(r.RetryAfter, longPause)
	}
	return 0
}
