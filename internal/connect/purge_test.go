package connect_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

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

// What a receiver says need not be text; the delivery is tried and noted all the
// same.
func TestAnswerWithoutText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, true)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = http.ReadRequest(bufio.NewReader(c))
				_, _ = io.WriteString(c, "HTTP/1.1 500 no \xff\xfe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
				_ = c.Close()
			}
		}()
		e, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: "http://" + l.Addr().String(), Events: []string{"license.*"}})
		if err != nil {
			t.Fatal(err)
		}
		w.happen(t, "license.activated")
		w.work(t)
		all, err := w.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 0)
		if err != nil || len(all) != 1 || all[0].LastStatus != 500 || all[0].Attempts != 1 || !utf8.ValidString(all[0].LastError) {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
