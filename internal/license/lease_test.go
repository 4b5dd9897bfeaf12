package license_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// pool sells a floating license of so many places.
func (w *world) pool(places int64, change ...func(*catalog.ModelSpec)) license.Issued {
	w.t.Helper()
	return w.sell(item(catalog.Floating, func(s *catalog.Snapshot) {
		for _, c := range change {
			c(&s.Model)
		}
	}), places)
}

func person(name string) wire.Holder {
	h := sha256.Sum256([]byte(name))
	return wire.Holder{Kind: wire.PerPerson, Hash: base64.RawURLEncoding.EncodeToString(h[:16])}
}

// lsr is a request for a lease by a code.
func (b *box) lsr(code string, change ...func(*wire.LeaseRequest)) *wire.LeaseRequest {
	r := b.request(wire.ActRefresh)
	b.ctr-- // it has no counter
	l := &wire.LeaseRequest{
		Issuer: r.Issuer, Nonce: r.Nonce, IssuedAt: r.IssuedAt, Container: r.Container, Fingerprint: r.Fingerprint, Code: code,
		Holder: wire.Holder{Kind: wire.PerProcess}, App: r.App,
	}
	for _, c := range change {
		c(l)
	}
	return l
}

// use is a lease as a program has it.
type use struct {
	b    *box
	hold license.LeaseHold
	lic  *wire.License
	license.LeaseGrant
}

// lease takes a lease and reads it as a product would.
func (b *box) lease(code string, change ...func(*wire.LeaseRequest)) (*use, error) {
	b.w.t.Helper()
	return b.leaseBy(b.sign(b.lsr(code, change...)))
}

func (b *box) leaseBy(token []byte) (*use, error) {
	b.w.t.Helper()
	g, err := b.w.Lease(context.Background(), anyone(), token)
	if err != nil {
		return nil, err
	}
	u := &use{b: b, LeaseGrant: g, hold: license.LeaseHold{Publisher: b.w.a.Publisher, Lease: g.Lease, Fence: g.Fence, Secret: g.Secret}}
	u.read(g.Lines)
	return u, nil
}

// read verifies the license of a lease offline, as any license.
func (u *use) read(lines []string) {
	w := u.b.w
	w.t.Helper()
	trust := w.trust(w.a)
	for _, line := range lines[:len(lines)-1] {
		must(w.t, trust.Extend(line))
	}
	check := wire.Check{Now: w.d.Now().Unix(), Container: u.b.keys.Hash()}
	for name, value := range u.b.parts {
		check.Components = append(check.Components, wire.Component(salt, name, value))
	}
	lic, v, err := wire.VerifyLicense(lines[len(lines)-1], trust, check)
	must(w.t, err)
	if v.Err() != nil || lic.Lease.ID != u.Lease.String() || lic.Lease.Fence != u.Fence || lic.ID != u.License.String() {
		w.t.Fatalf("a lease that says %+v, %v", lic, v)
	}
	u.lic = lic
}

func (u *use) renew() error {
	u.b.w.t.Helper()
	r, err := u.b.w.RenewLease(context.Background(), anyone(), u.hold)
	if err == nil {
		u.read(r.Lines)
	}
	return err
}

func (u *use) end() error { return u.b.w.EndLease(context.Background(), anyone(), u.hold) }

// elapse runs the scheduled job.
func (w *world) elapse() {
	w.t.Helper()
	_, err := w.ElapseLeases(context.Background())
	must(w.t, err)
}

// holds lists the leases of a license, and checks its counter with them and with
// what is lent.
func (w *world) holds(id license.LicenseID) []license.LeaseInfo {
	w.t.Helper()
	page, err := w.ListLeases(context.Background(), w.a.All(), id, "", 500)
	must(w.t, err)
	acts, err := w.ListActivations(context.Background(), w.a.All(), id, "", 500)
	must(w.t, err)
	var seats int64
	for _, a := range page.Items {
		seats += a.Seats
	}
	for _, a := range acts.Items {
		if a.State.Live() {
			seats += a.Quantity
		}
	}
	if l := w.license(id); l.Used != seats || l.Used > l.Limit {
		w.t.Fatalf("%d places leased, %d used, limit %d", seats, l.Used, l.Limit)
	}
	return page.Items
}

