package online_test

import (
	"errors"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// TestLook: the bearer of a code sees what it holds, frees a lost device, and the
// device is told.
func TestLook(t *testing.T) {
	w := newWorld(t)
	end := time.Date(2027, 11, 22, 0, 0, 0, 0, time.UTC)
	code := w.server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Article: "CAD-PRO", Expires: end})
	c, via := w.open(), &online.Transport{}
	held, err := via.Look(t.Context(), c, code)
	w.must(err)
	if held.Refusal != nil || len(held.Licenses) != 1 || len(c.Waiting()) != 0 {
		t.Fatalf("%+v", held)
	}
	if l := held.Licenses[0]; l.Name("de") != "CAD-PRO" || l.Free != 1 || l.RestoreLeft != clienttest.Restores || l.RestoreBar != nil ||
		!l.LastDay.Equal(time.Date(2027, 11, 21, 0, 0, 0, 0, time.UTC)) || len(l.Devices) != 0 {
		t.Errorf("%+v", l)
	}
	_, err = via.Do(t.Context(), c, client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	held, err = via.Look(t.Context(), c, code)
	w.must(err)
	l := held.Licenses[0]
	if l.Refusal == nil || l.Refusal.Code != "license.no_seat" || client.Explain("de", l.Refusal) != "Der Server lehnt ab: license.no_seat." || len(l.Devices) != 1 {
		t.Fatalf("%+v", l)
	}
	for range 2 { // once more changes nothing
		if held, err = via.Free(t.Context(), c, code, l.Devices[0].ID); err != nil || held.Licenses[0].Free != 1 || held.Licenses[0].RestoreLeft != 1 {
			t.Fatalf("%+v, %v", held, err)
		}
	}
	_, err = online.Refresh(t.Context(), c)
	w.must(err)
	if c.Has("draw") || c.Licenses()[0].State != client.Blocked {
		t.Errorf("%v", c.Licenses())
	}
}

// TestLookRefused: a typing error is not sent; a code that is unknown, a device
// that is none, and a server that is none are told apart.
func TestLookRefused(t *testing.T) {
	w := newWorld(t)
	c, via := w.open(), &online.Transport{Tries: 1}
	var typo *wire.CodeError
	if _, err := via.Look(t.Context(), c, "7H2KM"); !errors.As(err, &typo) {
		t.Error(err)
	}
	var refusal *client.Refusal
	if _, err := via.Look(t.Context(), c, clienttest.Ticket()); !errors.As(err, &refusal) || refusal.Code != "license.unknown_code" {
		t.Error(err)
	}
	code := w.server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad"})
	if _, err := via.Free(t.Context(), c, code, "none"); !errors.As(err, &refusal) || refusal.Code != "license.not_found" {
		t.Error(err)
	}
	for _, f := range []clienttest.Fate{clienttest.LoseAsked, clienttest.Foreign, clienttest.Broken} {
		w.server.Expect(f)
		if _, err := via.Look(t.Context(), c, code); !errors.Is(err, client.ErrOffline) {
			t.Errorf("fate %d: %v", f, err)
		}
	}
	if l := (online.HeldLicense{Number: "N-1"}); l.Name("de") != "N-1" {
		t.Error(l.Name("de"))
	}
}
