package license_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/license"
)

// Whoever only asks hears what would happen, needs no reason, uses up no
// Idempotency-Key, and changes nothing: no row, no line of the journal.
func TestPreviews(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, line := w.bought(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Model.Duration = catalog.Duration{Months: 12, From: catalog.FromFirstActivation}
		}), 4)
		_, err := w.box().activate(sold.Code)
		must(t, err)
		part, err := w.Split(ctx, w.a.All(), sold.Ticket, 1)
		must(t, err)
		id, of := w.newestOf(sold), sold.Licenses[0]
		by := w.a.All().Because(actor.Reason{}).With(actor.Retry{Key: "k", Route: "r"}).Asking(true)
		before := w.seen(sold.Ticket)
		for name, ask := range map[string]struct {
			does string
			do   func() (string, error)
		}{
			"split": {"2", func() (string, error) {
				out, err := w.Split(ctx, by, sold.Ticket, 1)
				if out.Code != "" || out.Ticket.Hint != "" {
					t.Errorf("a preview has the code %q", out.Code)
				}
				return digit(out.From.Licenses[0].Quantity), err
			}},
			"merge": {"4", func() (string, error) {
				out, err := w.Merge(ctx, by, sold.Ticket, part.Ticket.ID)
				return digit(out.Licenses[0].Quantity), err
			}},
			"extend": {"2040-01-01", func() (string, error) {
				out, err := w.Extend(ctx, by, of, day.Of(2040, 1, 1))
				return out.LastDay.String(), err
			}},
			"block":   {"blocked", func() (string, error) { out, err := w.BlockLicense(ctx, by, of); return string(out.State), err }},
			"ticket":  {"blocked", func() (string, error) { out, err := w.BlockTicket(ctx, by, sold.Ticket); return string(out.State), err }},
			"return":  {"return_requested", func() (string, error) { out, err := w.Return(ctx, by, id); return string(out.State), err }},
			"move":    {"restored_away", func() (string, error) { out, err := w.Move(ctx, by, id); return string(out.State), err }},
			"restore": {"restored_away", func() (string, error) { out, err := w.Restore(ctx, by, id); return string(out.State), err }},
			"evict":   {"restored_away", func() (string, error) { out, err := w.Evict(ctx, by, id); return string(out.State), err }},
		} {
			for range 2 {
				got, err := ask.do()
				must(t, err)
				if got != ask.does {
					t.Errorf("%s would make it %s, and should make it %s", name, got, ask.does)
				}
			}
		}
		if after := w.seen(sold.Ticket); !reflect.DeepEqual(after, before) {
			t.Errorf("previews changed %+v into %+v", before, after)
		}
		if n, _ := w.lineOf(line); n != 4 {
			t.Errorf("the line has %d seats", n)
		}
		_, err = w.Split(ctx, by, sold.Ticket, 9)
		want(t, err, license.ErrSplitAll)
	})
}

// seen is a ticket as it is, with how long the journal is.
type seen struct {
	ticket license.TicketInfo
	rows   int
}

func (w *world) seen(id license.TicketID) seen {
	w.t.Helper()
	info, err := w.GetTicket(context.Background(), w.a.All(), id)
	must(w.t, err)
	return seen{info, len(w.events(""))}
}

func digit(n int64) string { return string(rune('0' + n)) }

// What the administrator at the console does for somebody is told to both sides, if
// he says why.
func TestConsoleSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, _, _ := w.held(item(catalog.Multi), 2)
		console := actor.Installation().In(w.a.Publisher)
		_, err := w.BlockLicense(ctx, console.Because(noted("because", "")), sold.Licenses[0])
		want(t, err, license.ErrUnknownReason)
		_, err = w.BlockLicense(ctx, console.Because(noted("misuse", "seen in a forum")), sold.Licenses[0])
		must(t, err)
		_, err = w.UnblockLicense(ctx, console, sold.Licenses[0]) // as the server itself, which need not
		must(t, err)
		acts, err := w.ListSupport(ctx, w.a.Below(w.a.Direct), w.a.Direct, "", 0)
		must(t, err)
		if len(acts.Items) != 1 || acts.Items[0].Note != "seen in a forum" || acts.Items[0].Verb != "license.block" {
			t.Fatalf("%+v", acts.Items)
		}
	})
}