// A lease from its beginning to its end.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.pool(2), w.box()
		u, err := b.lease(i.Code)
		must(t, err)
		if u.RenewAfter != 300 || u.Ends.Sub(w.d.Now()) != 15*time.Minute || u.lic.Expires-u.lic.IssuedAt != 900 || u.lic.Grace != 60 || u.lic.Nonce == "" {
			t.Fatalf("%+v %+v", u.LeaseGrant, u.lic)
		}
		w.used(i, 1)
		w.now.Advance(5 * time.Minute)
		must(t, u.renew())
		if left := u.lic.Expires - w.d.Now().Unix(); left != 900 {
			t.Fatalf("renewed for %d seconds", left)
		}
		w.now.Advance(15*time.Minute + 30*time.Second) // late, but nobody has the place yet
		must(t, u.renew())
		must(t, u.end())
		must(t, u.end())
		w.used(i, 0)
		want(t, u.renew(), license.ErrLeaseGone)
		if got := len(w.events("lease.granted")) + len(w.events("lease.ended")); got != 2 || len(w.events("lease.expired")) != 0 {
			t.Fatal(got)
		}
		// The container is known now: the license's id is enough.
		again, err := b.lease("", func(r *wire.LeaseRequest) { r.LicenseID = u.License.String() })
		must(t, err)
		if again.Fence <= u.Fence {
			t.Fatal("the fence has not risen")
		}
		want(t, second(w.box().lease("", func(r *wire.LeaseRequest) { r.LicenseID = u.License.String() })), license.ErrUnknownContainer)
		_, err = b.activate(i.Code)
		want(t, err, license.ErrFloating)
		_, err = b.restore(i.Code, "")
		if err == nil {
			t.Fatal("a floating license restored")
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Every message of a lease twice, and late.
func TestLeaseRepeats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.pool(1), w.box()
		take := b.sign(b.lsr(i.Code))
		u, err := b.leaseBy(take)
		must(t, err)
		same, err := b.leaseBy(take)
		must(t, err)
		if same.Lease != u.Lease || same.Fence != u.Fence || same.Secret != u.Secret || !same.Ends.Equal(u.Ends) {
			t.Fatal("another lease")
		}
		w.used(i, 1)
		must(t, u.renew())
		must(t, u.renew())
		must(t, u.end())
		want(t, second(b.leaseBy(take)), license.ErrLeaseGone) // a late copy
		w.used(i, 0)
		other, err := w.box().lease(i.Code)
		must(t, err)
		want(t, u.renew(), license.ErrLeaseGone)
		must(t, u.end()) // a late end ends nothing of the other's
		must(t, other.renew())
		w.used(i, 1)
		for _, forged := range []license.LeaseHold{
			{Publisher: u.hold.Publisher, Lease: other.Lease, Fence: other.Fence, Secret: u.Secret},
			{Publisher: u.hold.Publisher, Lease: other.Lease, Fence: other.Fence + 1, Secret: other.Secret},
			{Publisher: w.b.Publisher, Lease: other.Lease, Fence: other.Fence, Secret: other.Secret},
			{Publisher: u.hold.Publisher, Lease: other.Lease, Fence: other.Fence},
		} {
			_, err := w.RenewLease(t.Context(), anyone(), forged)
			want(t, err, license.ErrLeaseGone)
			want(t, w.EndLease(t.Context(), anyone(), forged), license.ErrLeaseGone)
		}
		w.now.Advance(2 * time.Hour)
		w.elapse()
		w.now.Advance(2 * time.Hour)
		w.elapse() // forgets what ended an hour ago
		if left := w.leaseRows(); left != 0 {
			t.Fatalf("%d rows of leases", left)
		}
		w.used(i, 0)
	})
}

func (w *world) leaseRows() int64 {
	w.t.Helper()
	var n int64
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
		return r.QueryRow(qLeaseCount).Scan(&n)
	}))
	return n
}

var qLeaseCount = db.SQL("test.leases", `SELECT COUNT(*) FROM floating_lease`)

