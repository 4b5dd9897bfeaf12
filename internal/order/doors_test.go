package order_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// act is a door as both cases call it: on a world with an order of publisher A.
type act func(ctx context.Context, w *world, by actor.Actor) error

// TestDoors tries every door as a stranger and against a dead database.
func TestDoors(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			live := newWorld(t, dbtest.Open(t, e), order.Settings{})
			placed, held := waiting(t, live)
			shop := live.shop(order.NewSource{})
			gone := newWorld(t, dbtest.Open(t, e), order.Settings{})
			if err := gone.db.Close(); err != nil {
				t.Fatal(err)
			}
			foreign := func(a act) func(context.Context, actor.Actor) error {
				return func(ctx context.Context, by actor.Actor) error { return a(ctx, live, by) }
			}
			dead := func(a act) func(context.Context, actor.Actor) error {
				return func(ctx context.Context, by actor.Actor) error { return a(ctx, gone, by) }
			}
			// A document for an organization of publisher A, named by its id.
			theirs := func() format.Document {
				d := live.doc("x", line("1", "CAD-PRO-PERP", 1))
				d.Buyer = format.Party{ID: live.A.Reseller.String()}
				return d
			}
			file := order.File{Raw: []byte("order;line;article;quantity;buyer\nx;1;CAD-PRO-PERP;1;" + actortest.Number(live.A.Reseller) + "\n"), Source: "erp"}
			place := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Place(ctx, by, theirs())
				return err
			})
			preview := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Preview(ctx, by, theirs())
				return err
			})
			placeFile := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.PlaceFile(ctx, by, file)
				return err
			})
			previewFile := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.PreviewFile(ctx, by, file)
				return err
			})
			confirm := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Confirm(ctx, by, order.Confirmation{Order: placed.ID, Rev: held.Rev, Recalls: 99})
				return err
			})
			reject := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Reject(ctx, by, placed.ID, held.Rev)
				return err
			})
			get := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Get(ctx, by, placed.ID)
				return err
			})
			find := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Find(ctx, by, "erp", "1")
				return err
			})
			list := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.List(ctx, by, order.Filter{})
				return err
			})
			lines := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Lines(ctx, by, order.LineQuery{Order: placed.ID})
				return err
			})
			tickets := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Tickets(ctx, by, order.TicketQuery{Order: placed.ID, Codes: true})
				return err
			})
			reconcile := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Reconcile(ctx, by, order.Book{})
				return err
			})
			reconcileFile := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.ReconcileFile(ctx, by, file, true)
				return err
			})
			addSource := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.AddSource(ctx, by, order.NewSource{Name: "y", Org: live.A.Reseller})
				return err
			})
			sources := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.Sources(ctx, by)
				return err
			})
			changeSource := act(func(ctx context.Context, w *world, by actor.Actor) error {
				_, err := w.orders.ChangeSource(ctx, by, order.SourceChange{ID: shop.ID, Forget: true})
				return err
			})
			hook := act(func(ctx context.Context, w *world, by actor.Actor) error {
				in := w.call(shop.ID, shopSecret, sample(t, "woocommerce-order-created.json"))
				in.Publisher = live.B.Publisher
				_, err := w.orders.Hook(ctx, by, in)
				return err
			})
			other := live.B.All()
			doors := []actortest.Door{
				{Name: "Place", By: other, Foreign: foreign(place), Dead: dead(place)},
				{Name: "Preview", By: other, Foreign: foreign(preview), Dead: dead(preview)},
				{Name: "PlaceFile", Foreign: foreign(placeFile), Dead: dead(placeFile)},
				{Name: "PreviewFile", Foreign: foreign(previewFile), Dead: dead(previewFile)},
				{Name: "Confirm", By: other, Foreign: foreign(confirm), Dead: dead(confirm)},
				{Name: "Reject", By: other, Foreign: foreign(reject), Dead: dead(reject)},
				{Name: "Get", By: other, Foreign: foreign(get), Dead: dead(get)},
				{Name: "Find", By: other, Foreign: foreign(find), Dead: dead(find)},
				{Name: "List", Foreign: foreign(list), Dead: dead(list), Anyone: true},
				{Name: "Lines", By: other, Foreign: foreign(lines), Dead: dead(lines)},
				{Name: "Tickets", By: other, Foreign: foreign(tickets), Dead: dead(tickets)},
				{Name: "Reconcile", Foreign: foreign(reconcile), Dead: dead(reconcile), Anyone: true},
				{Name: "ReconcileFile", Foreign: foreign(reconcileFile), Dead: dead(reconcileFile), Anyone: true},
				{Name: "AddSource", By: other, Foreign: foreign(addSource), Dead: dead(addSource)},
				{Name: "Sources", Foreign: foreign(sources), Dead: dead(sources), Anyone: true},
				{Name: "ChangeSource", By: other, Foreign: foreign(changeSource), Dead: dead(changeSource)},
				{Name: "Hook", By: anonymous(), Foreign: foreign(hook), Dead: dead(hook)},
			}
			actortest.RunDoors(t, doors)
			actortest.RunRights(t, doors[:len(doors)-1], live.A, live.A.Direct) // a hook asks for a signature
			if v, err := live.orders.Get(t.Context(), live.A.All(), placed.ID); err != nil || v.Rev != held.Rev {
				t.Fatalf("a stranger changed the order: %+v %v", v, err)
			}
		})
	}
}
