package license_test

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// anomalies is what the publisher sees.
func (w *world) anomalies() license.AnomalyPage {
	w.t.Helper()
	page, err := w.Anomalies(context.Background(), w.a.All(), license.AnomalyQuery{})
	must(w.t, err)
	return page
}

// roundTrip returns a license and activates it again.
func (b *box) roundTrip(i license.Issued) error {
	b.w.t.Helper()
	_, err := b.send(b.giveBack(i.Licenses[0].String()))
	must(b.w.t, err)
	_, err = b.activate(i.Code)
	return err
}

// A license that goes back and forth on one device has to rest there; on another one
// it does not, until it has been returned too often altogether. The refusal says which
// limit it is and when it ends, in both languages, and a return is never refused.
func TestReturnLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, a := w.sell(item(catalog.Multi), 1), w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		for n := 0; err == nil; n++ {
			if err = a.roundTrip(i); n > 5 {
				t.Fatal("nobody has to rest")
			}
		}
		want(t, err, license.ErrTooOften)
		f := fault.As(err)
		if f.Args["limit"] != "container.churn" || f.Args["burst"] != int64(5) || f.RetryAfter <= 0 || f.RetryAfter > 2*time.Hour {
			t.Fatalf("%+v, %v", f.Args, f.RetryAfter)
		}
		next, _ := f.Args["next"].(time.Time)
		if wait := next.Sub(w.d.Now()); wait < f.RetryAfter || wait > f.RetryAfter+time.Second {
			t.Errorf("next at %v, in %v", next, wait)
		}
		for l, part := range map[text.Lang]string{text.EN: "on this device only so often: 5 times at once", text.DE: "auf diesem Gerät nur so oft"} {
			if said := text.Fault(l, f.Code, f.Args); !strings.Contains(said, part) || strings.Contains(said, "{") {
				t.Errorf("%s", said)
			}
		}
		b := w.box()
		_, err = b.activate(i.Code)
		for n := 0; err == nil; n++ {
			b.held = map[string]int64{i.Licenses[0].String(): b.held[i.Licenses[0].String()]}
			_, e := b.send(b.giveBack(i.Licenses[0].String()))
			must(t, e)
			b = w.box()
			if _, err = b.activate(i.Code); n > 10 {
				t.Fatal("nobody has to rest")
			}
		}
		want(t, err, license.ErrTooOften)
		if f := fault.As(err); f.Args["limit"] != "license.churn" || f.Args["burst"] != int64(10) {
			t.Fatalf("%+v", f.Args)
		}
		w.now.Advance(time.Hour)
		_, err = b.activate(i.Code)
		must(t, err)
		page := w.anomalies()
		if page.Counts[license.AnomalyChurn] != 1 || page.Items[0].Of != license.EntityID(i.Licenses[0]) || page.Items[0].Times != 2 {
			t.Errorf("%+v", page)
		}
		if n := len(w.events("anomaly.churn")); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// What staff take back or free is not counted, and many seats may move as much more.
func TestReturnLimitsSpareStaff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i, a := w.sell(item(catalog.Multi), 1), w.box()
		for n := range 15 {
			_, err := a.activate(i.Code)
			must(t, err)
			id, err := db.ParseID[license.Activation](w.activationOf(a, i))
			must(t, err)
			by := w.a.All().Because(noted("moved", "by our technician"))
			if n%2 == 0 {
				_, err = w.Move(ctx, by, id)
				must(t, err)
				a = w.box()
				continue
			}
			_, err = w.Return(ctx, by, id)
			must(t, err)
			_, err = a.refresh()
			must(t, err)
			_, err = a.send(a.receipt())
			must(t, err)
			w.used(i, 0)
		}
		many := w.sell(item(catalog.Multi), 5)
		for range 5 {
			b := w.box()
			_, err := b.activate(many.Code)
			must(t, err)
			for range 4 {
				must(t, b.roundTrip(many))
			}
		}
	})
}

// Returns that come at the same moment are all counted.
func TestReturnLimitsRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Service = w.node(license.Limits{Ticket: db.Limit{Name: "test.ticket", Burst: 1000, Per: time.Hour}})
		i := w.sell(item(catalog.Multi), 2)
		for range 10 {
			boxes := []*box{w.box(), w.box()}
			var wg sync.WaitGroup
			for _, b := range boxes {
				_, err := b.activate(i.Code)
				must(t, err)
			}
			for _, b := range boxes {
				token := b.sign(b.giveBack(i.Licenses[0].String()))
				wg.Go(func() {
					_, err := w.Exchange(context.Background(), anyone(), token)
					must(t, err)
				})
			}
			wg.Wait()
		}
		_, err := w.box().activate(i.Code)
		want(t, err, license.ErrTooOften)
		w.sound(i.Licenses...)
	})
}