// A lease ends by itself, its place is given on after the grace, and a late
// heartbeat revives nothing.
func TestLeaseExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(1)
		u, err := w.box().lease(i.Code)
		must(t, err)
		other := w.box()
		w.now.Advance(15*time.Minute + 59*time.Second)
		want(t, second(other.lease(i.Code)), license.ErrNoSeat)
		w.now.Advance(time.Second)
		want(t, u.renew(), license.ErrLeaseGone) // also before anybody has swept
		v, err := other.lease(i.Code)            // sweeps before it is refused
		must(t, err)
		want(t, u.renew(), license.ErrLeaseGone)
		if v.Fence <= u.Fence || len(w.events("lease.expired")) != 1 {
			t.Fatal("fence, or no line in the journal")
		}
		w.holds(i.Licenses[0])
		for range 5 {
			w.now.Advance(10 * time.Minute)
			must(t, v.renew())
			w.elapse() // finds it renewed
			w.used(i, 1)
		}
		w.now.Advance(time.Hour)
		w.elapse()
		w.used(i, 0)
		if n := len(w.holds(i.Licenses[0])); n != 0 {
			t.Fatalf("%d leases", n)
		}
	})
}

// A place stays taken for the least time; whoever it belongs to has it back.
func TestLeaseLingers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(1, func(m *catalog.ModelSpec) { m.Floating.Per, m.Floating.Linger = catalog.PerMachine, 3600 })
		b := w.box()
		u, err := b.lease(i.Code)
		must(t, err)
		must(t, u.end())
		w.used(i, 1)
		want(t, u.renew(), license.ErrLeaseGone)
		want(t, second(w.box().lease(i.Code)), license.ErrNoSeat)
		again, err := b.lease(i.Code)
		must(t, err)
		w.used(i, 1)
		w.now.Advance(10 * time.Minute)
		must(t, again.renew())
		w.now.Advance(10 * time.Minute)
		must(t, again.renew())
		w.now.Advance(45 * time.Minute) // both are over: one by its linger, the other was not renewed
		must(t, second(w.box().lease(i.Code)))
		w.holds(i.Licenses[0])
		if len(w.events("lease.freed")) != 1 {
			t.Fatal("no line of the lingering one")
		}
	})
}

// Leases of one machine or person share a place, whoever ends first.
func TestLeasesShare(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(3, func(m *catalog.ModelSpec) { m.Floating.Per = catalog.PerPerson })
		erika := func(q int64) func(*wire.LeaseRequest) {
			return func(r *wire.LeaseRequest) { r.Holder, r.Quantity = person("erika"), q }
		}
		want(t, second(w.box().lease(i.Code)), license.ErrLeaseHolder)
		at := []*box{w.box(), w.box(), w.box()}
		one, err := at[0].lease(i.Code, erika(1))
		must(t, err)
		two, err := at[1].lease(i.Code, erika(2))
		must(t, err)
		three, err := at[2].lease(i.Code, erika(1))
		must(t, err)
		w.used(i, 2)
		must(t, one.end())
		w.used(i, 2)
		must(t, three.end())
		must(t, second(w.box().lease(i.Code, func(r *wire.LeaseRequest) { r.Holder = person("max") })))
		w.used(i, 3)
		want(t, second(w.box().lease(i.Code, func(r *wire.LeaseRequest) { r.Holder = person("eva") })), license.ErrNoSeat)
		four, err := at[0].lease(i.Code, erika(1))
		must(t, err)
		must(t, two.end())
		w.used(i, 2)
		must(t, four.renew())
		must(t, four.end())
		w.used(i, 1)
		w.holds(i.Licenses[0])

		machine := w.pool(1, func(m *catalog.ModelSpec) { m.Floating.Per = catalog.PerMachine })
		b := w.box()
		must(t, second(b.lease(machine.Code)))
		must(t, second(b.lease(machine.Code)))
		copied := b.clone()
		copied.parts = w.box().parts
		want(t, second(copied.lease(machine.Code)), license.ErrOtherMachine)
		w.used(machine, 1)
	})
}

