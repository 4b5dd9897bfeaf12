package license_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// typedBox is a container whose keys come from one seed, as a client makes them.
func (w *world) typedBox() *box {
	w.t.Helper()
	b := w.box()
	enc, err := wire.EncryptionKey(b.key)
	must(w.t, err)
	b.keys.Encrypt = wire.EncryptionPublic(enc)
	return b
}

// typed is what the container shows.
func (b *box) typed(number int) string {
	return wire.TypedRequest{Sign: [32]byte(b.key.Public().Bytes), Number: number}.String()
}

// ask asks with what the container shows, and opens the answer as its program
// would.
func (b *box) ask(number int, code string, named ...license.LicenseID) (license.TypedAnswer, *wire.License, error) {
	b.w.t.Helper()
	in := license.TypedInput{Code: code, Request: b.typed(number)}
	if len(named) > 0 {
		in.License = named[0]
	}
	out, err := b.w.ActivateTyped(context.Background(), anyone(), in)
	if err != nil {
		return out, nil, err
	}
	l, err := wire.OpenTyped(b.w.typedTrust(out.Key), out.Answer, b.keys.Hash(), number)
	must(b.w.t, err)
	return out, l, nil
}

// typedTrust is what a program knows that has read its pins, without the issuing
// key, and has had that one typed.
func (w *world) typedTrust(key string) *wire.Trust {
	w.t.Helper()
	pins, err := w.keys.Keyring().Pins(context.Background(), w.a.Publisher, salt, "")
	must(w.t, err)
	if len(pins.Keys) != 1 {
		w.t.Fatalf("the pins know %d issuing keys", len(pins.Keys))
	}
	pins.Keys = nil
	trust, err := wire.NewTrust(pins)
	must(w.t, err)
	must(w.t, trust.ExtendTyped(key))
	return trust
}

// A license is typed, and the next contact by another carrier goes on with the same
// container and brings the whole license.
func TestTyped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		b := w.typedBox()
		out, l, err := b.ask(7, i.Code)
		must(t, err)
		if l.ID != i.Licenses[0].String() || l.Generation != 1 || !l.Has("draw") || l.Has("export") || l.Product != "CAD" || out.License != i.Licenses[0] {
			t.Errorf("%+v", l)
		}
		if v, ok := l.Limit("layers"); !ok || v != 10 {
			t.Errorf("limit %d, %v", v, ok)
		}
		w.used(i, 1)
		w.now.Advance(time.Hour)
		again, _, err := b.ask(7, i.Code)
		must(t, err)
		if again != out {
			t.Error("another answer to the same request")
		}
		next, later, err := b.ask(8, i.Code)
		must(t, err)
		if next.Answer == out.Answer || later.IssuedAt <= l.IssuedAt {
			t.Error("the same answer to another request")
		}
		w.used(i, 1)

		// By file, without saying what it holds: all of it is delivered.
		a, err := b.refresh()
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].ID != l.ID || a.licenses[0].Generation != 1 || len(a.licenses[0].Container.Fingerprint) == 0 {
			t.Errorf("%+v", a.licenses)
		}
		w.used(i, 1)
		// And what was typed is confirmed and given back by its name.
		other := w.typedBox()
		_, l, err = other.ask(0, i.Code)
		must(t, err)
		other.held[l.ID] = l.Generation
		_, err = other.send(other.giveBack(l.ID))
		must(t, err)
		w.used(i, 1)
		if n := len(w.events("activation.issued")); n != 2 {
			t.Errorf("%d activations in the journal", n)
		}
		if n := len(w.events("container.served")); n == 0 {
			t.Error("the second answer is not in the journal")
		}
		w.sound()
	})
}

// A request that nobody signed neither moves a container's counter nor makes it
// suspect, and a blocked one is not heard.
func TestTypedIsUnsigned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 5)
		b := w.typedBox()
		_, err := b.activate(i.Code)
		must(t, err)
		before := b.ctr
		for number := range 3 {
			_, _, err = b.ask(number, i.Code)
			must(t, err)
		}
		_, err = b.refresh()
		must(t, err)
		if b.ctr != before+1 {
			t.Error("the counter moved")
		}
		w.used(i, 1)
		_, err = w.Decide(t.Context(), w.a.All(), b.id(), license.Block)
		must(t, err)
		_, _, err = b.ask(9, i.Code)
		want(t, err, license.ErrContainerBlocked)
		w.used(i, 1)
	})
}

