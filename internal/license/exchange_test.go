package license_test

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
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

// A request that travels as a file seals its code to the depot.
func TestSealedCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		must(t, second(a.send(a.carried(i.Code))))
		w.used(i, 1)

		b := w.box()
		r := b.carried(i.Code)
		r.Sealed = b.carried(i.Code).Sealed // of another request
		if _, err := b.send(r); err == nil {
			t.Fatal("a code that was sealed for another request")
		}
		b.iss = db.MakeID[int](w.d.Now()).String()
		_, err := b.send(b.request(wire.ActActivate, func(x *wire.Request) { x.Sealed = r.Sealed }))
		want(t, err, license.ErrUnknownCode)
	})
}

// carried asks for a license as a file or a picture does: its code is sealed to the
// depot.
func (b *box) carried(code string) *wire.Request {
	b.w.t.Helper()
	depot, err := b.w.trust(b.w.a).DepotKey(b.w.d.Now().Unix())
	must(b.w.t, err)
	r := b.request(wire.ActActivate)
	r.Sealed, err = wire.SealCode(depot.Public, r.Nonce, code)
	must(b.w.t, err)
	return r
}

// What its model says is activated over a connection only comes neither in a file
// or picture nor by typing; what is there is refreshed over any carrier.
func TestOnlineOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Offline = false }), 2)
		a := w.box()
		_, err := a.send(a.carried(i.Code))
		want(t, err, license.ErrOnlineOnly)
		_, _, err = w.typedBox().ask(1, i.Code)
		want(t, err, license.ErrOnlineOnly)
		w.used(i, 0)
		must(t, second(a.activate(i.Code)))
		must(t, second(a.refresh()))
		w.used(i, 1)
	})
}

// Containers may sign with P-256, whose signatures differ each time: the payload
// counts. A hardware container is bound to no machine.
func TestContainerKeys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Hardware} }), 2)
		a := w.box()
		var err error
		a.key, err = wire.GenerateKey(wire.P256, rand.Reader)
		must(t, err)
		a.keys = wire.ContainerKeys{Kind: wire.ContainerHardware, Sign: a.key.Public().String()}
		a.parts = nil
		r := a.request(wire.ActActivate, withCode(i.Code))
		first, err := w.Exchange(t.Context(), anyone(), a.sign(r))
		must(t, err)
		again, err := w.Exchange(t.Context(), anyone(), a.sign(r))
		must(t, err)
		if !slices.Equal(first, again) {
			t.Fatal("another answer")
		}
		got := w.read(first)
		a.install(got)
		if l := got.licenses[0]; l.Container.Kind != wire.ContainerHardware || len(l.Container.Fingerprint) != 0 {
			t.Fatalf("%+v", l.Container)
		}
		for _, c := range []wire.Claims{a.receipt(), a.request(wire.ActRefresh), a.giveBack(i.Licenses[0].String())} {
			_, err := a.send(c)
			must(t, err)
		}
		w.used(i, 0)
	})
}

// A receipt repairs what a lost one left open, and one that comes late is
// nothing at all.
func TestReceipts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		a := w.box()
		r := a.request(wire.ActActivate, withCode(i.Code))
		_, err := a.send(r)
		must(t, err)
		rcp := a.receipt()
		rcp.Nonce = r.Nonce
		_, err = a.refresh() // the receipt is still on its way
		must(t, err)
		late := a.sign(rcp)
		for range 2 {
			lines, err := w.Exchange(t.Context(), anyone(), late)
			if err != nil || len(lines) > 0 {
				t.Fatalf("%v, %v", lines, err)
			}
		}
		page, err := w.ListActivations(t.Context(), w.a.All(), i.Licenses[0], "", 0)
		must(t, err)
		if page.Items[0].State != license.ActivationConfirmed {
			t.Fatalf("%+v", page.Items[0])
		}
		rcp = a.receipt()
		rcp.Nonce = r.Nonce // the same answer, confirmed once more
		_, err = a.send(rcp)
		must(t, err)

		b := w.box() // it never got its answer
		_, err = w.Exchange(t.Context(), anyone(), b.sign(b.request(wire.ActActivate, withCode(i.Code))))
		must(t, err)
		got, err := b.refresh()
		must(t, err)
		if len(got.licenses) != 1 || got.licenses[0].Generation != 1 {
			t.Fatalf("%+v", got.licenses)
		}
		w.used(i, 2)
	})
}

