package license_test

import (
	"errors"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
)

var qDropCopies = db.SQL("test.drop_copies", `UPDATE ticket SET sealed = NULL WHERE id = ?`)

// A pepper from its rotation to its end: codes open all the time, move in chunks,
// and the old pepper goes when nothing is under it any more.
func TestPepperFromRotationToEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, admin := t.Context(), actor.Installation()
		w.keys.PepperUse = license.PepperUse
		old := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 1200, PerUnit: true, Keys: true})
		if n := w.under(t, 1); n != 2400 {
			t.Fatalf("%d codes under the first pepper", n)
		}
		id, err := w.keys.RotatePepper(ctx, admin)
		must(t, err)
		w.now.Advance(2 * time.Minute)
		young := w.sell(item(catalog.Multi), 1)
		if a, b := w.under(t, 1), w.under(t, id); a != 2400 || b != 1 {
			t.Fatalf("%d and %d codes", a, b)
		}
		opens := func(codes ...string) {
			t.Helper()
			for _, code := range codes {
				if _, err := w.Look(ctx, anyone(), code); err != nil {
					t.Fatalf("a code does not open: %v", err)
				}
			}
		}
		opens(old[0].Code, old[1199].Code, old[7].Keys[0], young.Code)
		err = w.keys.RetirePepper(ctx, admin, 1)
		if want(t, err, sign.ErrPepperUsed); w.under(t, 1) != 2400 {
			t.Fatal("a refused end changed something")
		}

		var steps []int64
		stop := errors.New("stop")
		_, err = w.keys.Vault().Reindex(ctx, license.Codes(), func(n int64) error { steps = append(steps, n); return stop })
		if !errors.Is(err, stop) || len(steps) != 1 || steps[0] != 1000 || w.under(t, 1) != 1400 {
			t.Fatalf("%v, %v: %d left", err, steps, w.under(t, 1))
		}
		opens(old[0].Code, old[1199].Code, old[7].Keys[0])
		moved, err := w.keys.Vault().Reindex(ctx, license.Codes(), nil)
		must(t, err)
		if moved != 1400 || w.under(t, 1) != 0 || w.under(t, id) != 2401 {
			t.Fatalf("%d moved; %d and %d codes", moved, w.under(t, 1), w.under(t, id))
		}
		if moved, err = w.keys.Vault().Reindex(ctx, license.Codes(), nil); err != nil || moved != 0 {
			t.Fatalf("again: %d, %v", moved, err)
		}
		must(t, w.keys.RetirePepper(ctx, admin, 1))
		for _, one := range old[:50] {
			opens(one.Code, one.Keys[0])
		}
		opens(old[1199].Code, young.Code)
		_, err = w.Look(ctx, anyone(), guess(t))
		want(t, err, license.ErrUnknownCode)
	})
}

// A code without a copy cannot move: it stays under its pepper, which stays.
func TestShownOnceKeepsItsPepper(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, admin := t.Context(), actor.Installation()
		w.keys.PepperUse = license.PepperUse
		once, other := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1)
		must(t, w.d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qDropCopies, once.Ticket); return err }))
		_, err := w.keys.RotatePepper(ctx, admin)
		must(t, err)
		w.now.Advance(2 * time.Minute)
		if n, err := w.keys.Vault().Reindex(ctx, license.Codes(), nil); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		want(t, w.keys.RetirePepper(ctx, admin, 1), sign.ErrPepperUsed)
		for _, code := range []string{once.Code, other.Code} {
			if _, err := w.Look(ctx, anyone(), code); err != nil {
				t.Error(err)
			}
		}
	})
}

func (w *world) under(t *testing.T, pepper int64) (n int64) {
	t.Helper()
	must(t, w.d.Read(t.Context(), func(r *db.Reader) (err error) { n, err = license.PepperUse(r, pepper); return err }))
	return n
}
