package license_test

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// pair makes a pairing code for a ticket.
func (w *world) pair(code string, licenses ...license.LicenseID) license.Pairing {
	w.t.Helper()
	p, err := w.Pair(w.t.Context(), anyone(), code, licenses)
	must(w.t, err)
	return p
}

// paired is what has become of a pairing code.
func (w *world) paired(code string, p license.Pairing) license.Pairing {
	w.t.Helper()
	out, err := w.Pairing(w.t.Context(), anyone(), code, p.Code)
	must(w.t, err)
	return out
}

// A pairing code collects what was chosen, once, and both sides see it.
func TestPairing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		p := w.pair(i.Code)
		if p.State != license.PairingOpen || !p.Expires.Equal(w.d.Now().Add(license.PairingLife)) || len(p.Code) != 11 {
			t.Fatalf("%+v", p)
		}
		if got := w.paired(i.Code, p); got.State != license.PairingOpen || len(got.Activations) != 0 || got.Refusal != nil {
			t.Fatalf("%+v", got)
		}
		b := w.box()
		first := b.request(wire.ActActivate, withCode(p.Code))
		a, err := b.send(first)
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].ID != i.Licenses[0].String() {
			t.Fatalf("%+v", a.licenses)
		}
		got := w.paired(i.Code, p)
		look, err := w.Look(t.Context(), anyone(), i.Code)
		must(t, err)
		if got.State != license.PairingUsed || !slices.Equal(got.Activations, []license.ActivationID{look.Holdings[0].Devices[0].ID}) {
			t.Fatalf("%+v", got)
		}
		// The same message gets the same answer, also after the code's time.
		w.now.Advance(license.PairingLife)
		again, err := b.send(first)
		must(t, err)
		if !slices.Equal(again.lines, a.lines) {
			t.Error("another answer")
		}
		// Nobody else gets anything.
		_, err = w.box().activate(p.Code)
		want(t, err, license.ErrUnknownPairing)
		_, err = b.activate(p.Code)
		want(t, err, license.ErrUnknownPairing)
		w.used(i, 1)
		if n, m := len(w.events("ticket.paired")), len(w.events("ticket.pairing_used")); n != 1 || m != 1 {
			t.Errorf("%d and %d lines in the journal", n, m)
		}
	})
}

// A repeated request gets the same pairing code, also at the same moment, and
// counts once; another choice is another request.
func TestPairingAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		by := anyone()
		by.Retry.Key = "one"
		ask := func(by actor.Actor, named ...license.LicenseID) license.Pairing {
			p, err := w.Pair(t.Context(), by, i.Code, named)
			if err != nil {
				t.Error(err)
			}
			return p
		}
		all := make([]license.Pairing, 8)
		var callers sync.WaitGroup
		for n := range all {
			callers.Go(func() { all[n] = ask(by) })
		}
		callers.Wait()
		w.now.Advance(time.Minute)
		all = append(all, ask(by))
		for _, p := range all {
			if p.Code != all[0].Code || p.State != license.PairingOpen {
				t.Errorf("%+v", p)
			}
		}
		if last := all[len(all)-1]; last.Left != license.PairingLife-time.Minute || len(w.events("ticket.paired")) != 1 {
			t.Errorf("%v are left, %d lines in the journal", last.Left, len(w.events("ticket.paired")))
		}
		other := anyone()
		other.Retry.Key = "two"
		if ask(other).Code == all[0].Code || ask(by, i.Licenses...).Code == all[0].Code {
			t.Error("another request, the same code")
		}
		_, err := w.box().activate(all[0].Code)
		must(t, err)
		if p := ask(by); p.State != license.PairingUsed || len(p.Activations) != 1 {
			t.Errorf("%+v", p)
		}
	})
}

// Unknown, expired, used and foreign pairing codes are refused alike.
func TestPairingRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 5)
		late := w.pair(i.Code)
		w.now.Advance(license.PairingLife)
		if got := w.paired(i.Code, late); got.State != license.PairingExpired {
			t.Errorf("%+v", got)
		}
		p := w.pair(i.Code)
		made, err := wire.NewPairing(rand.Reader)
		must(t, err)
		for _, code := range []string{made.String(), late.Code} {
			_, err = w.box().activate(code)
			want(t, err, license.ErrUnknownPairing)
		}
		_, err = w.box(w.b).activate(p.Code)
		want(t, err, license.ErrUnknownPairing)
		_, err = w.box().restore(p.Code, "")
		want(t, err, license.ErrMessage)
		wrong := []byte(p.Code)
		wrong[0], wrong[1] = wrong[1], wrong[0]
		if wrong[0] != wrong[1] {
			_, err = w.box().activate(string(wrong))
			want(t, err, license.ErrCode)
		}
		other := w.sell(item(catalog.Multi), 1)
		_, err = w.Pairing(t.Context(), anyone(), other.Code, p.Code) // of another ticket
		want(t, err, license.ErrUnknownPairing)
		_, err = w.Pairing(t.Context(), anyone(), i.Code, "x")
		want(t, err, license.ErrUnknownPairing)
		_, err = w.Pair(t.Context(), anyone(), guess(t), nil)
		want(t, err, license.ErrUnknownCode)
		must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
			if n, err := license.PurgePairings(tx, w.a.Publisher, tx.Now().Add(time.Second)); n != 1 || err != nil {
				t.Errorf("%d purged, %v", n, err)
			}
			return nil
		}))
		_, err = w.Pairing(t.Context(), anyone(), i.Code, late.Code)
		want(t, err, license.ErrUnknownPairing)
		w.used(i, 0)
	})
}