// Every change has its journal line, and the journal verifies.
func TestJournal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = a.send(a.receipt())
		must(t, err)
		_, err = a.refresh()
		must(t, err)
		_, err = a.send(a.giveBack(i.Licenses[0].String()))
		must(t, err)
		var got []string
		for _, row := range w.events("") {
			if row.Entity == "activation" || row.Entity == "container" || row.Event == "ticket.issued" {
				got = append(got, row.Event)
				if row.Entity == "activation" && row.Actor != "container:"+a.id().String() {
					t.Errorf("%s by %s", row.Event, row.Actor)
				}
			}
		}
		want := []string{"ticket.issued", "activation.issued", "activation.confirmed", "container.served", "activation.returned"}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		report, err := actor.VerifyJournal(t.Context(), w.d, w.a.Publisher)
		must(t, err)
		if !report.OK() {
			t.Fatalf("%+v", report)
		}
	})
}

// changed is a container with one of two licenses, of which the other was changed.
type changed struct {
	w     *world
	other license.Issued
	lid   license.LicenseID
	*box
}

func newChanged(w *world) *changed {
	w.t.Helper()
	i := w.sell(item(catalog.Multi), 1)
	c := &changed{w: w, other: w.sell(item(catalog.Multi), 1), lid: i.Licenses[0], box: w.box()}
	_, err := c.activate(i.Code)
	must(w.t, err)
	return c
}

// change makes a new version of the license.
func (c *changed) change() {
	c.w.t.Helper()
	_, err := c.w.BlockLicense(context.Background(), c.w.a.All(), c.lid)
	must(c.w.t, err)
	_, err = c.w.UnblockLicense(context.Background(), c.w.a.All(), c.lid)
	must(c.w.t, err)
}

// told asks for something else, and reports whether the change came with it, and
// under which nonce.
func (c *changed) told() (nonce string, yes bool) {
	c.w.t.Helper()
	r := c.request(wire.ActActivate, withCode(c.other.Code))
	got, err := c.send(r)
	must(c.w.t, err)
	return r.Nonce, slices.ContainsFunc(got.licenses, func(l *wire.License) bool { return l.ID == c.lid.String() })
}

// confirm sends the receipt for an answer.
func (c *changed) confirm(nonce string) {
	c.w.t.Helper()
	r := c.receipt()
	r.Nonce = nonce
	_, err := c.send(r)
	must(c.w.t, err)
}

// A change of a license that was told in an answer which got lost is told again
// in the next one, whatever that was asked for, until a receipt for it comes.
func TestLostChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := newChanged(w)
		if _, yes := c.told(); yes {
			t.Error("told although nothing has changed")
		}
		c.change()
		lost, yes := c.told()
		if !yes {
			t.Error("a change was not told")
		}
		_, yes = c.told()
		c.confirm(lost)
		newest, still := c.told()
		if !yes || !still {
			t.Errorf("told again: %v without a receipt, %v after one for another answer", yes, still)
		}
		c.confirm(newest)
		if _, yes = c.told(); yes {
			t.Error("told again after the receipt")
		}
	})
}

// A container that was set back does not have what it has confirmed; once a
// human has accepted it, it is told again.
func TestAcceptedIsToldAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := newChanged(w)
		before := c.clone()
		c.change()
		nonce, _ := c.told()
		c.confirm(nonce)
		c.box = before
		_, err := c.refresh()
		want(t, err, license.ErrSuspect)
		w.decide(c.box, license.Accept)
		if _, yes := c.told(); !yes {
			t.Error("not told again")
		}
	})
}