// What happens to a license happens to its leases at their next renewal.
func TestLeaseOfALicenseThatChanges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.pool(2, func(m *catalog.ModelSpec) { m.Overdraft = 1 })
		b := w.box()
		u, err := b.lease(i.Code)
		must(t, err)
		for range 2 {
			must(t, second(w.box().lease(i.Code)))
		}
		w.used(i, 3) // the overdraft
		want(t, second(w.box().lease(i.Code)), license.ErrNoSeat)
		_, err = w.BlockLicense(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		want(t, u.renew(), license.ErrLicenseBlocked)
		want(t, second(b.lease(i.Code)), license.ErrLicenseBlocked)
		_, err = w.UnblockLicense(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		must(t, u.renew())
		_, err = w.Decide(ctx, w.a.All(), b.id(), license.Block)
		must(t, err)
		want(t, u.renew(), license.ErrContainerBlocked)
		want(t, second(b.lease(i.Code)), license.ErrContainerBlocked)
		_, err = w.Decide(ctx, w.a.All(), b.id(), license.Accept)
		must(t, err)
		must(t, u.renew())
		_, err = w.BlockTicket(ctx, w.a.All(), i.Ticket)
		must(t, err)
		must(t, u.renew()) // what is in use goes on
		want(t, second(w.box().lease(i.Code)), license.ErrTicketBlocked)
		must(t, recall(ctx, w, w.a.All(), i))
		want(t, u.renew(), license.ErrLicenseRecalled)
		if l := w.license(i.Licenses[0]); l.State != license.LicenseRecalled || l.Used != 0 {
			t.Fatalf("%+v", l)
		}
		must(t, u.end())
		w.now.Advance(2 * time.Hour)
		w.elapse()
		w.used(i, 0)
	})
}

// No lease outlives its license; all places end together.
func TestLeaseEndsWithItsLicense(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(2, func(m *catalog.ModelSpec) {
			m.Duration = catalog.Duration{Days: 10, From: catalog.FromFirstActivation}
			m.Floating.Lease = catalog.MaxLease
		})
		u, err := w.box().lease(i.Code)
		must(t, err)
		for range 9 {
			w.now.Advance(23 * time.Hour)
			must(t, u.renew())
		}
		end := u.lic.Expires
		w.now.Advance(10 * time.Hour)
		must(t, u.renew())
		must(t, second(w.box().lease(i.Code)))
		for range 40 {
			if err := u.renew(); err != nil {
				want(t, err, license.ErrLicenseExpired)
				break
			}
			if u.lic.Expires < end {
				t.Fatal("it ends earlier")
			}
			end = u.lic.Expires
			w.now.Advance(time.Hour)
		}
		if last := time.Unix(end, 0); w.d.Now().Before(last) || w.d.Now().Sub(last) > time.Hour {
			t.Fatalf("refused at %v, told %v", w.d.Now(), last)
		}
		want(t, second(w.box().lease(i.Code)), license.ErrLicenseExpired)
	})
}

// An order that takes back what is leased ends the newest leases.
func TestLoweringLeases(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		i := w.issue(license.IssueInput{Line: line, Item: item(catalog.Floating), Quantity: 5})[0]
		var uses []*use
		for range 4 {
			u, err := w.box().lease(i.Code)
			must(t, err)
			uses = append(uses, u)
		}
		_, err := w.lower(line, 3)
		must(t, err)
		w.used(i, 2)
		for n, u := range uses {
			if err := u.renew(); (err == nil) != (n < 2) {
				t.Fatalf("%d: %v", n, err)
			}
		}
		if len(w.events("lease.released")) != 2 || w.sold(line) != 2 {
			t.Fatal("lines of the journal, or the quantity")
		}
		must(t, uses[0].end())
		w.holds(i.Licenses[0])
	})
}

