package online_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// slow is a clock whose waits end when the test says so: it moves by as much.
type slow struct {
	*clienttest.Clock
	asked chan time.Duration // somebody waits
	free  chan bool          // goes on
}

func (s *slow) Wait(ctx context.Context, d time.Duration) error {
	select {
	case s.asked <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-s.free:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// round lets the renewer go on after d, and returns how long it wanted to wait.
func (s *slow) round(d time.Duration) time.Duration {
	want := <-s.asked
	s.Add(d)
	s.free <- true
	return want
}

// leased is a world with a pool of one place, and a container with a lease.
type leased struct {
	*world
	clock *slow
	c     *client.Container
	code  string
	news  chan online.LeaseEvent
}

func newLeased(t *testing.T, change ...func(*clienttest.Offer)) *leased {
	w := newWorld(t)
	l := &leased{world: w, clock: &slow{w.clock, make(chan time.Duration), make(chan bool)}, news: make(chan online.LeaseEvent, 100)}
	w.cfg.Clock = l.clock
	w.server.Now = w.clock.Now
	l.c = w.open()
	o := &clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}, Limits: map[string]int64{"parts": 7}}
	for _, c := range change {
		c(o)
	}
	l.code = w.server.Sell(o)
	return l
}

func (l *leased) take() *online.Lease {
	l.t.Helper()
	x, err := online.TakeLease(l.t.Context(), l.c, client.LeaseAsk{Code: l.code}, func(e online.LeaseEvent) { l.news <- e })
	l.must(err)
	l.t.Cleanup(func() { _ = x.End(context.Background()) })
	return x
}

func (l *leased) wants(news online.LeaseNews, code string) online.LeaseEvent {
	l.t.Helper()
	e := <-l.news
	if e.News != news || client.Code(e.Err) != code {
		l.t.Fatalf("%s, %v, want %s %s", e.News, e.Err, news, code)
	}
	return e
}

// A lease is taken, renewed in the background, and given back.
func TestLeaseIsKept(t *testing.T) {
	l := newLeased(t)
	x := l.take()
	if v, ok := x.Limit("parts"); !x.Has("draw") || x.Has("print") || !ok || v != 7 || x.Now().Left() != clienttest.LeaseTime || x.Now().Fence != 1 {
		t.Fatalf("%v: %v", x.Now(), x.Now().Left())
	}
	for range 5 {
		if d := l.clock.round(clienttest.LeaseRenew); d != clienttest.LeaseRenew {
			t.Fatalf("it waits %v", d)
		}
		if e := l.wants(online.LeaseRenewed, ""); e.Left != clienttest.LeaseTime {
			t.Fatalf("%v left", e.Left)
		}
	}
	if l.server.Leases() != 1 {
		t.Fatal("not one lease")
	}
	l.must(x.End(t.Context()))
	l.must(x.End(t.Context()))
	<-x.Done()
	if x.Has("draw") || x.Runs() || x.Err() == nil || l.server.Leases() != 0 {
		t.Fatal("it goes on after its end")
	}
	if _, ok := x.Limit("parts"); ok {
		t.Fatal("a limit after the end")
	}
}

// An outage does no harm until the lease ends; then it is over, and the program
// goes on to ask.
func TestLeaseSurvivesAnOutage(t *testing.T) {
	l := newLeased(t)
	x := l.take()
	l.server.Expect(clienttest.LoseAsked, clienttest.Broken, clienttest.Busy, clienttest.LoseAnswer)
	l.clock.round(clienttest.LeaseRenew)
	for _, d := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		l.wants(online.LeaseLate, map[bool]string{false: "client.offline", true: "route.overloaded"}[d == 20*time.Second])
		if got := l.clock.round(time.Minute); got != d {
			t.Fatalf("pause %v, want %v", got, d)
		}
	}
	l.wants(online.LeaseLate, "client.offline") // renewed, and the answer lost
	if !x.Has("draw") {
		t.Fatal("an outage ended it")
	}
	l.clock.round(time.Minute)
	l.wants(online.LeaseRenewed, "")
	for range 16 {
		l.server.Expect(clienttest.LoseAsked)
	}
	l.clock.round(clienttest.LeaseRenew)
	for l.server.Leases() > 0 {
		e := <-l.news
		if e.News == online.LeaseEnded {
			t.Fatal("ended before its time")
		}
		if x.Has("draw") != (e.Left > -clienttest.LeaseGrace) {
			t.Fatalf("%v left, runs %v", e.Left, x.Runs())
		}
		l.clock.round(time.Minute)
	}
	for e := range l.news {
		if e.News == online.LeaseEnded {
			break
		}
		l.clock.round(time.Minute)
	}
	<-x.Done()
	if x.Runs() || x.Has("draw") || client.Code(x.Err()) != "client.offline" {
		t.Fatalf("%v", x.Err())
	}
	l.must(x.End(t.Context()))
}