// What was chosen is collected, and nothing else; what cannot be activated is
// not paired.
func TestPairingChoice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		key, err := w.RevealKey(t.Context(), w.a.All(), i.Licenses[0])
		must(t, err)
		p := w.pair(key, i.Licenses...)
		_, err = w.Pair(t.Context(), anyone(), i.Code, []license.LicenseID{{15: 9}})
		want(t, err, license.ErrNotWanted)
		b := w.box()
		_, err = b.activate(p.Code, func(r *wire.Request) { r.Want = []string{license.LicenseID{15: 9}.String()} })
		want(t, err, license.ErrNotWanted)
		if got := w.paired(key, p); got.State != license.PairingOpen || got.Refusal == nil {
			t.Errorf("%+v", got)
		} else {
			want(t, got.Refusal, license.ErrNotWanted)
		}
		_, err = b.activate(p.Code) // the code is still good
		must(t, err)
		_, err = w.Pair(t.Context(), anyone(), i.Code, nil)
		want(t, err, license.ErrNoSeat)
		_, err = w.BlockTicket(t.Context(), w.a.All(), i.Ticket)
		must(t, err)
		_, err = w.Pair(t.Context(), anyone(), i.Code, nil)
		want(t, err, license.ErrTicketBlocked)
	})
}

// Two machines, and two copies of one message, race for one pairing code: one
// machine has it, and both copies get the same answer.
func TestPairingRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 9)
		for range 10 {
			p := w.pair(i.Code)
			a, b := w.box(), w.box()
			one, two := a.sign(a.request(wire.ActActivate, withCode(p.Code))), b.sign(b.request(wire.ActActivate, withCode(p.Code)))
			before := len(w.events("ticket.pairing_used"))
			var mu sync.Mutex
			answers := map[string][]string{}
			var wg sync.WaitGroup
			for name, token := range map[string][]byte{"a1": one, "a2": one, "b1": two, "b2": two} {
				wg.Go(func() {
					lines, err := w.Exchange(t.Context(), anyone(), token)
					if err != nil {
						want(t, err, license.ErrUnknownPairing)
					}
					mu.Lock()
					answers[name] = lines
					mu.Unlock()
				})
			}
			wg.Wait()
			won := "a"
			if answers["a1"] == nil {
				won = "b"
			}
			lost := map[string]string{"a": "b", "b": "a"}[won]
			if answers[won+"1"] == nil || !slices.Equal(answers[won+"1"], answers[won+"2"]) || answers[lost+"1"] != nil || answers[lost+"2"] != nil {
				t.Fatalf("answers: %v", answers)
			}
			if n := len(w.events("ticket.pairing_used")) - before; n != 1 {
				t.Fatalf("used %d times", n)
			}
			w.now.Advance(time.Hour) // the tries of the losers are forgotten
			live, err := w.ListActivations(t.Context(), w.a.All(), i.Licenses[0], "", 0)
			must(t, err)
			for _, one := range live.Items {
				if one.State.Live() {
					_, err := w.Evict(t.Context(), w.a.All(), one.ID)
					must(t, err)
				}
			}
		}
	})
}

// Guessing pairing codes has limits of its own, and so has making them.
func TestPairingLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Service = w.node(license.Limits{
			PairAddress: db.Limit{Name: "test.pair", Burst: 3, Per: time.Minute},
			Pairings:    db.Limit{Name: "test.pairings", Burst: 2, Per: time.Minute},
		})
		i := w.sell(item(catalog.Multi), 5)
		p := w.pair(i.Code)
		w.pair(i.Code)
		_, err := w.Pair(t.Context(), anyone(), i.Code, nil)
		want(t, err, license.ErrTooManyPairings)
		thief := actor.Anonymous(netip.MustParseAddr("198.51.100.7"))
		b := w.box()
		send := func(by actor.Actor, code string) error {
			_, err := w.Exchange(t.Context(), by, b.sign(b.request(wire.ActActivate, withCode(code))))
			return err
		}
		for range 3 {
			made, err := wire.NewPairing(rand.Reader)
			must(t, err)
			want(t, send(thief, made.String()), license.ErrUnknownPairing)
		}
		want(t, send(thief, p.Code), license.ErrTooManyTries)
		must(t, send(anyone(), p.Code))
	})
}