// What a request for a lease is refused.
func TestLeaseRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i, plain := w.pool(1), w.sell(item(catalog.Multi), 1)
		b := w.box()
		want(t, second(b.lease(plain.Code)), license.ErrNotFloating)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.LicenseID = plain.Licenses[0].String() })), license.ErrNotWanted)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.LicenseID = "x" })), license.ErrNotWanted)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.Product = "CAM" })), license.ErrOtherProduct)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.Quantity = 1 << 40 })), license.ErrBadQuantity)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.Quantity = 2 })), license.ErrNoSeat)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.Fingerprint = nil })), license.ErrFingerprint)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.Container.Kind = wire.ContainerCloud })), license.ErrContainerKind)
		want(t, second(b.lease(i.Code, func(r *wire.LeaseRequest) { r.IssuedAt -= 400 * 86400 })), license.ErrClock)
		want(t, second(b.lease("7H2KM")), license.ErrCode)
		want(t, second(b.leaseBy([]byte("x"))), license.ErrMessage)
		want(t, second(b.leaseBy(b.sign(b.request(wire.ActRefresh)))), license.ErrMessage)
		stranger := w.box(w.b)
		want(t, second(stranger.lease(i.Code)), license.ErrUnknownCode) // of another publisher
		_, err := w.Exchange(ctx, anyone(), b.sign(b.lsr(i.Code)))
		want(t, err, license.ErrMessage)
		w.used(i, 0)
		must(t, second(b.lease(i.Code)))
		want(t, second(b.lease("", func(r *wire.LeaseRequest) { r.LicenseID = plain.Licenses[0].String() })), license.ErrLeaseCode)
		later := w.issue(license.IssueInput{Item: item(catalog.Floating), Quantity: 1, ValidFrom: day.Of(2030, 1, 1)})[0]
		want(t, second(b.lease(later.Code)), license.ErrNotYet)
		// The container's own counter is untouched.
		_, err = b.activate(plain.Code)
		must(t, err)
		_, err = b.refresh()
		must(t, err)
	})
}

// Unknown codes are charged like those of a request.
func TestLeaseGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.pool(1), w.box()
		wrong := w.pool(1, func(m *catalog.ModelSpec) {})
		for range 20 {
			want(t, second(w.box(w.b).lease(wrong.Code)), license.ErrUnknownCode)
		}
		want(t, second(b.lease(i.Code)), license.ErrTooManyTries)
		w.now.Advance(10 * time.Second)
		must(t, second(b.lease(i.Code)))
	})
}

// Support ends a lease; its holder learns it at the next renewal.
func TestReleaseLease(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(3)
		var uses []*use
		for range 3 {
			u, err := w.box().lease(i.Code, func(r *wire.LeaseRequest) { r.Label = "room-1" })
			must(t, err)
			uses = append(uses, u)
		}
		first, err := w.ListLeases(t.Context(), w.a.All(), i.Licenses[0], "", 2)
		must(t, err)
		rest, err := w.ListLeases(t.Context(), w.a.All(), i.Licenses[0], first.Next, 2)
		must(t, err)
		if len(first.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" || first.Items[0].Label != "room-1" {
			t.Fatalf("%+v %+v", first, rest)
		}
		for range 2 {
			info, err := w.ReleaseLease(t.Context(), w.a.All(), uses[1].Lease)
			must(t, err)
			if info.State != license.LeaseEnded {
				t.Fatalf("%+v", info)
			}
		}
		want(t, uses[1].renew(), license.ErrLeaseGone)
		must(t, uses[0].renew())
		w.used(i, 2)
		if len(w.events("lease.released")) != 1 {
			t.Fatal("lines of the journal")
		}
		_, err = w.ListLeases(t.Context(), w.a.All(), i.Licenses[0], "x", 2)
		want(t, err, license.ErrCursor)
	})
}

// Whoever renews by a clock that is behind, as another node's, is told no earlier end
// than its holder was told before: an accepted renewal stands. A clock that is far off
// is not believed.
func TestRenewalStands(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.pool(1), w.box()
		u, err := b.lease(i.Code)
		must(t, err)
		before := w.d.Now()
		end := func() time.Time {
			r, err := w.RenewLease(context.Background(), anyone(), u.hold)
			must(t, err)
			if lease := w.holds(i.Licenses[0])[0]; !lease.Ends.Equal(r.Ends) {
				t.Fatalf("told %v, kept %v", r.Ends, lease.Ends)
			}
			return r.Ends
		}
		w.now.Advance(10 * time.Second)
		first := end()
		w.now.Set(before.Add(5 * time.Second))
		if second := end(); !second.Equal(first) {
			t.Errorf("told %v, later %v", first, second)
		}
		w.now.Set(before.Add(11 * time.Second))
		if third := end(); third.Sub(first) != time.Second {
			t.Errorf("%v after %v", third, first)
		}
		w.now.Set(before.Add(-time.Hour))
		if last := end(); !last.Equal(w.d.Now().Add(15 * time.Minute)) {
			t.Errorf("%v by a clock that says %v", last, w.d.Now())
		}
	})
}
