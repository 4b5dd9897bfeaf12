package order_test

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/org"
)

// TestRefusals: what an order may get wrong beyond its form. Each has its own
// code at its own place, and nothing is left behind.
func TestRefusals(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		w.place(w.doc("there", line("1", "CAD-PRO-PERP", 1)))
		foreign := actortest.Number(w.B.Customer)
		noOrg := w.A.At(w.A.Root, actor.OrderWrite)
		for name, c := range map[string]struct {
			by     actor.Actor
			change func(*format.Document)
			want   *fault.Error
			field  string
		}{
			"unknown article":        {w.A.All(), func(d *format.Document) { d.Lines[0].Article = "NOPE" }, catalog.ErrArticleUnknown, "/lines/0/article"},
			"no article":             {w.A.All(), func(d *format.Document) { d.Lines[0].Article = "" }, catalog.ErrArticleUnknown, "/lines/0/article"},
			"quantity 0":             {w.A.All(), func(d *format.Document) { d.Lines[0].Quantity = 0 }, format.ErrRange, "/lines/0/quantity"},
			"quantity 10^9":          {w.A.All(), func(d *format.Document) { d.Lines[0].Quantity = 1_000_000_000 }, format.ErrRange, "/lines/0/quantity"},
			"quantity -1":            {w.A.All(), func(d *format.Document) { d.Lines[0].Quantity = -1 }, format.ErrRange, "/lines/0/quantity"},
			"option outside":         {w.A.All(), func(d *format.Document) { d.Lines[0] = demo("31") }, catalog.ErrOptionOutside, "/lines/0/options/days"},
			"option of another kind": {w.A.All(), func(d *format.Document) { d.Lines[0] = demo("many") }, catalog.ErrOptionKind, "/lines/0/options/days"},
			"unknown option":         {w.A.All(), func(d *format.Document) { d.Lines[0].Options = map[string]string{"x": "1"} }, catalog.ErrOptionUnknown, "/lines/0/options/x"},
			"loose option outside":   {w.A.All(), func(d *format.Document) { d.Lines[0] = loose("31") }, catalog.ErrOptionOutside, "/lines/0/options/days"},
			"buyer of another publisher by id": {w.A.All(), func(d *format.Document) {
				d.Buyer = format.Party{ID: w.B.Customer.String()}
			}, order.ErrParty, "/buyer"},
			"buyer of another publisher by number": {noOrg, func(d *format.Document) { d.Buyer.Number = foreign }, order.ErrParty, "/buyer"},
			"customer of another publisher": {w.A.All(), func(d *format.Document) {
				d.Customer = &format.Party{ID: w.B.Customer.String()}
			}, order.ErrParty, "/customer"},
			"customer of another publisher in a line": {noOrg, func(d *format.Document) {
				d.Lines[0].Customer = &format.Party{Number: foreign}
			}, order.ErrParty, "/lines/0/customer"},
			"no id": {w.A.All(), func(d *format.Document) { d.Buyer = format.Party{ID: "7"} }, order.ErrParty, "/buyer"},
			"buyer outside the caller's subtree": {w.A.Below(w.A.Reseller), func(d *format.Document) {
				d.Buyer = format.Party{Number: actortest.Number(w.A.Direct)}
			}, order.ErrParty, "/buyer"},
			"customer outside the caller's subtree": {w.A.Below(w.A.Reseller), func(d *format.Document) {
				d.Customer = &format.Party{Number: actortest.Number(w.A.Direct)}
			}, order.ErrParty, "/customer"},
			"a reseller as end customer": {w.A.All(), func(d *format.Document) {
				d.Customer = &format.Party{ID: w.A.Reseller.String()}
			}, order.ErrEndCustomer, "/customer"},
			"without the right": {w.A.At(w.A.Root, actor.OrderRead), func(*format.Document) {}, actor.ErrDenied, ""},
			"nobody":            {actor.Actor{Publisher: w.A.Publisher}, func(*format.Document) {}, actor.ErrSignIn, ""},
			"change first":      {w.A.All(), func(d *format.Document) { d.Change, d.Mode = true, format.Lines }, order.ErrChangeFirst, ""},
			"another buyer": {w.A.All(), func(d *format.Document) {
				d.Number, d.Buyer = "there", format.Party{ID: w.A.Direct.String()}
			}, order.ErrBuyerChanged, "/buyer"},
			"a row of a file": {w.A.All(), func(d *format.Document) {
				d.Lines[0].Article, d.Lines[0].Field = "NOPE", "row 2"
			}, catalog.ErrArticleUnknown, "row 2, article"},
			"line twice":   {w.A.All(), func(d *format.Document) { d.Lines = append(d.Lines, d.Lines[0]) }, format.ErrLineTwice, "/lines/1"},
			"no mode":      {w.A.All(), func(d *format.Document) { d.Mode = "" }, format.ErrNoLines, "/lines"},
			"long number":  {w.A.All(), func(d *format.Document) { d.Number = strings.Repeat("9", 101) }, format.ErrLong, "/number"},
			"two parties":  {w.A.All(), func(d *format.Document) { d.Buyer.ID = w.A.Reseller.String() }, format.ErrMissing, "/buyer/number"},
			"spaced line":  {w.A.All(), func(d *format.Document) { d.Lines[0].No = " 1" }, format.ErrCharacters, "/lines/0/no"},
			"slash source": {w.A.All(), func(d *format.Document) { d.Source = "a/b" }, format.ErrCharacters, "/source"},
		} {
			d := w.doc("new", line("1", "CAD-PRO-PERP", 1))
			c.change(&d)
			t.Run(name, func(t *testing.T) {
				w := *w
				w.t = t
				w.refused(c.by, d, c.want, c.field)
				if _, err := w.orders.Preview(t.Context(), c.by, d); err == nil || !strings.Contains(codesIn(err), c.want.Code) {
					t.Fatalf("the preview says %v", err)
				}
			})
		}
	})
}

