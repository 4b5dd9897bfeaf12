package license_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	sdk "github.com/licet/licet/client"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// typist is a program of the publisher's on a machine on which everything is typed.
type typist struct {
	*sdk.Container
	w *world
}

func (w *world) typist(t *testing.T, machine string) *typist {
	t.Helper()
	pins, err := w.keys.Keyring().Pins(t.Context(), w.a.Publisher, salt, "")
	must(t, err)
	b, err := pins.Encode()
	must(t, err)
	clock := clienttest.NewClock()
	clock.Set(w.d.Now())
	c, err := sdk.Open(sdk.Config{Pins: b, Product: "CAD", Dir: t.TempDir(), Machine: clienttest.Machine(machine), Clock: clock})
	must(t, err)
	return &typist{c, w}
}

// page types what the machine shows at the publisher's.
func (p *typist) page(code string) (license.TypedAnswer, error) {
	p.w.t.Helper()
	r, err := p.NewTyped()
	must(p.w.t, err)
	return p.w.ActivateTyped(context.Background(), anyone(), license.TypedInput{Code: code, Request: r.String()})
}

// carry carries what waits by another carrier, and the answers back.
func (p *typist) carry() {
	p.w.t.Helper()
	for {
		waiting, err := p.Complete()
		must(p.w.t, err)
		if len(waiting) == 0 {
			return
		}
		m := waiting[0]
		lines, err := p.w.Exchange(context.Background(), anyone(), []byte(m.Token))
		must(p.w.t, err)
		if m.Type == wire.TypeReceipt {
			must(p.w.t, p.Discard(m.Counter))
			continue
		}
		_, err = p.Install([]byte(strings.Join(lines, "\n")))
		must(p.w.t, err)
	}
}

// The client's and the server's halves of the typed carrier, and how it goes on by
// another one: activated, used offline, made whole, given back, activated anew.
func TestTypedClient(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.RefreshDays = 30 }), 1)
		p := w.typist(t, "alpha")
		out, err := p.page(i.Code)
		must(t, err)
		_, err = p.InstallTyped(out.Answer)
		must(t, err)
		l := p.Licenses()[0]
		if !p.Has("draw") || p.Has("export") || !l.Typed || !l.Runs || l.Product != "CAD" || l.NextContact.IsZero() {
			t.Errorf("%+v", l)
		}
		if n, ok := p.Limit("layers"); n != 10 || !ok {
			t.Errorf("limit %d, %v", n, ok)
		}
		again, err := p.InstallTyped(out.Answer)
		if err != nil || !again.Repeat {
			t.Errorf("typed again: %+v, %v", again, err)
		}
		_, err = w.typist(t, "beta").page(i.Code)
		want(t, err, license.ErrNoSeat)
		w.used(i, 1)

		w.now.Advance(time.Hour)
		_, err = p.NewRequest(sdk.Ask{})
		must(t, err)
		p.carry()
		if l := p.Licenses()[0]; l.Typed || l.Generation != 1 || !l.Runs || len(p.Licenses()) != 1 {
			t.Errorf("%+v", l)
		}
		w.used(i, 1)

		paper, err := p.page(i.Code)
		must(t, err)
		_, err = p.NewReturn(i.Licenses[0].String())
		must(t, err)
		p.carry()
		w.used(i, 0)
		for _, old := range []string{out.Answer, paper.Answer} {
			if _, err := p.InstallTyped(old); !errors.Is(err, sdk.ErrOld) {
				t.Errorf("an answer of before the return: %v", err)
			}
		}
		must(t, p.DiscardTyped())
		out, err = p.page(i.Code)
		must(t, err)
		_, err = p.InstallTyped(out.Answer)
		must(t, err)
		if l := p.Licenses()[0]; l.Generation != 2 || !l.Runs {
			t.Errorf("%+v", l)
		}
		w.used(i, 1)
		w.sound()
	})
}

// An issuing key that is younger than the program is typed, once.
func TestTypedClientKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		p := w.typist(t, "alpha")
		w.rotate(w.a)
		out, err := p.page(i.Code)
		must(t, err)
		if _, err = p.InstallTyped(out.Answer); !errors.Is(err, sdk.ErrTypedKey) {
			t.Fatal(err)
		}
		must(t, p.LearnTyped(out.Key))
		_, err = p.InstallTyped(out.Answer)
		must(t, err)
		if !p.Has("draw") {
			t.Error("it does not hold")
		}
		w.used(i, 1)
	})
}