// Each kind of anomaly is listed with its thing, told once a day at most, and shown
// to those whose it is.
func TestAnomalies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.Service = w.node(license.Limits{Publisher: db.Limit{Name: "test.publisher", Burst: 1, Per: time.Hour}})
		a, _, _ := w.copied()
		off := w.sell(item(catalog.Multi), 1)
		b := w.box()
		_, err := b.activate(off.Code)
		must(t, err)
		for _, d := range []time.Duration{72 * time.Hour, 3 * year} {
			_, _ = b.send(b.request(wire.ActRefresh, func(r *wire.Request) { r.IssuedAt = w.d.Now().Add(d).Unix() }))
		}
		for n := range 2 {
			by := actor.Anonymous(netip.AddrFrom4([4]byte{10, byte(n), 0, 1}))
			_, err := w.Exchange(ctx, by, b.sign(b.request(wire.ActActivate, withCode(guess(t)))))
			want(t, err, license.ErrUnknownCode)
		}
		lossy := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Model.Restore = catalog.Restore{Count: 9, PerDays: 365}
		}), 1)
		w.now.Advance(time.Minute)
		c := w.box()
		_, err = c.activate(lossy.Code)
		must(t, err)
		for range 3 {
			c = w.box()
			_, err = c.restore(lossy.Code, "")
			must(t, err)
		}
		page := w.anomalies()
		for kind, times := range map[license.AnomalyKind]int64{
			license.AnomalyTwice: 1, license.AnomalyClock: 2, license.AnomalyGuessing: 1, license.AnomalyRestores: 3,
		} {
			found := false
			for _, one := range page.Items {
				if one.Kind == kind {
					found = one.Times == times
				}
			}
			if !found || page.Counts[kind] != 1 || len(w.events("anomaly."+string(kind))) != 1 {
				t.Errorf("%s: %+v, told %d times", kind, page, len(w.events("anomaly."+string(kind))))
			}
		}
		if page.OpenCases != 1 || page.Items[0].Kind != license.AnomalyRestores {
			t.Errorf("%+v", page)
		}
		for _, l := range text.Langs() {
			if said := page.Text(l); strings.ContainsAny(said, "{}") || strings.Contains(said, "word.") || !strings.Contains(said, a.id().String()) {
				t.Errorf("%s", said)
			}
		}
		for org, n := range map[actor.OrgID]int{w.a.Direct: 3, w.a.Reseller: 0} {
			page, err := w.Anomalies(ctx, w.a.Below(org), license.AnomalyQuery{})
			must(t, err)
			if len(page.Items) != n {
				t.Errorf("%+v", page)
			}
		}
		page, err = w.Anomalies(ctx, w.a.All(), license.AnomalyQuery{Kind: license.AnomalyClock, Limit: 1})
		must(t, err)
		if len(page.Items) != 1 || len(page.Counts) != 4 {
			t.Errorf("%+v", page)
		}
	})
}

// New machines whose clock is years off are refused and stay unknown: what is noted is
// about the license that they wanted, once however many there are.
func TestAnomalyOfNewMachines(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		for range 3 {
			_, err := w.box().activate(i.Code, func(r *wire.Request) { r.IssuedAt += 2 * 366 * 24 * 3600 })
			want(t, err, license.ErrClock)
		}
		page := w.anomalies()
		if len(page.Items) != 1 || page.Items[0].Entity != "license" || page.Items[0].Of != license.EntityID(i.Licenses[0]) || page.Items[0].Times != 3 {
			t.Errorf("%+v", page.Items)
		}
	})
}

// An anomaly that rested for a month begins anew; one that nobody saw for half a year
// is forgotten.
func TestAnomalyRests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.sell(item(catalog.Multi), 1), w.box()
		_, err := b.activate(i.Code)
		must(t, err)
		wrong := func() {
			t.Helper()
			_, err := b.send(b.request(wire.ActRefresh, func(r *wire.Request) { r.IssuedAt += 72 * 3600 }))
			must(t, err)
		}
		for n, days := range []int{0, 0, 2, 31} {
			w.now.Advance(time.Duration(days) * 24 * time.Hour)
			wrong()
			if got, times := w.anomalies().Items[0].Times, []int64{1, 2, 3, 1}[n]; got != times {
				t.Errorf("step %d: %d times, want %d", n, got, times)
			}
		}
		if n := len(w.events("anomaly.clock")); n != 3 {
			t.Errorf("told %d times", n)
		}
		w.now.Advance(181 * 24 * time.Hour)
		must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
			n, err := license.PurgeAnomalies(tx, w.a.Publisher, tx.Now().Add(-180*24*time.Hour))
			if n != 1 {
				t.Errorf("%d forgotten", n)
			}
			return err
		}))
	})
}
