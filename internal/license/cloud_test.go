package license_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// cloudy is an article that may be used in the cloud, too.
func cloudy(kind catalog.Kind, change ...func(*catalog.Snapshot)) catalog.Snapshot {
	return item(kind, append(change, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Soft, catalog.Cloud} })...)
}

// account makes a cloud container of the direct customer, and a program with its
// secret on a machine.
func (w *world) account() (license.CloudMade, *box) {
	w.t.Helper()
	made, err := w.MakeCloud(w.t.Context(), w.a.All(), license.CloudInput{Org: w.a.Direct, Service: "Build server"})
	must(w.t, err)
	return made, w.with(made.Secret)
}

// with is a program on a machine of its own that has a cloud container's secret.
func (w *world) with(secret string) *box {
	w.t.Helper()
	b := w.box()
	key, _, err := wire.CloudKey(secret)
	must(w.t, err)
	b.key = key
	b.keys, err = wire.CloudKeys(secret)
	must(w.t, err)
	return b
}

// on says on which machine a program of an account runs.
func (b *box) on(r *wire.LeaseRequest) {
	r.Holder = wire.Holder{Kind: wire.PerMachine, Hash: wire.ComponentClaim(wire.Component(salt, "machine-id", b.parts["machine-id"]))}
	r.Fingerprint = nil
}

func (b *box) cloudLease(code string, of license.LicenseID) (*use, error) {
	b.w.t.Helper()
	u, err := b.lease(code, b.on, func(r *wire.LeaseRequest) {
		if !of.IsZero() {
			r.LicenseID = of.String()
		}
	})
	return u, err
}

// An account uses licenses wherever its secret is, by leases, one place for each
// machine; floating and others alike.
func TestCloudContainers(t *testing.T) {
	for _, kind := range []catalog.Kind{catalog.Floating, catalog.Multi, catalog.TimeLimited, catalog.Maintenance, catalog.Capacity} {
		t.Run(string(kind), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				i := w.sell(cloudy(kind, func(s *catalog.Snapshot) {
					if kind == catalog.Floating {
						s.Model.Floating.Per = catalog.PerMachine
						s.Model.Floating.Lease = 900
					}
				}), 2)
				made, one := w.account()
				two, three := w.with(made.Secret), w.with(made.Secret)
				of := i.Licenses[0]
				want(t, second(one.cloudLease("", of)), license.ErrLeaseCode)
				c, err := w.GrantCloud(t.Context(), w.a.All(), made.ID, of)
				must(t, err)
				if c.Service != "Build server" || c.Org != w.a.Direct || c.State != license.ContainerActive {
					t.Fatalf("%+v", c)
				}
				first, err := one.cloudLease("", of)
				must(t, err)
				if l := first.lic; l.Container.Kind != wire.ContainerCloud || len(l.Container.Fingerprint) != 0 || l.Expires == 0 || l.Lease.IsZero() {
					t.Fatalf("%+v", l)
				}
				_, err = one.cloudLease("", of) // another program on the same machine shares the place
				must(t, err)
				w.used(i, 1)
				_, err = two.cloudLease("", of)
				must(t, err)
				want(t, second(three.cloudLease("", of)), license.ErrNoSeat)
				want(t, second(three.cloudLease(i.Code, license.LicenseID{})), license.ErrNoSeat)
				w.used(i, 2)
				_, err = w.RenewLease(t.Context(), anyone(), first.hold)
				must(t, err)
				_, err = w.WithdrawCloud(t.Context(), w.a.All(), made.ID, of)
				must(t, err)
				w.used(i, 0)
				_, err = w.RenewLease(t.Context(), anyone(), first.hold)
				want(t, err, license.ErrLeaseGone)
				want(t, second(three.cloudLease("", of)), license.ErrLeaseCode)
				last, err := three.cloudLease(i.Code, license.LicenseID{}) // whoever shows the code needs no grant
				must(t, err)
				_, err = w.CloseCloud(t.Context(), w.a.All(), made.ID)
				must(t, err)
				_, err = w.RenewLease(t.Context(), anyone(), last.hold)
				want(t, err, license.ErrContainerBlocked)
				want(t, second(one.cloudLease(i.Code, license.LicenseID{})), license.ErrContainerBlocked)
				again, err := w.CloseCloud(t.Context(), w.a.All(), made.ID)
				must(t, err)
				if again.State != license.ContainerBlocked {
					t.Errorf("%+v", again)
				}
			})
		})
	}
}