func codesIn(err error) string {
	var out []string
	for _, f := range fault.All(err) {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

func demo(days string) format.Line {
	l := line("1", "CAD-DEMO", 1)
	l.Options = map[string]string{"days": days}
	return l
}

func loose(days string) format.Line {
	l := line("1", "CAD-DEMO", 1)
	l.Properties = map[string]string{"days": days, "Paint type": "Acrylic"}
	return l
}

// TestManyRefusals: the refusals of all lines come together.
func TestManyRefusals(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		bad := demo("99")
		bad.No = "3"
		d := w.doc("1", line("1", "NOPE", 1), line("2", "CAD-PRO-PERP", 1), bad)
		_, err := w.orders.Place(t.Context(), w.A.All(), d)
		if got := codesIn(err); got != "catalog.article_unknown catalog.option_outside_frame" {
			t.Fatal(got)
		}
	})
}

// TestRetired: what is not sold any more refuses new units, and only those.
func TestRetired(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		w.place(w.doc("1", line("1", "CAD-NET", 3), line("2", "CAD-PRO-PERP", 1)))
		a, err := w.catalog.GetArticle(t.Context(), w.A.All(), "CAD-NET")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.catalog.RetireArticle(t.Context(), w.A.All(), "CAD-NET", a.Rev); err != nil {
			t.Fatal(err)
		}
		w.refused(w.A.All(), w.doc("1", line("1", "CAD-NET", 4), line("2", "CAD-PRO-PERP", 1)), catalog.ErrRetired, "/lines/0/article")
		w.refused(w.A.All(), w.doc("2", line("1", "CAD-NET", 1)), catalog.ErrRetired, "/lines/0/article")
		r := w.place(w.doc("1", line("1", "CAD-NET", 3), line("2", "CAD-PRO-PERP", 2)))
		if w.sold(r.Lines[0]) != 3 || w.sold(r.Lines[1]) != 2 {
			t.Fatalf("%+v", r.Lines)
		}
		r = w.place(w.doc("1", line("1", "CAD-NET", 2), line("2", "CAD-PRO-PERP", 2)))
		if w.sold(r.Lines[0]) != 2 {
			t.Fatalf("%+v", r.Lines)
		}
		if r = w.place(w.doc("1")); r.State != order.Reversed {
			t.Fatalf("%+v", r)
		}
	})
}

// TestFrozen: changing an article changes nothing that was ordered before.
func TestFrozen(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		w.place(w.doc("1", loose("20")))
		changed := strings.Replace(goods, "frame: {min: 7, max: 30}, default: 14", "frame: {min: 7, max: 10}, default: 7", 1)
		if _, err := w.catalog.Apply(t.Context(), w.A.All(), []byte(changed), false); err != nil {
			t.Fatal(err)
		}
		d := w.doc("1", loose("20"), line("2", "CAD-PRO-PERP", 1))
		if r := w.place(d); len(r.Changes) != 1 || r.Changes[0].No != "2" {
			t.Fatalf("%+v", r.Changes)
		}
	})
}

func TestClosedBuyer(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		orgs := org.New(w.db, w.gate, w.keys.Vault())
		if _, err := orgs.Close(t.Context(), w.A.All(), org.Closing{ID: w.A.Direct}); err != nil {
			t.Fatal(err)
		}
		d := w.doc("1", line("1", "CAD-PRO-PERP", 1))
		d.Buyer = format.Party{ID: w.A.Direct.String()}
		w.refused(w.A.All(), d, org.ErrClosed, "/buyer")
	})
}

func TestTooManyUnits(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		var lines []format.Line
		for no := range strings.SplitSeq(strings.Repeat("x", 100), "") {
			lines = append(lines, line(no+string(rune('a'+len(lines)/26))+string(rune('a'+len(lines)%26)), "CAD-PRO-PERP", format.MaxQuantity))
		}
		w.place(w.doc("1", lines...))
		w.refused(w.A.All(), w.doc("1", append(lines, line("one", "CAD-PRO-PERP", 1))...), order.ErrTooMany, "")
	})
}
