package app_test

import (
	"errors"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/db/dbtest"
)

// The bearer of a code sees through the gateway what it holds, with the allowance
// before it is drawn from, and frees a lost device; the other device is told.
func TestLookAndFree(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine)
			o := &outer{t: t, a: a, at: at, mine: populate(t, a, at, "mine")}
			pins, err := a.Pins(t.Context(), o.mine.p.Slug)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := pins.Encode()
			if err != nil {
				t.Fatal(err)
			}
			machine := func(name string) *client.Container {
				c, err := client.Open(client.Config{Pins: raw, Dir: t.TempDir(), Server: at.Depot, Machine: clienttest.Machine(name)})
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			_, code := o.sold("L-1", "CAD-PRO-PERP")
			lost, via := machine("alpha"), &online.Transport{}
			if _, err := online.Activate(t.Context(), lost, code); err != nil {
				t.Fatal(err)
			}
			c := machine("beta")
			held, err := via.Look(t.Context(), c, code)
			if err != nil || len(held.Licenses) != 1 || len(held.Licenses[0].Devices) != 1 {
				t.Fatalf("%+v, %v", held, err)
			}
			l := held.Licenses[0]
			if l.Name("de") == l.Number || l.Name("en") == "" || l.Restores < 1 || l.RestoreLeft != l.Restores || l.RestoreBar != nil {
				t.Errorf("%+v", l)
			}
			device := l.Devices[0].ID
			for range 2 {
				if held, err = via.Free(t.Context(), c, code, device); err != nil || len(held.Licenses[0].Devices) != 0 || held.Licenses[0].RestoreLeft != l.Restores-1 {
					t.Fatalf("%+v, %v", held, err)
				}
			}
			if _, err := online.Refresh(t.Context(), lost); err != nil || lost.Licenses()[0].State != client.Blocked {
				t.Errorf("%v, %v", lost.Licenses(), err)
			}
			var no *client.Refusal
			for _, id := range []string{"none", "01890000-0000-7000-8000-000000000000"} {
				if _, err := via.Free(t.Context(), c, code, id); !errors.As(err, &no) || no.Code != "license.not_found" || no.Texts["de"] == "" {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
	}
}