// A place that an account has left is free for a machine as soon as its lease is
// over, also before the job has come by.
func TestCloudLeaseEndsForAMachine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(cloudy(catalog.Multi), 1)
		made, b := w.account()
		_, err := w.GrantCloud(t.Context(), w.a.All(), made.ID, i.Licenses[0])
		must(t, err)
		_, err = b.cloudLease("", i.Licenses[0])
		must(t, err)
		machine := w.box()
		want(t, second(machine.activate(i.Code)), license.ErrNoSeat)
		w.now.Advance(17 * time.Minute)
		_, err = machine.activate(i.Code)
		must(t, err)
		w.used(i, 1)
		want(t, second(b.cloudLease("", i.Licenses[0])), license.ErrNoSeat)
	})
}

// Only accounts that were made here are cloud containers, and nothing lies in them
// for good.
func TestCloudRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(cloudy(catalog.Multi), 1)
		liar := w.box()
		liar.keys.Kind = wire.ContainerCloud
		want(t, second(liar.cloudLease(i.Code, license.LicenseID{})), license.ErrUnknownContainer)
		want(t, second(liar.activate(i.Code)), license.ErrCloudLease)
		made, b := w.account()
		want(t, second(b.activate(i.Code)), license.ErrCloudLease)
		b.keys.Kind = wire.ContainerSoft // what it is does not change by its saying so
		want(t, second(b.activate(i.Code)), license.ErrCloudLease)
		w.used(i, 0)
		for kind, refusal := range map[catalog.Kind]error{
			catalog.SingleUse: license.ErrCloudKind, catalog.Trial: license.ErrCloudKind, catalog.Usage: license.ErrCloudKind, catalog.Reusable: license.ErrCloudKind,
		} {
			j := w.sell(cloudy(kind), 1)
			_, err := w.GrantCloud(ctx, w.a.All(), made.ID, j.Licenses[0])
			if err == nil || !strings.Contains(err.Error(), "license.cloud_kind") {
				t.Errorf("%s: %v, want %v", kind, err, refusal)
			}
		}
		soft := w.sell(item(catalog.Multi), 1)
		_, err := w.GrantCloud(ctx, w.a.All(), made.ID, soft.Licenses[0])
		want(t, err, license.ErrContainerKind)
		for _, in := range []license.CloudInput{
			{Org: w.a.Direct},
			{Org: w.a.Direct, Service: " x"},
			{Org: w.a.Direct, Service: strings.Repeat("x", 65)},
			{Org: w.a.Direct, Service: "a\nb"},
			{Org: w.a.Direct, Service: "x", Person: org.PersonID{1}},
		} {
			_, err := w.MakeCloud(ctx, w.a.All(), in)
			want(t, err, license.ErrCloudAccount)
		}
		_, err = w.MakeCloud(ctx, w.a.All(), license.CloudInput{Org: w.a.Direct, Person: org.PersonID{1}})
		want(t, err, license.ErrNoMember)
		customer := w.a.Below(w.a.Direct) // its administrator does it alone
		own, err := w.MakeCloud(ctx, customer, license.CloudInput{Org: w.a.Direct, Service: "own"})
		must(t, err)
		_, err = w.GrantCloud(ctx, customer, own.ID, i.Licenses[0])
		must(t, err)
		page, err := w.ListClouds(ctx, customer, actor.OrgID{}, "", 1)
		must(t, err)
		if len(page.Items) != 1 || page.Next == "" {
			t.Errorf("%+v", page)
		}
		page, err = w.ListClouds(ctx, customer, w.a.Direct, page.Next, 1)
		must(t, err)
		if len(page.Items) != 1 || page.Next != "" {
			t.Errorf("%+v", page)
		}
		other := w.issue(license.IssueInput{Item: cloudy(catalog.Multi), Quantity: 1, Holder: w.a.Customer})[0]
		_, err = w.GrantCloud(ctx, customer, own.ID, other.Licenses[0]) // another customer's
		want(t, err, license.ErrNotFound)
	})
}

// Many machines of one account reach for the last places: never one too many.
func TestCloudRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(cloudy(catalog.Multi), 3)
		made, _ := w.account()
		_, err := w.GrantCloud(t.Context(), w.a.All(), made.ID, i.Licenses[0])
		must(t, err)
		var boxes []*box
		for range 12 {
			boxes = append(boxes, w.with(made.Secret), w.box())
		}
		var got atomic.Int64
		var all sync.WaitGroup
		for n, b := range boxes {
			all.Go(func() {
				var err error
				if n%2 == 0 {
					_, err = w.Lease(t.Context(), anyone(), b.sign(b.lsr("", b.on, func(r *wire.LeaseRequest) { r.LicenseID = i.Licenses[0].String() })))
				} else {
					_, err = w.Exchange(t.Context(), anyone(), b.sign(b.request(wire.ActActivate, withCode(i.Code))))
				}
				if err == nil {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 3 {
			t.Errorf("%d got a place of 3", got.Load())
		}
		w.used(i, 3)
	})
}
