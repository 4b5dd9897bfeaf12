package catalog_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

type values = map[string]frame.Value

// resolve is catalog.Resolve in a read of its own.
func resolve(t testing.TB, d *db.DB, p actor.PublisherID, number string, given values) (catalog.Snapshot, error) {
	t.Helper()
	var s catalog.Snapshot
	err := d.Read(t.Context(), func(r *db.Reader) error {
		var err error
		s, err = catalog.Resolve(r, p, number, given)
		return err
	})
	return s, err
}

func TestResolve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		applied(t, s, w.A.All(), demo(t))
		get := func(number string, given values) catalog.Snapshot {
			t.Helper()
			return must(resolve(t, d, w.A.Publisher, number, given))(t)
		}
		perp := get(" cad-PRO -perp", nil)
		if perp.Number != "CAD-PRO-PERP" || perp.Product != "CAD" || perp.KeyPrefix != "CADP" || perp.ModelCode != "perpetual" ||
			perp.Model.Kind != catalog.Multi || perp.Model.Restore.WaitDays != 7 || perp.Limits["assemblies"] != 500 ||
			fmt.Sprint(perp.Features) != "[draw2d model3d parts]" || fmt.Sprint(perp.ContainerKinds) != "[soft hardware]" ||
			perp.Ticketing != catalog.PerLine || !perp.Has("parts") || perp.Has("render") {
			t.Fatalf("%+v", perp)
		}
		if trial := get("CAD-TRIAL", nil); trial.Model.Duration.Days != 14 || trial.Options["days"] != frame.OfInt(14) {
			t.Fatalf("default: %+v", trial)
		}
		if trial := get("CAD-TRIAL", values{"days": frame.OfText(" 30 ")}); trial.Model.Duration.Days != 30 {
			t.Fatalf("a number as text, as in a CSV cell: %+v", trial.Model.Duration)
		}
		if c := get("CAD-TRIAL-PARTNER", nil); c.Model.Duration.Days != 30 || c.Number != "CAD-TRIAL-PARTNER" || c.ArticleNumber != "CAD-TRIAL" || c.Name.EN != "CAD trial for partners" {
			t.Fatalf("configuration: %+v", c)
		}
		if nfr := get("CAD-NFR", nil); fmt.Sprint(nfr.Features) != "[* cad-all]" || !nfr.Has("of-the-future") || !nfr.Model.Renews {
			t.Fatalf("all features: %+v", nfr)
		}
		if p := get("CAD-PRO-PROJECT", values{"end": frame.OfText("2028-03-31")}); p.Model.FixedEnd.String() != "2028-03-31" {
			t.Fatalf("fixed end: %+v", p.Model)
		}
		if d := get("CAD-TRIAL", values{"DAYS": frame.OfText("9")}); d.Model.Duration.Days != 9 || fmt.Sprint(d.Options["days"]) != fmt.Sprint(frame.OfInt(9)) {
			t.Fatalf("an option in capitals: %+v", d)
		}
		if u := get("SIM-UNITS", nil); u.Limits["units"] != 1000 || u.Model.Kind != catalog.Usage {
			t.Fatalf("limit by option: %+v", u)
		}
		addon := get("CAD-ADD-RENDER", values{"batch": frame.OfText("true"), "quality": frame.OfText("studio")})
		if fmt.Sprint(addon.Features) != "[batch render]" || addon.Kind != catalog.AddOn || len(addon.Targets) != 3 {
			t.Fatalf("feature by option: %+v", addon)
		}
		if v := get("VIEW-PRO", nil); fmt.Sprint(v.ContainerKinds) != "[soft]" {
			t.Fatalf("containers: %v", v.ContainerKinds)
		}
		for _, number := range []string{"SItemNo001", "SItemNo011", "17589683", "a"} {
			get(number, nil) // the sample documents' numbers
		}

		for _, c := range []struct {
			name, number string
			given        values
			want         *fault.Error
			field        string
		}{
			{"below", "CAD-TRIAL", values{"days": frame.OfInt(6)}, catalog.ErrOptionOutside, "/options/days"},
			{"above", "CAD-TRIAL", values{"days": frame.OfInt(31)}, catalog.ErrOptionOutside, "/options/days"},
			{"outside the narrower frame", "CAD-TRIAL-7", values{"days": frame.OfInt(8)}, catalog.ErrOptionOutside, "/options/days"},
			{"not in the set", "CAD-ADD-RENDER", values{"quality": frame.OfText("ultra")}, catalog.ErrOptionOutside, "/options/quality"},
			{"another type", "CAD-TRIAL", values{"days": frame.OfText("a week")}, catalog.ErrOptionKind, "/options/days"},
			{"line break", "CAD-EDU", values{"room": frame.OfText("a\nb")}, catalog.ErrOptionKind, "/options/room"},
			{"zero byte", "CAD-EDU", values{"room": frame.OfText("a\x00b")}, catalog.ErrOptionKind, "/options/room"},
			{"twice", "CAD-TRIAL", values{"Days": frame.OfInt(8), "days": frame.OfInt(9)}, catalog.ErrTwice, "/options/days"},
			{"unknown option", "CAD-TRIAL", values{"weeks": frame.OfInt(2)}, catalog.ErrOptionUnknown, "/options/weeks"},
			{"unknown article", "CAD-TRIAL-X", nil, catalog.ErrArticleUnknown, ""},
			{"nothing", "", nil, catalog.ErrArticleUnknown, ""},
		} {
			_, err := resolve(t, d, w.A.Publisher, c.number, c.given)
			if f := fault.As(err); f == nil || f.Code != c.want.Code || f.Field != c.field {
				t.Errorf("%s: want %s at %q, got %v", c.name, c.want.Code, c.field, err)
			}
		}
		_, err := resolve(t, d, w.A.Publisher, "CAD-TRIAL", values{"days": frame.OfInt(31)})
		if f := fault.As(err); f.Args["option"] != "days" || f.Args["value"] != "31" || f.Args["limits"] != "7–30" {
			t.Errorf("the refusal names %v", f.Args)
		}
		_, err = resolve(t, d, w.A.Publisher, "CAD-ADD-RENDER", values{"quality": frame.OfText("ultra")})
		if f := fault.As(err); f.Args["limits"] != "draft, standard, studio" {
			t.Errorf("the refusal names %v", f.Args)
		}
		_, err = resolve(t, d, w.B.Publisher, "CAD-TRIAL", nil)
		wants(t, err, catalog.ErrArticleUnknown)
	})
}

