package license_test

import (
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// A device whose license was restored away takes it again, and the answer gets
// lost: it goes on holding the old generation, and that is no copy. Once it has
// confirmed the new one, the old one is.
func TestOvertaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold := w.sell(item(catalog.Multi), 2)
		id := sold.Licenses[0].String()
		a, b := w.box(), w.box()
		_, err := a.activate(sold.Code)
		must(t, err)
		_, err = b.restore(sold.Code, "")
		must(t, err)
		old := a.clone()
		lost := a.request(wire.ActActivate, withCode(sold.Code))
		_, err = w.Exchange(t.Context(), anyone(), a.sign(lost))
		must(t, err)
		got, err := a.refresh()
		must(t, err)
		if got.commands() != "block" || len(got.licenses) != 1 || got.licenses[0].Generation != 2 || a.held[id] != 2 {
			t.Fatalf("%q, %+v, holds %v", got.commands(), got.licenses, a.held)
		}
		w.used(sold, 2)
		_, err = a.refresh() // says that it holds the new one
		must(t, err)
		old.ctr = a.ctr
		_, err = old.refresh()
		want(t, err, license.ErrSuspect)
	})
}
