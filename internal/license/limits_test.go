package license_test

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

func guess(t *testing.T) string {
	t.Helper()
	c, err := wire.NewTicket(rand.Reader)
	must(t, err)
	return c.String()
}

// Whoever guesses has to wait, at every door that takes a code; then even a good
// code gets no answer. Others are not held up.
func TestGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		s := w.node(license.Limits{Address: db.Limit{Name: "test.address", Burst: 6, Per: time.Minute}})
		i := w.sell(item(catalog.Multi), 1)
		key, err := w.RevealKey(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		thief := actor.Anonymous(netip.MustParseAddr("198.51.100.7"))
		a := w.box()
		send := func(by actor.Actor, code string) error {
			_, err := s.Exchange(ctx, by, a.sign(a.request(wire.ActActivate, withCode(code))))
			return err
		}
		must(t, send(thief, i.Code)) // honest use costs nothing
		for range 2 {
			want(t, send(thief, guess(t)), license.ErrUnknownCode)
			_, err := s.Look(ctx, thief, guess(t))
			want(t, err, license.ErrUnknownCode)
			k, err := wire.NewKey("CADP", rand.Reader)
			must(t, err)
			_, err = s.Validate(ctx, thief, license.ValidateInput{Key: k.String(), Nonce: nonce()})
			want(t, err, license.ErrUnknownCode)
		}
		for _, try := range []func() error{
			func() error { return send(thief, guess(t)) },
			func() error { return send(thief, i.Code) },
			func() error { _, err := s.Look(ctx, thief, i.Code); return err },
			func() error { _, err := s.Bearer(ctx, thief, i.Code); return err },
			func() error {
				_, err := s.Validate(ctx, thief, license.ValidateInput{Key: key, Nonce: nonce()})
				return err
			},
		} {
			want(t, try(), license.ErrTooManyTries)
		}
		_, err = s.Look(ctx, anyone(), i.Code)
		must(t, err)
		_, err = s.Exchange(ctx, thief, a.sign(a.request(wire.ActRefresh))) // no code, no guess
		must(t, err)
		w.now.Advance(time.Hour)
		must(t, send(thief, i.Code))
	})
}

// Many wrong codes from many addresses raise an alarm, once in a while.
func TestAlarm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.node(license.Limits{Publisher: db.Limit{Name: "test.publisher", Burst: 3, Per: time.Minute}})
		a := w.box()
		for n := range 8 {
			by := actor.Anonymous(netip.AddrFrom4([4]byte{10, byte(n), 0, 1}))
			_, err := s.Exchange(t.Context(), by, a.sign(a.request(wire.ActActivate, withCode(guess(t)))))
			want(t, err, license.ErrUnknownCode)
		}
		if n := len(w.events("anomaly.guessing")); n != 1 {
			t.Fatalf("%d alarms", n)
		}
	})
}

// Seats that are freed and taken again too often have to rest; first use never.
func TestChurn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.node(license.Limits{Ticket: db.Limit{Name: "test.churn", Burst: 2, Per: time.Hour}})
		w.Service = s
		i := w.sell(item(catalog.Multi), 30)
		for range 30 {
			_, err := w.box().activate(i.Code)
			must(t, err)
		}
		one := w.sell(item(catalog.Multi), 1)
		again := func() error {
			a := w.box()
			if _, err := a.activate(one.Code); err != nil {
				return err
			}
			_, err := a.send(a.giveBack(one.Licenses[0].String()))
			return err
		}
		for range 3 {
			must(t, again())
		}
		err := again()
		want(t, err, license.ErrTooOften)
		w.now.Advance(time.Hour)
		must(t, again())
		w.sound(i.Licenses[0], one.Licenses[0])
	})
}

// The hook runs in the same transaction: its error undoes the activation.
func TestOnActivated(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		var told []license.Activated
		fail := errors.New("not today")
		w.OnActivated = func(_ *db.Tx, a license.Activated) error {
			told = append(told, a)
			return fail
		}
		a := w.box()
		if _, err := a.activate(i.Code); !errors.Is(err, fail) {
			t.Fatal(err)
		}
		w.used(i, 0)
		fail, told = nil, nil
		_, err := a.activate(i.Code)
		must(t, err)
		if len(told) != 1 || told[0].Holder != w.a.Direct || told[0].License != i.Licenses[0] || told[0].Container != a.id() {
			t.Fatalf("%+v", told)
		}
	})
}

// A container takes no more licenses than it can name in one message.
func TestContainerFull(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const limit = 120
		sold := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: limit + 1, PerUnit: true})
		x := w.box()
		for _, one := range sold[:limit] {
			_, err := x.activate(one.Code)
			must(t, err)
		}
		_, err := x.activate(sold[limit].Code)
		want(t, err, license.ErrContainerFull)
		if f := fault.As(err); f.Args["limit"] != int64(limit) {
			t.Errorf("%v", f.Args)
		}
		_, err = x.activate(sold[0].Code) // what it has it gets again
		must(t, err)
		_, err = x.refresh()
		must(t, err)
		_, err = x.send(x.giveBack(sold[0].Licenses[0].String()))
		must(t, err)
		_, err = x.activate(sold[limit].Code)
		must(t, err)
	})
}