func TestOptionWithoutDefaultMustBeGiven(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s, w := setup(t, d)
	doc := []byte(replace(t, small, "default: 14, ", "", "    options: {days: 7}\n", ""))
	applied(t, s, w.A.All(), doc)
	_, err := resolve(t, d, w.A.Publisher, "A-1", nil)
	wants(t, err, catalog.ErrOptionMissing)
	must(resolve(t, d, w.A.Publisher, "A-1", values{"days": frame.OfInt(7)}))(t)
}

func TestResolveMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		applied(t, s, w.A.All(), demo(t))
		wants := []catalog.Want{
			{Number: "CAD-TRIAL", Options: values{"days": frame.OfInt(7)}},
			{Number: "nope"},
			{Number: "cad-trial"},
			{Number: "CAD-TRIAL", Options: values{"days": frame.OfInt(99)}},
		}
		var got []catalog.Resolved
		err := d.Read(t.Context(), func(r *db.Reader) error {
			var err error
			got, err = catalog.ResolveMany(r, w.A.Publisher, wants)
			return err
		})
		if err != nil || len(got) != 4 || got[0].Err != nil || got[2].Err != nil {
			t.Fatalf("%v %+v", err, got)
		}
		if got[0].Snapshot.Model.Duration.Days != 7 || got[2].Snapshot.Model.Duration.Days != 14 {
			t.Fatal("snapshots of one number share something")
		}
		if fault.CodeOf(got[1].Err) != catalog.ErrArticleUnknown.Code || fault.CodeOf(got[3].Err) != catalog.ErrOptionOutside.Code {
			t.Fatalf("%v, %v", got[1].Err, got[3].Err)
		}
		got[0].Snapshot.Limits["assemblies"], got[0].Snapshot.Features[0] = 1, "x"
		got[0].Snapshot.Model.Containers[0] = "x"
		if got[2].Snapshot.Limits["assemblies"] != 20 || slices.Contains(got[2].Snapshot.Features, "x") || got[2].Snapshot.Model.Containers[0] == "x" {
			t.Fatal("snapshots of one number share memory")
		}
	})
}

func TestRetiredRefusesNewOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		applied(t, s, by, demo(t))
		try := func(number string, want *fault.Error) {
			t.Helper()
			_, err := resolve(t, d, w.A.Publisher, number, nil)
			if want == nil && err != nil || want != nil && fault.CodeOf(err) != want.Code {
				t.Fatalf("%s: %v", number, err)
			}
		}
		must(s.RetireConfiguration(ctx, by, "CAD-TRIAL-7", catalog.AnyRev))(t)
		try("CAD-TRIAL-7", catalog.ErrRetired)
		try("CAD-TRIAL", nil)
		must(s.RetireArticle(ctx, by, "CAD-TRIAL", catalog.AnyRev))(t)
		try("CAD-TRIAL", catalog.ErrRetired)
		try("CAD-TRIAL-PARTNER", catalog.ErrRetired)
		must(s.RetireProduct(ctx, by, "VIEW", catalog.AnyRev))(t)
		try("VIEW-PRO", catalog.ErrRetired)
		must(s.RetireModel(ctx, by, "perpetual", catalog.AnyRev))(t)
		try("CAD-PRO-PERP", nil) // a retired model is offered to nothing new; its articles go on
		applied(t, s, by, demo(t))
		try("CAD-TRIAL-7", nil) // the file says that it is sold
	})
}

func TestSnapshotNeverChangesWithTheCatalog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		applied(t, s, by, demo(t))
		sold := must(resolve(t, d, w.A.Publisher, "CAD-PRO-YEAR", nil))(t)
		before, err := json.Marshal(sold)
		if err != nil {
			t.Fatal(err)
		}
		a := must(s.GetArticle(ctx, by, "CAD-PRO-YEAR"))(t)
		a.Features, a.Limits, a.Model = []string{"draw2d"}, map[string]int64{"assemblies": 1}, "single"
		a.Options = nil
		must(s.RetireConfiguration(ctx, by, "CAD-PRO-3YEARS", catalog.AnyRev))(t)
		must(s.ChangeArticle(ctx, by, a.Number, a.Rev, a))(t)
		m := must(s.GetModel(ctx, by, "year"))(t)
		m.Duration.Months = 1
		must(s.ChangeModel(ctx, by, "year", m.Rev, m))(t)
		if after, _ := json.Marshal(sold); string(after) != string(before) {
			t.Fatalf("%s became %s", before, after)
		}
		var stored catalog.Snapshot
		if err := json.Unmarshal(before, &stored); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(stored); string(again) != string(before) {
			t.Fatalf("%s is read back as %s", before, again)
		}
		now := must(resolve(t, d, w.A.Publisher, "CAD-PRO-YEAR", nil))(t)
		if now.Model.Kind != catalog.SingleUse || len(now.Features) != 1 {
			t.Fatalf("the new snapshot is %+v", now)
		}
	})
}

func TestGroupsOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		applied(t, s, by, demo(t))
		count := func(p actor.PublisherID) int {
			snap := must(resolve(t, d, w.A.Publisher, "CAD-TRIAL-PARTNER", nil))(t)
			var n int
			err := d.Read(t.Context(), func(r *db.Reader) error {
				got, err := catalog.GroupsOf(r, p, snap.ItemID)
				n = len(got)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if count(w.A.Publisher) != 2 || count(w.B.Publisher) != 0 {
			t.Fatalf("%d groups, %d at a stranger", count(w.A.Publisher), count(w.B.Publisher))
		}
		must(s.RetireGroup(t.Context(), by, "trials", catalog.AnyRev))(t)
		if count(w.A.Publisher) != 1 {
			t.Fatal("a retired group still counts")
		}
	})
}