// A refusal leaves nothing, so that the same request may come again.
func TestTypedRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		first, second := w.typedBox(), w.typedBox()
		_, _, err := first.ask(1, i.Code)
		must(t, err)
		_, _, err = second.ask(1, i.Code)
		want(t, err, license.ErrNoSeat)
		look, err := w.Look(t.Context(), anyone(), i.Code)
		must(t, err)
		_, err = w.Evict(t.Context(), w.a.All(), look.Holdings[0].Devices[0].ID)
		must(t, err)
		_, _, err = second.ask(1, i.Code)
		must(t, err)
		w.used(i, 1)

		groups := strings.Split(second.typed(1), "\n")
		groups[2], groups[3] = groups[3], groups[2]
		for _, request := range []string{strings.Join(groups, "\n"), "", i.Code} {
			_, err = w.ActivateTyped(t.Context(), anyone(), license.TypedInput{Code: i.Code, Request: request})
			want(t, err, license.ErrTypedTypo)
		}
		_, err = w.ActivateTyped(t.Context(), anyone(), license.TypedInput{Code: i.Code, Request: wire.TypedRequest{Sign: [32]byte{2}}.String()})
		want(t, err, license.ErrTypedRequest)
		_, err = w.ActivateTyped(t.Context(), anyone(), license.TypedInput{Code: "x", Request: second.typed(1)})
		want(t, err, license.ErrCode)
		trial := w.sell(item(catalog.Trial, func(s *catalog.Snapshot) { s.Model.Trial.OncePerDevice = true }), 1)
		_, _, err = second.ask(1, trial.Code)
		want(t, err, license.ErrNotTyped)
		full := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
			for n := range 40 {
				s.Features = append(s.Features, fmt.Sprint(strings.Repeat("f", 20), n))
			}
		}), 1)
		_, _, err = second.ask(1, full.Code)
		want(t, err, license.ErrNotTyped)
		floats := w.lending(1)
		_, _, err = second.ask(1, floats.Code)
		want(t, err, license.ErrFloating)
		w.used(trial, 0)
		w.used(full, 0)
		hard := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Hardware} }), 1)
		_, _, err = second.ask(1, hard.Code)
		want(t, err, license.ErrContainerKind)
		w.sound()
	})
}

// After the loss of a key its typed answers are made anew, and those that are in the
// field can be told from forged ones.
func TestTypedRevokedKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		b := w.typedBox()
		out, l, err := b.ask(1, i.Code)
		must(t, err)
		iss, err := w.keys.Keyring().Issuer(w.a.Publisher)
		must(t, err)
		serials, err := w.keys.KnownSerials(t.Context(), w.a.All(), iss.KID)
		must(t, err)
		if len(serials) != 1 || wire.Serial(serials[0]) != l.Serial {
			t.Fatalf("%d serials in the log", len(serials))
		}
		w.rotate(w.a)
		lines, err := w.root.RevokeKey(w.a.Publisher.String(), iss.KID, "stolen", nil, w.d.Now())
		must(t, err)
		_, err = w.keys.Install(t.Context(), w.a.All(), []byte(join(lines)))
		must(t, err)
		w.now.Advance(time.Hour)
		again, renewed, err := b.ask(1, i.Code)
		must(t, err)
		if again.Answer == out.Answer || renewed.ID != l.ID || renewed.Generation != 1 {
			t.Errorf("%+v", renewed)
		}
		w.used(i, 1)
	})
}

// Codes that do not exist are charged to whoever tries them.
func TestTypedGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		b := w.typedBox()
		for try := 0; ; try++ {
			unknown, err := wire.NewTicket(rand.Reader)
			must(t, err)
			_, _, err = b.ask(1, unknown.String())
			if errors.Is(err, license.ErrTooManyTries) {
				break
			}
			want(t, err, license.ErrUnknownCode)
			if try > 100 {
				t.Fatal("no limit")
			}
		}
		_, _, err := b.ask(1, i.Code)
		want(t, err, license.ErrTooManyTries)
		w.used(i, 0)
	})
}

// The last seat goes to one of many typed requests, and copies of one request get
// one answer.
func TestTypedRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		var callers sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]int{}
		for range 4 {
			b := w.typedBox()
			for range 3 {
				callers.Go(func() {
					out, err := w.ActivateTyped(context.Background(), anyone(), license.TypedInput{Code: i.Code, Request: b.typed(1)})
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						answers[out.Answer]++
					}
				})
			}
		}
		callers.Wait()
		if len(answers) != 1 {
			t.Errorf("%d answers", len(answers))
		}
		w.used(i, 1)
		w.sound()
	})
}
