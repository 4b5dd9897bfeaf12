package connect_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// Deliveries that ended go when they are old; one that is still tried stays.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, r := newWorld(t, d, true), newReceiver(t)
		e, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"license.*"}})
		if err != nil {
			t.Fatal(err)
		}
		w.happen(t, "license.activated")
		w.work(t)
		r.answer(http.StatusInternalServerError)
		w.happen(t, "license.extended")
		w.work(t)
		purge := func(before time.Time) (n int64) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) { n, err = connect.Purge(tx, w.site.Publisher, before); return err })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := purge(d.Now()); n != 0 {
			t.Errorf("%d deliveries that are no older are gone", n)
		}
		if n := purge(d.Now().Add(time.Minute)); n != 1 {
			t.Errorf("%d deliveries are gone, want the one that arrived", n)
		}
		left, err := w.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 0)
		if err != nil || len(left) != 1 || left[0].Event != "license.extended" {
			t.Errorf("%+v is left, %v", left, err)
		}
	})
}
