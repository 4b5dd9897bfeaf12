package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

func TestTrialDomains(t *testing.T) {
	for _, c := range []struct {
		allow, block, domain string
		want                 bool
	}{
		{"", "", "example.org", true},
		{"", "example.org", "example.org", false},
		{"", "example.org", "mail.example.org", false},
		{"", "example.org", "anexample.org", true},
		{"example.org", "", "mail.example.org", true},
		{"example.org", "", "example.com", false},
		{"example.org", "mail.example.org", "mail.example.org", false},
	} {
		o := catalog.TrialOffer{Open: true}
		if c.allow != "" {
			o.Allow = []string{c.allow}
		}
		if c.block != "" {
			o.Block = []string{c.block}
		}
		if got := o.Takes(c.domain); got != c.want {
			t.Errorf("allow %q, block %q: %s is %v", c.allow, c.block, c.domain, got)
		}
	}
}

// trialDemo is the demo catalog with a changed line about the trial of CAD.
func trialDemo(t *testing.T, line string) []byte {
	t.Helper()
	const after = "    ticketing: per_unit\n    options:\n      - {name: days,"
	doc := string(demo(t))
	if strings.Count(doc, after) != 1 {
		t.Fatal("the demo's trial looks different")
	}
	return []byte(strings.Replace(doc, after, "    "+line+"\n"+after, 1))
}

// A trial is offered when its article says so and as long as it is sold; what a
// visitor gets lasts as the offer says, within the article's frame.
func TestTrialOffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		applied(t, s, w.A.All(), demo(t))
		read := func(number string) (all []catalog.Offered, one catalog.Offered, snapshot catalog.Snapshot, err error) {
			t.Helper()
			failed := d.Read(t.Context(), func(r *db.Reader) (bad error) {
				if all, bad = catalog.Trials(r, w.A.Publisher); bad != nil {
					return bad
				}
				one, snapshot, err = catalog.ResolveTrial(r, w.A.Publisher, number)
				return nil
			})
			if failed != nil {
				t.Fatal(failed)
			}
			return all, one, snapshot, err
		}
		if all, _, _, err := read("CAD-TRIAL"); len(all) != 0 || !errors.Is(err, catalog.ErrNotOffered) {
			t.Fatalf("nothing is offered: %+v, %v", all, err)
		}
		plan := applied(t, s, w.A.All(), trialDemo(t, "trial: {open: true, block: [trash.example]}"))
		if len(plan.Changed) != 1 || len(plan.Changed[0].Fields) == 0 || plan.Changed[0].Fields[0].Name != "trial.open" {
			t.Fatalf("%+v", plan.Changed)
		}
		if again := applied(t, s, w.A.All(), trialDemo(t, "trial: {open: true, block: [trash.example]}")); !again.Empty() {
			t.Fatalf("%+v", again.Changed)
		}
		all, one, snapshot, err := read(" cad-trial ")
		if err != nil || len(all) != 1 || all[0].Number != "CAD-TRIAL" || all[0].Lasts.Days != 14 || one.Lasts != all[0].Lasts || snapshot.Model.Duration != one.Lasts ||
			one.Offer.Takes("trash.example") || one.Offer.Keep() != 730 || one.Product != "CAD" {
			t.Fatalf("%+v, %+v, %+v, %v", all, one, snapshot, err)
		}
		applied(t, s, w.A.All(), trialDemo(t, "trial: {open: true, days: 30, remember_days: 90}"))
		all, one, snapshot, err = read("CAD-TRIAL")
		if err != nil || all[0].Lasts.Days != 30 || snapshot.Model.Duration.Days != 30 || snapshot.Options["days"] != frame.OfInt(30) || one.Offer.Keep() != 90 {
			t.Fatalf("%+v, %+v, %v", all, snapshot, err)
		}
		for _, number := range []string{"CAD-TRIAL-7", "CAD-PRO-PERP", "nothing"} {
			if _, _, _, err := read(number); !errors.Is(err, catalog.ErrNotOffered) {
				t.Errorf("%s: %v", number, err)
			}
		}
		for line, want := range map[string]*fault.Error{
			"trial: {open: true, days: 31}":  catalog.ErrOptionOutside,
			"trial: {open: true, days: 6}":   catalog.ErrOptionOutside,
			"trial: {open: true, days: 400}": catalog.ErrRange,
		} {
			if _, err := s.Apply(t.Context(), w.A.All(), trialDemo(t, line), false); !errors.Is(err, want) {
				t.Errorf("%s: %v", line, err)
			}
		}
		if _, err := s.RetireArticle(t.Context(), w.A.All(), "CAD-TRIAL", catalog.AnyRev); err != nil {
			t.Fatal(err)
		}
		if all, _, _, err := read("CAD-TRIAL"); len(all) != 0 || !errors.Is(err, catalog.ErrNotOffered) {
			t.Errorf("a retired article is offered: %+v, %v", all, err)
		}
	})
}

// An article without an option of days is bound by its model; one with an option
// that has no default cannot be offered; a model that is none for trials any more
// does not fit.
func TestTrialOffersFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		applied(t, s, w.A.All(), demo(t))
		by := w.A.All()
		a := catalog.Article{
			Number: "TRY-1", Name: names("Try"), Product: "CAD", Model: "trial", Kind: catalog.Base, Ticketing: catalog.PerLine,
			Features: []string{"draw2d"}, Trial: catalog.TrialOffer{Open: true, Days: 15},
		}
		_, err := s.CreateArticle(t.Context(), by, a)
		wants(t, err, catalog.ErrRange)
		a.Trial.Days = 10
		a.Options = []catalog.Option{{Name: "room", Title: names("Room"), Kind: frame.Text}}
		_, err = s.CreateArticle(t.Context(), by, a)
		wants(t, err, catalog.ErrOfferOption)
		a.Options = nil
		made := must(s.CreateArticle(t.Context(), by, a))(t)
		if !made.Trial.Open || made.Trial.Days != 10 {
			t.Fatalf("%+v", made)
		}
		m := must(s.GetModel(t.Context(), by, "trial"))(t)
		m.Kind, m.Trial = catalog.TimeLimited, catalog.TrialSpec{}
		_, err = s.ChangeModel(t.Context(), by, "trial", catalog.AnyRev, m)
		wants(t, err, catalog.ErrInUse)
	})
}
