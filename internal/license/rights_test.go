package license_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// What a list shows follows the caller's place, and whether there is one at all
// the caller's right: one that is its own, or support's.
func TestRightsOfLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.sell(item(catalog.Multi), 2)
		inner := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 1, Holder: w.a.Customer})[0]
		list := func(by actor.Actor) (tickets, licenses int) {
			t.Helper()
			a, err := w.ListTickets(ctx, by, license.TicketQuery{})
			must(t, err)
			b, err := w.ListLicenses(ctx, by, license.TicketQuery{})
			must(t, err)
			return len(a.Items), len(b.Items)
		}
		for name, c := range map[string]struct {
			by   actor.Actor
			want int
		}{
			"the publisher":               {w.a.All(), 2},
			"its support":                 {w.a.At(w.a.Root, actor.SupportRead), 2},
			"a reseller":                  {w.a.At(w.a.Reseller, actor.TicketRead, actor.LicenseRead), 1},
			"somebody's support":          {w.a.At(w.a.Reseller, actor.SupportRead), 1},
			"a customer":                  {w.a.Below(w.a.Direct), 1},
			"a unit that holds nothing":   {w.a.Below(w.a.Unit), 0},
			"support that holds nothing":  {w.a.At(w.a.Unit, actor.SupportRead), 0},
			"another publisher's support": {w.b.All(), 0},
		} {
			if a, b := list(c.by); a != c.want || b != c.want {
				t.Errorf("%s sees %d tickets and %d licenses, want %d", name, a, b, c.want)
			}
		}
		for range 60 { // more than are gone through one by one
			w.a.AddOrg(t, w.d, w.a.Reseller, "customer")
		}
		if a, b := list(w.a.Below(w.a.Reseller)); a != 1 || b != 1 {
			t.Errorf("a large reseller sees %d tickets and %d licenses, want its own", a, b)
		}
		none := w.a.None()
		for name, ask := range map[string]func() error{
			"tickets":      func() error { _, err := w.ListTickets(ctx, none, license.TicketQuery{}); return err },
			"licenses":     func() error { _, err := w.ListLicenses(ctx, none, license.TicketQuery{}); return err },
			"containers":   func() error { _, err := w.ListContainers(ctx, none, license.ContainerQuery{}); return err },
			"tickets of":   func() error { _, err := w.ListTickets(ctx, none, license.TicketQuery{Holder: w.a.Direct}); return err },
			"to find":      func() error { _, err := w.FindTicket(ctx, none, inner.Code); return err },
			"a ticket":     func() error { _, err := w.GetTicket(ctx, none, inner.Ticket); return err },
			"a recall":     func() error { return recall(ctx, w, none, inner) },
			"its tickets'": func() error { _, err := w.Recall(ctx, none, license.RecallInput{Ticket: inner.Ticket}); return err },
		} {
			if err := ask(); !actor.ErrDenied.Is(err) {
				t.Errorf("%s without a right: %v", name, err)
			}
		}
		// Beside the holder, a license is not there, neither by its id nor by its ticket.
		want(t, recall(ctx, w, w.a.Below(w.a.Direct), inner), license.ErrNotFound)
		_, err := w.Recall(ctx, w.a.Below(w.a.Direct), license.RecallInput{Ticket: inner.Ticket})
		want(t, err, license.ErrNotFound)
	})
}

func recall(ctx context.Context, w *world, by actor.Actor, i license.Issued) error {
	_, err := w.Recall(ctx, by, license.RecallInput{Licenses: i.Licenses})
	return err
}

// Whoever is not signed in does not learn by FindTicket which codes exist.
func TestRightsOfFinding(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		code := w.sell(item(catalog.Multi), 1).Code
		for _, w := range []*world{w, newWorld(t, w.d.Engine())} { // where it exists, and where it does not
			_, err := w.FindTicket(t.Context(), anyone(), code)
			want(t, err, actor.ErrSignIn)
		}
	})
}

// A bearer's word goes for its own code and no other.
func TestRightsOfBearers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		mine, theirs := newEverything(t, w), newEverything(t, w)
		key, err := w.Bearer(ctx, anyone(), theirs.key)
		must(t, err)
		ticket, err := w.Bearer(ctx, anyone(), theirs.sold.Code)
		must(t, err)
		for _, by := range []actor.Actor{key, ticket} {
			_, err := w.Evict(ctx, by, mine.activation)
			want(t, err, license.ErrNotFound)
		}
		elsewhere := anyone() // a listener of another publisher
		elsewhere.Publisher = w.b.Publisher
		_, err = w.Exchange(ctx, elsewhere, mine.box.sign(mine.box.request(wire.ActRefresh)))
		want(t, err, license.ErrUnknownCode)
		_, err = w.Validate(ctx, elsewhere, license.ValidateInput{Key: mine.key, Nonce: nonce()})
		want(t, err, license.ErrUnknownCode)
		_, err = w.Look(ctx, elsewhere, mine.sold.Code)
		want(t, err, license.ErrUnknownCode)
	})
}
