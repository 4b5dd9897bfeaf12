package order_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("format", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w *world) file(f order.File) []order.Result {
	w.t.Helper()
	if f.Source == "" {
		f.Source = "erp"
	}
	r, err := w.orders.PlaceFile(w.t.Context(), w.A.All(), f)
	if err != nil {
		w.t.Fatal(fault.All(err))
	}
	return r
}

// TestUBL places the sample order of OASIS and its order change: the change
// touches its own line only, and the order that comes again afterwards lowers
// nothing.
func TestUBL(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		_, err := w.orders.PlaceFile(t.Context(), w.A.All(), order.File{Raw: sample(t, "ubl-2.1-order-change.xml"), Source: "erp"})
		if !order.ErrChangeFirst.Is(err) {
			t.Fatal(err)
		}
		first := w.file(order.File{Raw: sample(t, "ubl-2.1-order.xml")})[0]
		if first.Number != "34" || w.sold(first.Lines[0]) != 120 || len(codesOf(first.Lines[1])) != 15 || first.Currency != "SEK" {
			t.Fatalf("%+v", first)
		}
		changed := w.file(order.File{Raw: sample(t, "ubl-2.1-order-change.xml")})[0]
		if changed.ID != first.ID || w.sold(changed.Lines[0]) != 240 || w.sold(changed.Lines[1]) != 15 {
			t.Fatalf("%+v", changed)
		}
		if !slices.Equal(codesOf(changed.Lines[0]), codesOf(first.Lines[0])) || !slices.Equal(codesOf(changed.Lines[1]), codesOf(first.Lines[1])) {
			t.Fatal("the change made other tickets")
		}
		again := w.file(order.File{Raw: sample(t, "ubl-2.1-order.xml")})[0]
		if again.Outcome != order.Unchanged || w.sold(again.Lines[0]) != 240 {
			t.Fatalf("a late copy: %+v", again)
		}
		gone := w.file(order.File{Raw: sample(t, "ubl-2.1-order-change-cancels.xml")})[0]
		if w.sold(gone.Lines[0]) != 240 || w.sold(gone.Lines[1]) != 0 || gone.Lines[1].State != order.LineCancelled {
			t.Fatalf("%+v", gone)
		}
		late := w.file(order.File{Raw: sample(t, "ubl-2.1-order-change.xml")})[0]
		if late.Outcome != order.Unchanged || w.sold(late.Lines[1]) != 0 {
			t.Fatalf("a late change: %+v", late)
		}
	})
}

// TestSamples places every real document.
func TestSamples(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		for name, units := range map[string]int64{
			"ubl-2.0-order-international.xml": 100, "ubl-2.1-order.xml": 135, "opentrans-2.1-order.xml": 1, "woocommerce-order-created.json": 3,
		} {
			f := order.File{Raw: sample(t, name), Source: strings.TrimSuffix(name, filepath.Ext(name))}
			p, err := w.orders.PreviewFile(t.Context(), w.A.All(), f)
			if err != nil || len(p) != 1 || p[0].Adds != units || p[0].Outcome != order.Applied {
				t.Fatalf("%s: %+v %v", name, p, fault.All(err))
			}
			r := w.file(f)
			if r[0].Issued != units || r[0].State != order.Delivered {
				t.Fatalf("%s: %+v", name, r[0])
			}
		}
		guest := w.file(order.File{Raw: sample(t, "woocommerce-order-created.json"), Source: "shop2"})[0]
		if len(guest.Created) != 1 || strings.Contains(guest.Created[0], "anna") || !strings.HasPrefix(guest.Created[0], "shop2:g-") {
			t.Fatalf("%v", guest.Created)
		}
	})
}

// TestCSV: several orders in one file; one bad row refuses the file.
func TestCSV(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		const good = "Auftrag;Position;Artikel;Menge;Käufer;Endkunde\nA;1;CAD-PRO-PERP;2;K-1;\nA;2;CAD-UNIT;1;K-1;\nB;1;CAD-NET;1,0;K-2;E-9\n"
		before := w.orderCount()
		_, err := w.orders.PlaceFile(t.Context(), w.A.All(), order.File{Raw: []byte(strings.Replace(good, "CAD-NET", "CAD-NIX", 1)), Source: "erp"})
		if !catalog.ErrArticleUnknown.Is(err) || fault.As(err).Field != "row 4, article" || w.orderCount() != before {
			t.Fatal(fault.All(err))
		}
		r := w.file(order.File{Raw: []byte(good), Language: "de"})
		if len(r) != 2 || r[0].Number != "A" || r[0].Quantity != 3 || r[1].Quantity != 1 || r[1].Note.Language != "de" {
			t.Fatalf("%+v", r)
		}
		if got := r[1].Lines[0].Text; got != "Position 1: 1 Lizenz CAD Netz (CAD-NET)" {
			t.Fatal(got)
		}
		// Without a declaration a file is one of lines.
		r = w.file(order.File{Raw: []byte("Auftrag;Position;Artikel;Menge;Käufer\nA;1;CAD-PRO-PERP;1;K-1\n")})
		if r[0].Quantity != 2 || w.sold(r[0].Lines[1]) != 1 {
			t.Fatalf("%+v", r[0])
		}
		r = w.file(order.File{Raw: []byte("Auftrag;Position;Artikel;Menge;Käufer\nA;1;CAD-PRO-PERP;1;K-1\n"), Mode: format.Complete})
		if r[0].Quantity != 1 || w.sold(r[0].Lines[1]) != 0 {
			t.Fatalf("%+v", r[0])
		}
		by := w.A.All().With(actor.Retry{Key: "k", Route: "POST /orders"})
		for range 2 {
			if _, err := w.orders.PlaceFile(t.Context(), by, order.File{Raw: []byte(good), Source: "crm"}); err != nil {
				t.Fatal(fault.All(err))
			}
		}
	})
}

// TestFileNeedsRights: a stranger's file is not even read.
func TestFileNeedsRights(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		f := order.File{Raw: []byte("{")}
		if _, err := w.orders.PlaceFile(t.Context(), w.A.None(), f); !actor.ErrDenied.Is(err) {
			t.Fatal(err)
		}
		if _, err := w.orders.PlaceFile(t.Context(), w.A.All(), f); !format.ErrJSON.Is(err) {
			t.Fatal(err)
		}
	})
}