// What the server has given on is over at once.
func TestLeaseIsTakenAway(t *testing.T) {
	l := newLeased(t)
	x := l.take()
	l.server.EndLeases()
	l.clock.round(clienttest.LeaseRenew)
	l.wants(online.LeaseEnded, "license.lease_gone")
	<-x.Done()
	if x.Runs() {
		t.Fatal("it goes on")
	}
	other := l.take()
	if other.Now().Fence <= x.Now().Fence {
		t.Fatal("the fence has not risen")
	}
	_, err := online.TakeLease(t.Context(), l.c, client.LeaseAsk{Code: l.code}, nil)
	wantCode(t, err, "license.no_seat")
}

// A program that has slept renews at once, and hears at once that its lease is over.
func TestLeaseIsRenewedNow(t *testing.T) {
	l := newLeased(t)
	x := l.take()
	<-l.clock.asked // the renewer waits, and has no part in it
	l.clock.Add(4 * time.Minute)
	l.must(x.Renew(t.Context()))
	if left := x.Now().Left(); left != clienttest.LeaseTime {
		t.Fatalf("%v left", left)
	}
	l.server.Expect(clienttest.LoseAsked)
	wantCode(t, x.Renew(t.Context()), "client.offline")
	if !x.Runs() {
		t.Fatal("an outage ended it")
	}
	l.server.EndLeases()
	wantCode(t, x.Renew(t.Context()), "license.lease_gone")
	if x.Runs() {
		t.Fatal("it goes on")
	}
	l.wants(online.LeaseEnded, "license.lease_gone")
	<-x.Done()
	wantCode(t, x.Renew(t.Context()), "license.lease_gone")
	l.must(x.End(t.Context()))
	wantCode(t, x.Renew(t.Context()), "license.lease_gone")
}

// A license that only warns lets its program go on, and a program whose watcher
// panics goes on as well.
func TestLeaseThatOnlyWarns(t *testing.T) {
	l := newLeased(t, func(o *clienttest.Offer) { o.Enforce = wire.Warn })
	x, err := online.TakeLease(t.Context(), l.c, client.LeaseAsk{Code: l.code}, func(online.LeaseEvent) { panic("a mistake of the program") })
	l.must(err)
	l.clock.round(clienttest.LeaseRenew)
	<-l.clock.asked // it has renewed
	l.server.EndLeases()
	l.clock.free <- true
	<-x.Done()
	if !x.Has("draw") || x.Err() == nil {
		t.Fatal("stopped, or not over")
	}
	l.must(x.End(t.Context()))
}

