package license_test

import (
	"context"
	"slices"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// The main job: a ticket is activated, confirmed, refreshed, returned and
// activated elsewhere.
func TestLife(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.RefreshDays = 30 }), 1)
		lid := i.Licenses[0].String()
		a, b := w.box(), w.box()

		got, err := a.activate(i.Code)
		must(t, err)
		if len(got.licenses) != 1 || got.update != nil {
			t.Fatalf("%d licenses, update %v", len(got.licenses), got.update)
		}
		l := got.licenses[0]
		if l.ID != lid || l.Generation != 1 || l.Product != "CAD" || l.Quantity != 1 || l.Container.Key != a.keys.Hash() ||
			len(l.Container.Fingerprint) != 3 || l.Container.Min != 2 || l.NextContact == 0 || l.Epoch != 1 || l.Seq != 1 {
			t.Fatalf("license says %+v", l)
		}
		w.used(i, 1)

		rest, err := a.send(a.receipt())
		must(t, err)
		if len(rest.lines) != 0 {
			t.Fatal("a receipt was answered")
		}
		if _, err := b.activate(i.Code); err == nil {
			t.Fatal("a second seat of one")
		} else {
			want(t, err, license.ErrNoSeat)
		}

		got, err = a.refresh()
		must(t, err)
		if len(got.licenses) != 1 || got.licenses[0].Generation != 1 || got.licenses[0].Seq != 2 {
			t.Fatalf("refresh gave %+v", got.licenses)
		}

		got, err = a.send(a.giveBack(lid))
		must(t, err)
		if got.commands() != wire.CmdAck {
			t.Fatalf("commands %q", got.commands())
		}
		w.used(i, 0)
		got, err = b.activate(i.Code)
		must(t, err)
		if got.licenses[0].Generation != 1 {
			t.Fatal("another container begins at generation 1")
		}
		w.sound(i.Licenses[0])
	})
}

// The same message gets the same lines, byte for byte, and takes no second seat.
func TestRepeat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 5)
		a := w.box()
		token := a.sign(a.request(wire.ActActivate, withCode(i.Code)))
		first, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		w.rotate(w.a) // other keys and another bundle: the recorded answer stays
		for range 3 {
			again, err := w.Exchange(t.Context(), anyone(), token)
			must(t, err)
			if !slices.Equal(first, again) {
				t.Fatalf("another answer:\n%s\n%s", first, again)
			}
		}
		fresh, err := w.node(license.Limits{}).Exchange(context.Background(), anyone(), token) // nothing in memory
		must(t, err)
		if !slices.Equal(first, fresh) {
			t.Fatal("another node answers differently")
		}
		w.used(i, 1)
	})
}