// What is refused before anything is sent, and answers that are not to be believed.
func TestLeaseRefusals(t *testing.T) {
	l := newLeased(t)
	take := func(ask client.LeaseAsk) error {
		_, err := online.TakeLease(t.Context(), l.c, ask, nil)
		return err
	}
	wantCode(t, take(client.LeaseAsk{}), "client.no_code")
	if typo := (*wire.CodeError)(nil); !errors.As(take(client.LeaseAsk{Code: "7H2KM"}), &typo) {
		t.Fatal("a typing error was sent")
	}
	l.server.Expect(clienttest.Foreign)
	wantCode(t, take(client.LeaseAsk{Code: l.code}), "client.offline")

	token, nonce, err := l.c.NewLease(client.LeaseAsk{Code: l.code, Person: "erika", Label: "room-1", Quantity: 2})
	l.must(err)
	r, _, err := wire.OpenLeaseRequest(token)
	l.must(err)
	if r.Nonce != nonce || r.Holder.Kind != wire.PerPerson || r.Label != "room-1" || r.Quantity != 2 {
		t.Fatalf("%+v", r)
	}
	x := l.take()
	lines := []string{l.pub.Cert()}
	for _, c := range []struct {
		change func(*wire.License)
		want   string
	}{
		{func(lic *wire.License) { lic.Nonce = nonce }, ""},
		{func(*wire.License) {}, "client.not_asked"},
		{func(lic *wire.License) { lic.Nonce, lic.Lease = nonce, wire.Lease{} }, "client.nothing"},
		{func(lic *wire.License) { lic.Nonce, lic.Product = nonce, "cam" }, "wire.product"},
		{func(lic *wire.License) { lic.Nonce, lic.Container.Key = nonce, lic.Issuer }, "other"},
		{func(lic *wire.License) { lic.Nonce, lic.Container.Min = nonce, 3 }, "wire.fingerprint"},
	} {
		lic := l.pub.License(clienttest.ID(1), "cad")
		lic.IssuedAt = l.clock.Now().Unix()
		lic.Expires = lic.IssuedAt + 900
		lic.Container = wire.Binding{Kind: wire.ContainerSoft, Key: r.Container.Hash(), Fingerprint: []string{"AAAAAAAAAAA", "AAAAAAAAAAE", "AAAAAAAAAAI"}}
		lic.Lease = wire.Lease{ID: "a", Fence: 1, Renew: 300}
		c.change(lic)
		if lic.Validate() != nil {
			continue
		}
		_, err := l.c.OpenLease(append(lines, clienttest.Sign(l.pub.Issuing, lic)), nonce, nil, l.clock.Now())
		wantCode(t, err, c.want)
	}
	_, err = l.c.OpenLease(lines, nonce, nil, l.clock.Now())
	wantCode(t, err, "client.nothing")

	// A renewal that is older than what is held, or another lease's, changes nothing.
	old := x.Now()
	l.clock.round(clienttest.LeaseRenew)
	l.wants(online.LeaseRenewed, "")
	if x.Now().Left() <= old.Left() {
		t.Fatal("not renewed")
	}
}

// elsewhere is another container.
func (l *leased) elsewhere() *client.Container {
	l.t.Helper()
	l.cfg.Dir = l.t.TempDir()
	return l.open()
}

// TestLeaseQueue: a program waits in the queue for a place, gets it when it is its
// turn, and leaves the queue when it does not want to wait any more.
func TestLeaseQueue(t *testing.T) {
	l := newLeased(t)
	first := l.take()
	other := l.elsewhere()
	news := make(chan online.LeaseEvent, 10)
	got := make(chan *online.Lease)
	go func() {
		x, err := online.TakeLease(l.t.Context(), other, client.LeaseAsk{Code: l.code, Wait: true}, func(e online.LeaseEvent) { news <- e })
		if err != nil {
			t.Error(err)
		}
		got <- x
	}()
	if e := <-news; e.News != online.LeaseQueued || client.Code(e.Err) != "license.queued" {
		t.Fatalf("%s, %v", e.News, e.Err)
	}
	<-l.clock.asked // the holder's, or the one that waits: both stand still until the end
	<-l.clock.asked
	ended := make(chan error)
	go func() { ended <- first.End(t.Context()) }()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	l.clock.free <- true
	x := <-got
	if x == nil || !x.Has("draw") {
		t.Fatal("no lease")
	}
	ctx, cancel := context.WithCancel(t.Context())
	third := l.elsewhere()
	failed := make(chan error)
	go func() {
		_, err := online.TakeLease(ctx, third, client.LeaseAsk{Code: l.code, Wait: true}, func(e online.LeaseEvent) { news <- e })
		failed <- err
	}()
	<-news
	if l.server.Waiting() != 1 {
		t.Fatal("nobody waits")
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) || client.Code(err) != "license.queued" {
		t.Fatal(err)
	}
	if l.server.Waiting() != 0 {
		t.Fatal("it still waits")
	}
	if err := x.End(t.Context()); err != nil {
		t.Fatal(err)
	}
}
